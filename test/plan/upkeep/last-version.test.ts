// The last usable version of a family in a region is not deleted before something replaces it there.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG, tokenHash } from "../../../lib/model/identity.ts";
import { makePlan } from "../../../lib/plan/plan.ts";
import { callsOf } from "../../support/plan-lines.ts";
import {
  type CopyFields,
  hours,
  NOW,
  type PolicyFields,
  type Stage,
  type World,
  world,
} from "../../support/plan-world.ts";
import { deletions, free, idOf, kept, keyOf, NEW, NEWEST, OLD, outdated, REGION } from "./old-version-world.ts";

describe("the old version", () => {
  it("is deleted once the new one is ready", () => {
    expect(deletions(outdated().copy(REGION, "ready"))).toEqual([`delete ${OLD}`]);
  });

  it.each<[string, Stage, CopyFields]>([
    ["has failed", "failed", {}],
    ["was refused", "blocked", {}],
    ["is stuck", "stuck", {}],
    ["is requested", "requested", {}],
    ["is being copied", "copying", {}],
    ["is NORMAL but has no name yet", "finishing", {}],
    ["waits for a retry", "retrying", { record: { notBefore: NOW + hours(1) } }],
    ["is missing", "ready", { image: "absent", record: { missingSince: NOW } }],
    ["is not NORMAL any more", "ready", { image: { state: "SYNCING" } }],
    ["was deprecated by hand", "ready", { image: { deprecated: true } }],
    ["is not in its family", "ready", { image: {}, record: { family: "golden" } }],
    ["is unshared for a moment", "ready", { record: { pendingReshare: ["100000000003"] } }],
    ["is of another policy", "ready", { policy: "other" }],
    ["has lost its tags", "ready", { lineage: false }],
    ["was adopted, and is older than its source", "ready", { image: { createdAt: 1 }, record: { adopted: true } }],
    [
      "was adopted, and has another name now",
      "ready",
      { image: { name: "db" }, record: { adopted: true, name: "golden-web" } },
    ],
    ["was left unfinished", "retired", { name: "temporary" }],
    ["gave up its name to a third one", "ready", { image: { name: `golden-web--replaced-${tokenHash(keyOf(2))}` } }],
  ])("stays while the new one %s", (_, stage, fields) => {
    const given = outdated().copy(REGION, stage, fields);
    expect(deletions(given)).toEqual([]);
    expect(kept(given)).toContain(`${OLD} last-version`);
  });

  it("stays as the last one from the first minute on: its age is no reason that passes", () => {
    expect(kept(outdated({ since: NOW }).copy(REGION, "failed"))).toEqual([`${OLD} last-version`]);
    expect(kept(outdated({ since: NOW }).copy(REGION, "ready"))).toEqual([`${OLD} too-recent`]);
  });

  it("stays if the new one was never requested, whatever became of its own source", () => {
    const given = outdated().policy({ maxSizeGiB: 1 });
    for (const one of [given, given.remove("img-root0001"), given.withoutSources()])
      expect(kept(one)).toEqual([`${OLD} last-version`]);
  });

  it("stays if only a version of another family is ready", () => {
    const given = outdated({ family: "golden" }).policy({
      copy: { family: "inherit" },
      select: { type: "custom", name: ["golden-2"] },
    });
    const other = given
      .image({ imageId: "img-root0002", name: "golden-2", family: "web" })
      .copy(REGION, "ready", { image: { family: "web" }, record: { family: "web" } });
    expect(kept(other)).toEqual([`${OLD} last-version`]);
  });

  it("stays if its copies have no family, and only a version of another source family is ready", () => {
    const given = outdated({ rootFamily: "web" }).copy(REGION, "ready", { record: { rootFamily: "db" } });
    expect(kept(given)).toEqual([`${OLD} last-version`]);
  });

  it("is deleted all the same with prune.last, or if the user wants it", () => {
    const given = outdated().copy(REGION, "failed");
    expect(deletions(given.policy({ prune: { last: true } }))).toEqual([`delete ${OLD}`]);
    const wanted = (id: string) =>
      callsOf(makePlan({ ...given.input(), mayDeleteLast: ({ rootId }) => `${rootId}-${REGION}` === id }));
    expect(wanted(OLD)).toEqual([`delete ${OLD}`]);
    expect(wanted(NEW)).toEqual([]);
  });

  it("is deleted although its family points to it, only if the user wants it", () => {
    const given = outdated({}, { image: { family: "golden" } })
      .copy(REGION, "failed")
      .policy({ prune: { last: true } })
      .familyPointsTo(OLD);
    expect(kept(given)).toEqual([`${OLD} family-points-here`]);
    const wanted = (world: World) => callsOf(makePlan({ ...world.input(), mayDeleteLast: () => true }));
    expect(wanted(given)).toEqual([`delete ${OLD}`]);
    const replaced = given.copy(REGION, "ready", { image: { family: "golden" } });
    expect(wanted(replaced.familyPointsTo(OLD))).not.toContain(`delete ${OLD}`);
  });

  it("stays if the policy that its tag names does not permit that, whichever its record names", () => {
    const prune = { minAge: hours(1), delete: true, last: true };
    const other: PolicyFields = { ...NEWEST, prune, name: "other", from: ["ap-tokyo"] };
    const given = outdated({ policy: "other" }).policy(other);
    expect(deletions(given.policy({ prune, from: ["ap-tokyo"] }))).toEqual([`delete ${OLD}`]);
    const strict = given.policy({ prune: { ...prune, delete: false }, from: ["ap-tokyo"] });
    expect(kept(strict)).toEqual([`${OLD} not-permitted`]);
  });

  it("stays if another policy that may have selected it does not permit that", () => {
    const other: PolicyFields = { ...NEWEST, name: "other", to: ["ap-beijing"] };
    const given = outdated()
      .copy(REGION, "failed")
      .policy({ prune: { last: true } });
    expect(kept(given.policy(other))).toEqual([`${OLD} last-version`]);
    expect(kept(given.policy({ ...other, prune: { minAge: hours(1), delete: true, last: true } }))).toEqual([]);
  });
});

