// What this program gave a copy and its policy no longer says: what is taken back, when, and what stays.
import { describe, expect, it } from "vitest";
import type { Given, Image } from "../../../lib/model/types.ts";
import { MOST_DELETIONS } from "../../../lib/plan/guards/deletion-budget.ts";
import { reasonText } from "../../../lib/report/summary.ts";
import { hours, NOW, type RecordFields, UNANSWERED, type World, world } from "../../support/plan-world.ts";

const [LISTED, ENDED, HAND] = ["100000000003", "100000000004", "100000000002"];
const COPY = "img-root0001-ap-shanghai";
const gave = (fields: Partial<Given> = {}): Given => ({ accounts: [], tags: {}, families: [], ...fields });
const base = world()
  .policy({ to: ["ap-shanghai"], copy: { shareWith: [LISTED] } })
  .image()
  .sweep();
/** A finished copy that was given this for the policy `golden`, and is shared with these accounts. */
const given = (
  fields: Partial<Given>,
  shares: readonly string[],
  image: Partial<Image> = {},
  more: RecordFields = {},
) =>
  base
    .copy("ap-shanghai", "ready", { image, record: { given: { golden: gave(fields) }, ...more } })
    .shares(COPY, shares);
const shared = given({ accounts: [LISTED, ENDED] }, [LISTED, ENDED]);
const tagged = given({ accounts: [LISTED], tags: { env: "prod" } }, [LISTED], { tags: { env: "prod" } });
const inFamily = given({ accounts: [LISTED], families: ["web"] }, [LISTED], { family: "web" });
const braked = { since: NOW, until: NOW + hours(1), isUnconfirmed: false };
const withBrake = (one: World, isUnconfirmed = false) => one.option({ brake: { ...braked, isUnconfirmed } });

describe("what this program gave and its policy no longer says", () => {
  it.each<[string, World, string]>([
    ["a share", shared, `unshare ${COPY}: ${ENDED}`],
    ["a share, even if drift is only reported", shared.policy({ onDrift: "report" }), `unshare ${COPY}: ${ENDED}`],
    ["all shares", shared.policy({ copy: { shareWith: [] } }), `unshare ${COPY}: ${LISTED}, ${ENDED}`],
    ["a tag", tagged, `untag ${COPY}: env`],
    ["its family", inFamily, `modify ${COPY}: family = `],
    ["a share before anything is modified", shared.change(COPY, { description: "x" }), `unshare ${COPY}: ${ENDED}`],
  ])("is taken back: %s", (_, differing, call) => {
    const plan = differing.plan();
    expect(plan.calls).toEqual([call]);
    expect(plan.problems).toEqual([]);
  });

  it.each<[string, World]>([
    ["a tag with another value than ours", tagged.change(COPY, { tags: { env: "mine" } })],
    ["a tag that we did not set", given({ accounts: [LISTED] }, [LISTED], { tags: { env: "prod" } })],
    ["a family that we did not give", given({ accounts: [LISTED] }, [LISTED], { family: "web" })],
    ["a share that we did not give", given({ accounts: [LISTED] }, [LISTED, HAND])],
    ["a share of an adopted image", given({ accounts: [ENDED] }, [ENDED], {}, { adopted: true })],
    ["anything of a policy that is gone", shared.policies({ name: "other", to: ["ap-shanghai"] })],
    ["anything where the policy selects nothing because it is disabled", shared.policy({ enabled: false })],
    ["anything in a poll", shared.sweep(false)],
  ])("stays: %s", (_, differing) => {
    expect(differing.plan().calls.filter((call) => !call.startsWith("tag ") && !call.startsWith("share "))).toEqual([]);
  });

  it("stays if another policy gave it that is disabled or gone, and goes once that policy is enabled", () => {
    const record = { given: { golden: gave({ accounts: [ENDED] }), other: gave({ accounts: [ENDED] }) } };
    const both = base.copy("ap-shanghai", "ready", { record }).shares(COPY, [LISTED, ENDED]);
    const other = { name: "other", to: ["ap-beijing"] };
    expect(both.plan().calls).toEqual([]);
    expect(both.policy({ ...other, enabled: false }).plan().calls).toEqual([]);
    expect(both.policy({ ...other }).plan().calls).toContain(`unshare ${COPY}: ${ENDED}`);
  });

  it("is forgotten once the image does not have it, so that a person may add it later", () => {
    const plan = shared.shares(COPY, [LISTED]).plan();
    expect(plan.copies[0]).toMatchObject({ given: { golden: { accounts: [LISTED] } } });
    expect(shared.after(plan).shares(COPY, [LISTED, ENDED]).plan().calls).toEqual([]);
  });

  it("stays where another policy in the file takes over a policy that is gone", () => {
    const renamed = given({ accounts: [] }, [LISTED], {}, { given: { old: gave({ accounts: [LISTED] }) } });
    const plan = renamed.plan();
    expect(plan.calls).toEqual([]);
    expect(plan.copies[0]).toMatchObject({ given: { golden: { accounts: [LISTED] } } });
    expect(
      renamed
        .after(plan)
        .policy({ copy: { shareWith: [] } })
        .plan().calls,
    ).toEqual([`unshare ${COPY}: ${LISTED}`]);
  });

  it("is not known after a loss of the state: what the policy names counts as given, the rest as a person's", () => {
    const lost = base.copy("ap-shanghai", "ready").givenUnknown().shares(COPY, [LISTED, ENDED]);
    const plan = lost.plan();
    expect(plan.calls).toEqual([]);
    expect(plan.actions).toMatchObject([
      { event: "shared-by-others", copy: { given: { golden: { accounts: [LISTED] } }, sharedByOthers: [ENDED] } },
    ]);
    expect(plan.actions[0]).toMatchObject({
      text: expect.stringContaining(
        `tccli cvm ModifyImageSharePermission --region ap-shanghai --ImageId ${COPY} --AccountIds '["${ENDED}"]' --Permission CANCEL`,
      ) as string,
    });
    expect(lost.after(plan).plan().actions).toEqual([]);
  });

  it("that a person added is shown by plan and status until it has ended, also if the policy shares nothing", () => {
    const shared = base
      .policy({ copy: { shareWith: [] } })
      .copy("ap-shanghai", "ready", { record: { sharedByOthers: [ENDED], given: { golden: gave({}) } } });
    expect(shared.withoutAnswers().plan().questions).toHaveLength(1);
    const again = shared.shares(COPY, [ENDED]).plan();
    expect(again.actions).not.toMatchObject([{ event: "shared-by-others" }]);
    expect(again.warnings).toMatchObject([{ code: "shared-by-hand" }]);
    const [copy] = again.copies;
    expect(copy && reasonText(copy)).toContain(`${COPY} in ap-shanghai is shared with ${ENDED}, which no policy names`);
    const over = shared.shares(COPY, []).plan();
    expect(over.actions).toMatchObject([{ event: "not-shared-by-others", copy: { sharedByOthers: [] } }]);
    expect(over.warnings).toEqual([]);
  });

  it("is asked for once after a loss of the state, also if the policy shares nothing", () => {
    const lost = base
      .policy({ copy: { shareWith: [] } })
      .copy("ap-shanghai", "ready")
      .givenUnknown();
    expect(lost.withoutAnswers().plan().questions).toEqual([{ ask: "shares", region: "ap-shanghai", imageId: COPY }]);
    const known = lost.shares(COPY, []).plan();
    expect(lost.after(known).withoutAnswers().plan().questions).toEqual([]);
  });

  it("stays if the shares cannot be read", () => {
    const plan = shared.shares(COPY, UNANSWERED).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "unanswered-UnauthorizedOperation" }]);
  });
});

