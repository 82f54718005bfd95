// Deletion of orphaned copies: when it happens, and what else happens to them.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG } from "../../../lib/model/identity.ts";
import { sharesOf, usesOf } from "../../../lib/model/observation.ts";
import { CLOCK_SKEW } from "../../../lib/model/time.ts";
import { MOST_DELETIONS } from "../../../lib/plan/guards/deletion-budget.ts";
import { hours, NOW, type PolicyFields, SETTLE, type World, world } from "../../support/plan-world.ts";

const LISTED = "100000000003";
const COPY = "img-root0001-ap-shanghai";
const PRUNING: PolicyFields = {
  to: ["ap-shanghai"],
  copy: { shareWith: [LISTED] },
  prune: { minAge: hours(1), delete: true, last: true, shared: "delete" },
};
const unasked = world()
  .policy(PRUNING)
  .image({ tags: { [IGNORE_TAG]: "bad" } })
  .copy("ap-shanghai", "retired", {
    image: { deprecated: true },
    record: { since: NOW - hours(2), reason: "recalled", deprecatedByUs: true },
  })
  .sweep();
/** A copy that every check permits to delete. */
const orphaned = unasked.users(COPY, undefined).shares(COPY, []);

describe("an orphaned copy", () => {
  it("is deleted if every check permits it, and the plan has the size that this frees", () => {
    const plan = orphaned.plan();
    expect(plan.calls).toEqual([`delete ${COPY}`]);
    expect(plan.actions).toMatchObject([
      { do: "delete", sizeGiB: 20, done: { phase: "ended", lastImageId: COPY, reason: { code: "pruned" } } },
    ]);
    const [action] = plan.actions;
    expect(action?.do === "delete" && action.done).not.toHaveProperty("imageId");
  });

  it("is kept for as long as others may still see its source, however short prune.minAge is", () => {
    const shortest = SETTLE + CLOCK_SKEW;
    const prune = { ...PRUNING.prune, minAge: 0 };
    const asked = (ago: number) =>
      orphaned
        .policy({ prune })
        .copy("ap-shanghai", "retired", {
          image: { deprecated: true },
          record: { since: NOW - ago, reason: "recalled", deprecatedByUs: true },
        })
        .plan();
    expect(asked(shortest - 1).retained).toMatchObject([{ reason: { code: "too-recent" } }]);
    expect(asked(shortest).calls).toEqual([`delete ${COPY}`]);
  });

  it("has a record after its deletion that says nothing of the image, such as its deprecation", () => {
    const [action] = orphaned.plan().actions;
    expect(action?.do === "delete" && action.done).toBeTruthy();
    expect(action?.do === "delete" && action.done).not.toHaveProperty("deprecatedByUs");
  });

  it("is deleted even if its source is gone", () => {
    expect(orphaned.withoutSources().plan().calls).toEqual([`delete ${COPY}`]);
  });

  it("is checked by sweeps only", () => {
    const plan = unasked.sweep(false).plan();
    expect([plan.actions, plan.questions, plan.retained]).toEqual([[], [], []]);
  });

  it("is not deleted before all questions are answered, and no questions are asked if its policy forbids the deletion", () => {
    const plan = unasked.withoutSources().change(COPY, { family: "golden" }).plan();
    const ref = { region: "ap-shanghai", imageId: COPY };
    expect(plan.calls).toEqual([]);
    expect(plan.questions).toEqual([
      usesOf(ref),
      { ask: "family", region: "ap-shanghai", family: "golden" },
      sharesOf(ref),
    ]);
    expect(unasked.policies({}).plan().questions).toEqual([]);
  });

  const silver: PolicyFields = { name: "other", select: { type: "custom", name: ["silver-*"] } };
  it.each<[string, PolicyFields]>([
    ["a policy that does not select its source", { ...PRUNING, ...silver, prune: { minAge: hours(9), delete: false } }],
    ["a policy of another region", { name: "other", from: ["ap-beijing"], to: ["ap-shanghai"] }],
    ["a disabled policy that permits it", { ...PRUNING, name: "other", enabled: false }],
    ["a family that points elsewhere", PRUNING],
  ])("is not kept because of %s", (_, other) => {
    const given = orphaned.change(COPY, { family: "golden" }).familyPointsTo("img-newer").policies(PRUNING, other);
    expect(given.plan().calls).toEqual([`delete ${COPY}`]);
  });

  it("is kept if a disabled policy forbids it, because that policy may have selected the source, too", () => {
    const plan = orphaned.policy({ name: "other", enabled: false }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("is first unshared from the accounts of its policy, then deleted", () => {
    expect(orphaned.shares(COPY, [LISTED]).plan().calls).toEqual([`unshare ${COPY}: ${LISTED}`]);
  });

  it("keeps its shares while it is kept", () => {
    const used = orphaned.users(COPY, "instance ins-1").shares(COPY, [LISTED]);
    expect(used.plan().calls).toEqual([]);
  });

  it("is kept while families change in its region, because its family may then point to it", () => {
    // A recalled one would wait to leave its family.
    const joining = orphaned
      .copy("ap-shanghai", "retired", { record: { since: NOW - hours(2) } })
      .withoutSources()
      .policy({ copy: { family: "inherit" } })
      .image({ imageId: "img-root0002", family: "golden" })
      .copy("ap-shanghai", "ready")
      .shares("img-root0002-ap-shanghai", [LISTED])
      .familyPointsTo("img-else");
    const plan = joining.change(COPY, { family: "golden" }).plan();
    expect(plan.calls).toEqual(["modify img-root0002-ap-shanghai: family = golden"]);
    expect(plan.retained).toMatchObject([{ reason: { code: "family-moves" } }]);
    expect(joining.plan().calls).toContain(`delete ${COPY}`);
    // A source may be busy while it is being copied, so the family may point to another image.
    const onward = orphaned
      .withoutSources()
      .policies(PRUNING, { ...PRUNING, name: "onward", from: ["ap-shanghai"], to: ["ap-beijing"] })
      .image({ region: "ap-shanghai", imageId: "img-root0003", family: "golden" })
      .familyPointsTo("img-root0003");
    expect(onward.change(COPY, { family: "golden" }).plan().calls).toEqual(["send img-root0003 → ap-beijing"]);
    expect(onward.plan().calls).toContain(`delete ${COPY}`);
  });

  it("is one of at most ten deletions in a run", () => {
    const many = Array.from({ length: MOST_DELETIONS + 3 }, (_, n) => `img-root${String(n).padStart(4, "0")}`)
      .reduce<World>(
        (all, imageId) =>
          all
            .image({ imageId })
            .copy("ap-shanghai", "retired")
            .users(`${imageId}-ap-shanghai`, undefined)
            .shares(`${imageId}-ap-shanghai`, []),
        world().policy(PRUNING).sweep(),
      )
      .withoutSources();
    const plan = many.deletedBefore(2).plan();
    expect(plan.calls).toHaveLength(MOST_DELETIONS - 2);
    expect(plan.retained.map(({ reason }) => reason.code)).toEqual(Array(5).fill("enough-deleted"));

    // A user is not asked about more than a run deletes, whatever was confirmed.
    const codesOf = (confirmed: readonly string[]) => {
      const images = confirmed.map((imageId) => `ap-shanghai/${imageId}-ap-shanghai`);
      const asked = many
        .deletedBefore(2)
        .option({ confirmedDeletions: new Set(images) })
        .plan();
      return [asked.calls.length, ...asked.retained.map(({ reason }) => reason.code).sort()];
    };
    const [unconfirmed, beyond] = [
      Array<string>(8).fill("unconfirmed-deletion"),
      Array<string>(5).fill("enough-deleted"),
    ];
    expect(codesOf([])).toEqual([0, ...beyond, ...unconfirmed]);
    expect(codesOf(["img-root0012"])).toEqual([1, ...beyond, ...unconfirmed.slice(1)]);

    // What a narrowed run leaves alone takes no place.
    const last = many.option({ only: ({ rootId }) => rootId === "img-root0012" }).plan();
    expect(last.calls).toContain("delete img-root0012-ap-shanghai");
  });

  it("becomes ready again when it is desired again", () => {
    expect(orphaned.change("img-root0001", { tags: {} }).plan().recordChanges).toEqual(["ap-shanghai: ready"]);
  });
});

describe("deletions that the cloud refused before", () => {
  const refusedDeletion = { code: "UnauthorizedOperation", tries: 5, at: NOW - hours(25) };
  const roots = Array.from({ length: MOST_DELETIONS + 2 }, (_, n) => `img-each${n}`);
  const many = roots
    .reduce<World>(
      (all, imageId, n) =>
        all
          .image({ imageId })
          .copy("ap-shanghai", "retired", n < MOST_DELETIONS ? { record: { refusedDeletion } } : {})
          .users(`${imageId}-ap-shanghai`, undefined)
          .shares(`${imageId}-ap-shanghai`, []),
      world().policy(PRUNING).sweep(),
    )
    .withoutSources();

  it("come last among those of a run", () => {
    const { calls } = many.plan();
    expect(calls).toHaveLength(MOST_DELETIONS);
    for (const root of roots.slice(MOST_DELETIONS)) expect(calls).toContain(`delete ${root}-ap-shanghai`);
  });

  it("are tried at once by the command prune", () => {
    const paused = { ...refusedDeletion, at: NOW - hours(1) };
    const one = orphaned.copy("ap-shanghai", "retired", {
      image: { deprecated: true },
      record: { since: NOW - hours(2), reason: "recalled", deprecatedByUs: true, refusedDeletion: paused },
    });
    expect(one.plan().calls).not.toContain(`delete ${COPY}`);
    expect(one.plan().problems).toMatchObject([{ code: "deletion-refused" }]);
    expect(one.option({ mayDeleteLast: () => true }).plan().calls).toContain(`delete ${COPY}`);
  });
});