describe("of several orphaned versions", () => {
  const three = free(
    [1, 2, 3].reduce<World>((all, n) => all.version(n).copy(REGION, "retired"), world().policy(NEWEST).sweep()),
    ...[1, 2, 3].map(idOf),
  );
  const left = three.policy({ to: ["ap-beijing"] });

  /** The newest version was recalled, and its copy has followed that. */
  const followed = (given: World) =>
    given.change("img-root0003", { tags: { [IGNORE_TAG]: "bad" } }).copy(REGION, "retired", {
      of: "img-root0003",
      image: { deprecated: true },
      record: { reason: "recalled", deprecatedByUs: true },
    });

  it("the newest one stays", () => {
    expect(deletions(left)).toEqual([`delete ${idOf(1)}`, `delete ${idOf(2)}`]);
    expect(kept(left)).toEqual([`${idOf(3)} last-version`]);
    expect(deletions(left.policy({ prune: { last: true } }))).toHaveLength(3);
  });

  it("a recalled one protects none, and is deleted if any other is usable", () => {
    const recalled = followed(left);
    expect(deletions(recalled)).toEqual([`delete ${idOf(1)}`, `delete ${idOf(3)}`]);
    expect(kept(recalled)).toEqual([`${idOf(2)} last-version`]);
  });

  it("all stay that were recalled if none is usable", () => {
    const all = [1, 2, 3].reduce((some, n) => some.change(`img-root000${n}`, { deprecated: true }), left);
    const followed = [1, 2, 3].reduce((some, n) => some.change(idOf(n), { deprecated: true }), all);
    expect(deletions(followed)).toEqual([]);
  });

  it("the newest ones stay that prune.keep counts, and no recalled one among them", () => {
    const keeping = left.policy({ prune: { keep: 2 } });
    expect(deletions(keeping)).toEqual([`delete ${idOf(1)}`]);
    expect(kept(keeping)).toEqual([`${idOf(2)} kept`, `${idOf(3)} last-version`]);
    const recalled = followed(keeping);
    expect(deletions(recalled)).toEqual([`delete ${idOf(3)}`]);
  });

  it("those that prune.keep counts stay beside a version that is still selected", () => {
    const selected = three
      .policy({ prune: { keep: 1 } })
      .version(4)
      .copy(REGION, "ready");
    expect(kept(selected)).toEqual([`${idOf(3)} kept`]);
    expect(deletions(selected)).toEqual([`delete ${idOf(1)}`, `delete ${idOf(2)}`]);
  });
});