it("is recorded before the call that gives it, also if the policy changes while the copy is being finished", () => {
  const finishing = (record: RecordFields = {}) =>
    base
      .policy({ copy: { shareWith: [LISTED, ENDED], tags: { set: { env: "prod" } } } })
      .copy("ap-shanghai", "finishing", {
        name: "final",
        image: { tags: { env: "prod", old: "1" } },
        record: {
          claim: { settings: { name: "golden-web", description: "a golden image", tags: { old: "1" } } },
          ...record,
        },
      })
      .shares(COPY, []);
  const first = finishing().plan();
  expect(first.calls).toEqual([`share ${COPY}: ${LISTED}, ${ENDED}`]);
  const all = { golden: { accounts: [LISTED, ENDED], tags: { old: "1", env: "prod" }, families: [] } };
  expect(first.actions).toMatchObject([{ do: "record", copy: { given: all } }, { do: "share" }]);
  expect(finishing({ given: all }).plan().actions).toMatchObject([{ do: "share" }]);
});

it("a share that was ended for a modification is restored, whether the policy names it, named it, or never did", () => {
  const pending = given({ accounts: [LISTED, ENDED] }, [LISTED], {}, { pendingReshare: [LISTED, ENDED] });
  expect(withBrake(pending).plan().calls).toEqual([`share ${COPY}: ${ENDED}`]);
  const person = given({ accounts: [LISTED] }, [LISTED], {}, { pendingReshare: [HAND] });
  expect(person.plan().calls).toEqual([`share ${COPY}: ${HAND}`]);
});

