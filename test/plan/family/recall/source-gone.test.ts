// A recall whose source was deleted stays in force, and one that the program cannot follow is reported.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG } from "../../../../lib/model/identity.ts";
import { days, NOW, type RecordFields, type World, world } from "../../../support/plan-world.ts";

const [GOOD, BAD] = ["img-root0001-ap-shanghai", "img-root0002-ap-shanghai"];
const [v1, v2] = [{ of: "img-root0001" }, { of: "img-root0002" }];
const family = "golden";
const inFamily = { image: { family } };
const versions = world()
  .policy({ to: ["ap-shanghai"], copy: { family: "inherit" } })
  .version(1, { family })
  .version(2, { family })
  .change("img-root0002", { tags: { [IGNORE_TAG]: "bad" } })
  .sweep();
const deprecated = { ...v2, image: { family, deprecated: true } };
const followed: RecordFields = { reason: "recalled", deprecatedByUs: true };

describe("a recall whose source was deleted since", () => {
  const followedBad = versions.copy("ap-shanghai", "retired", { ...deprecated, record: followed });
  const gone = followedBad.remove("img-root0002");

  it("stays in force: the copy leaves its family once another version is in it", () => {
    const joined = gone.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
    const open = { repair: { differences: ["family, which a recalled version must leave"], tries: 0, at: NOW } };
    const waiting = joined.copy("ap-shanghai", "retired", { ...deprecated, record: { ...followed, ...open } });
    expect(waiting.plan().calls).toEqual([`modify ${BAD}: family = `]);
  });

  it("stays in force: the copy that the family points to leaves it, although it is newer than the leader", () => {
    const joined = gone.copy("ap-shanghai", "ready", { ...v1, ...inFamily }).familyPointsTo(BAD);
    expect(joined.plan().calls).toEqual([`modify ${BAD}: family = `]);
    expect(joined.familyPointsTo(GOOD).plan().calls).toEqual([]);
  });

  it("stays in force: the copy is reported while no policy selects another version", () => {
    const alone = gone.policy({ select: { type: "custom", name: ["golden-2"] } }).familyPointsTo(BAD);
    expect(alone.plan().problems).toMatchObject([{ code: "recalled-and-current" }]);
  });

  it("stays in force for the copies that it had not reached", () => {
    const late = gone
      .policy({ to: ["ap-shanghai", "ap-beijing"] })
      .copy("ap-beijing", "ready", { ...v1, ...inFamily })
      .copy("ap-beijing", "ready", { ...v2, ...inFamily, record: { readyAt: NOW - days(1) } });
    const calls = late.plan().calls;
    expect(calls).toContain("modify img-root0002-ap-beijing: family = , deprecated = true");
  });

  it("had ended if a copy was ready again before the source was deleted", () => {
    const returned = gone
      .policy({ to: ["ap-shanghai", "ap-beijing"] })
      .copy("ap-beijing", "ready", { ...v2, ...inFamily, record: { readyAt: NOW } });
    const calls = returned.plan().calls;
    expect(calls.filter((call) => call.startsWith("modify img-root0002"))).toEqual([]);
  });
});

describe("a recalled copy that the program may not change", () => {
  const good = versions.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
  const ours = { ...v2, ...inFamily };
  const made = (fields: object = {}, given: World = good) => given.copy("ap-shanghai", "ready", { ...ours, ...fields });
  const problemsOf = (given: World) => given.plan().problems.filter(({ code }) => code === "recall-not-followed");

  it.each<[string, World, string]>([
    ["has lost its tags", made({ lineage: false }), "the image has no lineage tags"],
    ["was adopted", made({ lineage: false, record: { adopted: true } }), "the image was created outside this program"],
    ["belongs to a disabled policy", made({}, good.policy({ enabled: false })), "policy golden is disabled"],
    ["belongs to no policy", made({}, good.policies({ name: "other", from: ["ap-tokyo"] })), "no longer in the policy"],
  ])("is reported if it %s, again and again until a person has deprecated it", (_, given, cause) => {
    const first = given.plan();
    expect(first.calls.filter((call) => call.includes(BAD))).toEqual([]);
    const { text, remedy } = problemsOf(given)[0] ?? {};
    for (const part of [BAD, "ap-shanghai", "the family golden", "img-root0002", cause]) expect(text).toContain(part);
    expect(remedy).toBe("deprecate that image and take it out of its family by hand");
    expect(given.after(first).plan().problems).toMatchObject([{ code: "recall-not-followed" }]);
    const done = given.after(first).change(BAD, { deprecated: true });
    expect(problemsOf(done.familyPointsTo(GOOD))).toEqual([]);
    expect(problemsOf(done.familyPointsTo(BAD))).toHaveLength(1);
  });

  it("is said to be retained, too", () => {
    const untagged = made({ lineage: false });
    expect(untagged.after(untagged.plan()).plan().retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("is deleted by the command prune although the family points to it", () => {
    const prune = { minAge: 0, delete: true, shared: "delete" } as const;
    const alone = versions
      .policy({ select: { type: "custom", name: ["golden-2"] }, prune })
      .copy("ap-shanghai", "retired", { ...deprecated, record: followed })
      .familyPointsTo(BAD)
      .users(BAD, undefined)
      .shares(BAD, []);
    expect(alone.plan().calls).toEqual([]);
    expect(alone.option({ mayDeleteLast: () => true }).plan().calls).toEqual([`delete ${BAD}`]);
  });

  it("is another installation's to change; after stuckAfter it is reported", () => {
    const theirs = (since: number) =>
      good.copy("ap-shanghai", "retired", { ...ours, installation: "b0b0b0", record: { reason: "recalled", since } });
    expect(problemsOf(theirs(NOW))).toEqual([]);
    expect(problemsOf(theirs(NOW - days(1)))).toHaveLength(1);
  });
});