describe("two variants of one version", () => {
  const encrypted = { variant: "encrypted:default", image: { imageId: NEW } } as const;
  const both = free(world().policy(NEWEST).version(1).copy(REGION, "retired").sweep(), OLD);

  it("replace each other once the desired one is ready", () => {
    const ready = both.copy(REGION, "ready", encrypted).policy({ copy: { encrypt: {} } });
    expect(deletions(ready)).toEqual([`delete ${OLD}`]);
  });

  it("are not both deleted if both are orphaned", () => {
    const orphans = free(both.copy(REGION, "retired", encrypted), NEW).policy({ to: ["ap-beijing"] });
    expect(deletions(orphans)).toHaveLength(1);
    expect(kept(orphans)).toHaveLength(1);
  });
});

describe("a shared copy", () => {
  const LISTED = "100000000003";
  const shared = outdated()
    .policy({ copy: { shareWith: [LISTED] } })
    .copy(REGION, "ready")
    .shares(NEW, [LISTED])
    .shares(OLD, [LISTED]);

  it("stays, even if the policy shares it, unless the policy says delete", () => {
    for (const given of [shared, shared.policy({ prune: { shared: "keep" } })]) {
      expect(given.plan().calls).toEqual([]);
      expect(kept(given)).toEqual([`${OLD} shared`]);
    }
    const deleting = shared.policy({ prune: { shared: "delete" } });
    expect(deleting.plan().calls).toEqual([`unshare ${OLD}: ${LISTED}`]);
    expect(kept(deleting.shares(OLD, [LISTED, "100000000004"]))).toEqual([`${OLD} shared-outside`]);
  });

  it("stays while an account that the policy still names has no version that replaces it", () => {
    const [ONE, TWO] = ["100000000003", "100000000004"];
    const both: PolicyFields = {
      copy: { shareWith: [ONE, TWO] },
      prune: { ...NEWEST.prune, delete: true, shared: "delete" },
    };
    const given = outdated().copy(REGION, "ready").policy(both).users(OLD, undefined).shares(OLD, [ONE, TWO]);
    expect(kept(given.shares(NEW, [ONE]))).toEqual([`${OLD} replacement-unshared`]);
    const unshare = `unshare ${OLD}: ${ONE}, ${TWO}`;
    expect(given.shares(NEW, [ONE, TWO]).plan().calls).toContain(unshare);
    expect(
      given
        .policy({ ...both, prune: { ...both.prune, last: true } })
        .shares(NEW, [])
        .plan()
        .calls.join(),
    ).toContain(`unshare ${OLD}`);
  });
});

describe("an old version of a launch template", () => {
  const used = outdated().copy(REGION, "ready").users(OLD, "launch template lt-1 version 1");

  it("keeps its image unless all policies say otherwise", () => {
    expect(kept(used)).toEqual([`${OLD} in-use`]);
    const defaults = used.policy({ prune: { templateVersions: "default" } });
    expect(defaults.plan().questions).toMatchObject([{ ask: "uses", templateVersions: "default" }]);
    expect(deletions(defaults.users(OLD, undefined, "default"))).toEqual([`delete ${OLD}`]);
  });
});