describe("an orphaned copy", () => {
  const orphaned = (fields: Partial<Given>, image: Partial<Image> = {}) =>
    base
      .policy({ select: { type: "custom", name: ["other-*"] } })
      .copy("ap-shanghai", "retired", { image, record: { given: { golden: gave(fields) } } });

  it("loses a share that its policy no longer names, and its family", () => {
    const share = orphaned({ accounts: [LISTED, ENDED] }).shares(COPY, [LISTED, ENDED]);
    expect(share.plan().calls).toEqual([`unshare ${COPY}: ${ENDED}`]);
    expect(orphaned({ families: ["web"] }, { family: "web" }).plan().calls).toEqual([`modify ${COPY}: family = `]);
  });

  it("does not lose a share that a person gives after ours was ended", () => {
    const ended = orphaned({ accounts: [ENDED] }).shares(COPY, []);
    const plan = ended.plan();
    expect(plan.recordChanges).toHaveLength(1);
    expect(ended.after(plan).shares(COPY, [ENDED]).plan().calls).toEqual([]);
  });

  it("loses a share after its source was recalled, too", () => {
    const record = {
      reason: "recalled",
      deprecatedByUs: true,
      given: { golden: gave({ accounts: [ENDED] }) },
    } as const;
    const recalled = base
      .image({ deprecated: true })
      .copy("ap-shanghai", "retired", { image: { deprecated: true }, record })
      .shares(COPY, [ENDED]);
    expect(recalled.plan().calls).toEqual([`unshare ${COPY}: ${ENDED}`]);
    expect(withBrake(recalled).plan().calls).toEqual([]);
  });

  it("is not unshared first where a user wants it deleted: the checks of the deletion decide", () => {
    const pruned = orphaned({ accounts: [ENDED] })
      .policy({ prune: { minAge: 0, delete: true } })
      .shares(COPY, [ENDED])
      .users(COPY, undefined)
      .option({ mayDeleteLast: () => true });
    expect(pruned.plan().retained).toMatchObject([{ reason: { code: "shared" } }]);
    const deleting = pruned.policy({ prune: { minAge: 0, delete: true, shared: "delete" } }).plan();
    expect(deleting.actions).toMatchObject([{ do: "unshare", accounts: [ENDED], why: expect.any(String) as string }]);
  });

  it("is pruned although it is shared with an account that its policy no longer names", () => {
    const plan = orphaned({ accounts: [ENDED] })
      .policy({ prune: { minAge: 0, delete: true } })
      .shares(COPY, [ENDED])
      .users(COPY, undefined)
      .plan();
    expect(plan.calls).toEqual([`unshare ${COPY}: ${ENDED}`]);
  });
});

describe("the brake", () => {
  it.each<[string, World]>([
    ["a share", shared],
    ["a tag", tagged],
    ["a family", inFamily],
  ])("holds back %s, and says until when", (_, differing) => {
    const plan = withBrake(differing).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.waits).toMatchObject([{ reason: { code: "policy-too-new" }, until: braked.until }]);
    expect(plan.problems).toEqual([]);
    expect(withBrake(differing, true).plan().problems).toMatchObject([{ code: "unconfirmed-policy" }]);
  });

  it("holds up neither a recall nor a deprecation by age", () => {
    const recalled = base
      .change("img-root0001", { deprecated: true })
      .copy("ap-shanghai", "ready")
      .shares(COPY, [LISTED]);
    expect(withBrake(recalled).plan().calls).toEqual([`modify ${COPY}: deprecated = true`]);
    const aged = world()
      .policy({
        to: ["ap-shanghai"],
        select: { type: "custom", newest: 1 },
        prune: { deprecateAfter: hours(1), minAge: hours(9) },
      })
      .version(1)
      .copy("ap-shanghai", "retired", { record: { since: NOW - hours(2) } })
      .version(2)
      .copy("ap-shanghai", "ready")
      .sweep();
    expect(withBrake(aged).plan().calls).toEqual([`modify ${COPY}: deprecated = true`]);
  });

  it("holds up no other repair", () => {
    const two = withBrake(shared.change(COPY, { description: "by hand" }));
    expect(two.plan().calls).toEqual([`modify ${COPY}: description = a golden image`]);
  });

  it("keeps an orphaned copy from being pruned", () => {
    const orphan = base
      .policy({ select: { type: "custom", name: ["other-*"] }, prune: { minAge: 0, delete: true, last: true } })
      .copy("ap-shanghai", "retired")
      .shares(COPY, [])
      .users(COPY, undefined);
    expect(orphan.plan().calls).toEqual([`delete ${COPY}`]);
    const plan = withBrake(orphan, true).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code: "policy-too-new" } }]);
    expect(plan.problems).toMatchObject([{ code: "unconfirmed-policy" }]);
  });
});

describe("many shares", () => {
  const accounts = Array.from({ length: 9 }, (_, n) => `20000000000${n}`);
  /** Of nine accounts, the policy still names so many. */
  const losing = (named: number, others: readonly string[] = []) =>
    given({ accounts }, [...accounts, ...others]).policy({ copy: { shareWith: accounts.slice(0, named) } });

  it("end only after a user confirmed it, where a copy loses more than half of its accounts, and more than three", () => {
    expect(losing(5).plan().calls).toHaveLength(1);
    const plan = losing(4).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "loses-most-shares" }]);
    expect(losing(4).option({ acceptUnshare: true }).plan().calls).toHaveLength(1);
    expect(losing(4, [HAND]).plan().calls).toHaveLength(1);
    const three = given({ accounts: accounts.slice(0, 3) }, accounts.slice(0, 3)).policy({ copy: { shareWith: [] } });
    expect(three.plan().calls).toHaveLength(1);
  });

  it("count among the deletions of a run", () => {
    expect(shared.deletedBefore(MOST_DELETIONS - 1).plan().calls).toHaveLength(1);
    const plan = shared.deletedBefore(MOST_DELETIONS).plan();
    expect(plan.actions).toEqual([]);
    expect(plan.waits).toMatchObject([{ reason: { code: "enough-deleted" } }]);
  });
});
