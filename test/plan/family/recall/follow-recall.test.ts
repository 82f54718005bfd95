// What a copy does when its source is recalled, and when the recall ends: one region.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG, ROLLED_BACK_TAG } from "../../../../lib/model/identity.ts";
import { NOW, type PolicyFields, UNANSWERED, type World, world } from "../../../support/plan-world.ts";

const [GOOD, BAD] = ["img-root0001-ap-shanghai", "img-root0002-ap-shanghai"];
const [v1, v2] = [{ of: "img-root0001" }, { of: "img-root0002" }];
const family = "golden";
const inFamily = { image: { family } };
const POLICY: PolicyFields = { to: ["ap-shanghai"], copy: { family: "inherit" } };
const IGNORED = { tags: { [IGNORE_TAG]: "bad" } };
const LEAVES = "family, which a recalled version must leave";

const versions = world().policy(POLICY).version(1, { family }).version(2, { family }).sweep();
/** Version 2 was recalled; its copy is ready, and in the family. */
const recalled = versions.copy("ap-shanghai", "ready", { ...v2, ...inFamily }).change("img-root0002", IGNORED);
const both = recalled.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
/** Its copy has been deprecated, and waits. */
const waits = (record: object = {}) =>
  recalled.copy("ap-shanghai", "retired", {
    ...v2,
    image: { family, deprecated: true },
    record: { reason: "recalled", deprecatedByUs: true, ...record },
  });
const open = { repair: { differences: [LEAVES], tries: 0, at: NOW } };

describe("a copy whose source is recalled", () => {
  it.each([["the ignore tag", IGNORED] as const, ["deprecation", { deprecated: true }] as const])(
    "is retired, deprecated and out of its family in one plan, by %s",
    (_, mark) => {
      const plan = both.change("img-root0002", { tags: {}, ...mark }).plan();
      expect(plan.calls).toEqual([`modify ${BAD}: family = , deprecated = true`]);
      expect(plan.recordChanges).toEqual(["ap-shanghai: retired (recalled)"]);
      expect(plan.copies.find(({ key }) => key.rootId === "img-root0002")).toMatchObject({ deprecatedByUs: true });
      expect(plan.problems).toEqual([]);
    },
  );

  it("follows even if drift is only reported", () => {
    expect(both.policy({ onDrift: "report" }).plan().calls).toHaveLength(1);
  });

  it("follows if it was retired before", () => {
    const old = both.copy("ap-shanghai", "retired", { ...v2, ...inFamily });
    expect(old.plan().calls).toEqual([`modify ${BAD}: family = , deprecated = true`]);
  });

  it("follows in a sweep only, which sees how many sources were recalled", () => {
    const plan = both.sweep(false).plan();
    expect([plan.calls, plan.recordChanges]).toEqual([[], []]);
  });

  it("leaves its family after the other version has joined it", () => {
    const apart = recalled.copy("ap-shanghai", "ready", v1);
    const calls = apart.plan().calls;
    expect(calls.toSorted()).toEqual([`modify ${GOOD}: family = golden`, `modify ${BAD}: deprecated = true`]);
    const joined = waits({ repair: { differences: ["deprecation"], tries: 1, at: NOW } }).sweep(false);
    expect(joined.copy("ap-shanghai", "ready", { ...v1, ...inFamily }).plan().calls).toEqual([
      `modify ${BAD}: family = `,
    ]);
  });

  it("makes the other version join even if it is published together, and if drift is only reported", () => {
    const apart = recalled
      .policy({
        to: ["ap-shanghai", "ap-beijing"],
        copy: { family: "inherit", publish: "together" },
        onDrift: "report",
      })
      .copy("ap-beijing", "copying", v1)
      .copy("ap-shanghai", "ready", v1);
    expect(apart.plan().calls).toContain(`modify ${GOOD}: family = golden`);
    expect(apart.change("img-root0002", { tags: {} }).plan().calls).not.toContain(`modify ${GOOD}: family = golden`);
  });

  it("does not become the current image if it is finished after the recall", () => {
    const late = recalled.copy("ap-shanghai", "copying", { ...v2, image: { family, state: "NORMAL" } });
    expect(late.plan().calls).toContain(`modify ${BAD}: name = golden-2, description = a golden image, family = `);
  });

  it("is tried again in a sweep only if the cloud refuses to modify it, because a poll may not see the other one", () => {
    const repair = { differences: [LEAVES], tries: 3, at: NOW - 86_400_000 };
    const refused = both.copy("ap-shanghai", "retired", { ...v2, ...inFamily, record: { reason: "recalled", repair } });
    expect(refused.sweep(false).plan().calls).toEqual([]);
    expect(refused.plan().copies).toContainEqual(expect.objectContaining({ repair: { ...repair, tries: 4, at: NOW } }));
  });

  it("is left alone if a person has deprecated it, which is recorded as such", () => {
    const theirs = both.copy("ap-shanghai", "ready", { ...v2, image: { deprecated: true } });
    const plan = theirs.plan();
    expect(plan.calls).toEqual([]);
    expect(plan.copies.find(({ key }) => key.rootId === "img-root0002")).not.toHaveProperty("deprecatedByUs");
  });

  it("counts as deprecated by this program after a loss of the state", () => {
    const lost = both.copy("ap-shanghai", "ready", { ...v2, image: { deprecated: true }, record: "absent" });
    expect(lost.plan().copies).toContainEqual(expect.objectContaining({ phase: "ready", deprecatedByUs: true }));
  });
});

describe("a recalled version that is still in its family", () => {
  it("waits for a version that has to be copied first", () => {
    const plan = recalled.plan();
    expect(plan.calls).toEqual([`modify ${BAD}: deprecated = true`, "send img-root0001 → ap-shanghai"]);
    expect(plan.waits).toMatchObject([{ reason: { code: "awaits-replacement" } }]);
    expect(plan.problems).toEqual([]);
    const next = waits().plan();
    expect(next.copies.find(({ key }) => key.rootId === "img-root0002")).toMatchObject(open);
    expect(waits(open).plan().recordChanges).toEqual([]);
  });

  it.each<[string, World]>([
    ["being copied", waits(open).copy("ap-shanghai", "copying", v1)],
    [
      "rolled back",
      waits(open).copy("ap-shanghai", "ready", { ...v1, image: { family, tags: { [ROLLED_BACK_TAG]: family } } }),
    ],
    ["deprecated", waits(open).copy("ap-shanghai", "ready", { ...v1, image: { family, deprecated: true } })],
    ["not in the family", waits(open).copy("ap-shanghai", "ready", v1)],
    ["not NORMAL", waits(open).copy("ap-shanghai", "ready", { ...v1, image: { family, state: "SYNCING" } })],
  ])("stays while the other version is %s", (_, given) => {
    expect(
      given
        .familyPointsTo(BAD)
        .plan()
        .calls.filter((call) => call.includes(BAD)),
    ).toEqual([]);
  });

  it("leaves in the poll in which the other version is in the family, finished but not yet shared", () => {
    const finishing = waits(open)
      .copy("ap-shanghai", "finishing", { ...v1, name: "final", ...inFamily })
      .sweep(false);
    expect(finishing.plan().calls).toEqual([`modify ${BAD}: family = `]);
  });

  it("is tried once, and again only if the cloud says that the family points to it", () => {
    const tried = waits({ repair: { ...open.repair, tries: 1, at: NOW - 3_600_000 } });
    const given = tried.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
    expect(given.familyPointsTo(BAD).plan().calls).toEqual([`modify ${BAD}: family = `]);
    expect(given.familyPointsTo(GOOD).plan().calls).toEqual([]);
    expect(
      given
        .familyPointsTo(GOOD)
        .plan()
        .copies.find(({ key }) => key.rootId === "img-root0002"),
    ).not.toHaveProperty("repair");
  });

  it("does not begin again in a poll, which may not have read the other version", () => {
    expect(waits().sweep(false).plan().recordChanges).toEqual([]);
    const deprecated = waits({ repair: { differences: ["deprecation"], tries: 1, at: NOW } }).sweep(false);
    expect(deprecated.plan().copies).toContainEqual(expect.objectContaining(open));
  });
});

describe("a recalled version without another one", () => {
  const alone = recalled.policy({ select: { type: "custom", name: ["golden-2"] } });

  it("is deprecated, stays in its family, and is reported", () => {
    expect(alone.plan().questions).toEqual([{ ask: "family", region: "ap-shanghai", family }]);
    for (const answer of [BAD, undefined, UNANSWERED]) {
      const plan = alone.familyPointsTo(answer).plan();
      expect(plan.calls).toEqual([`modify ${BAD}: deprecated = true`]);
      expect(plan.problems).toMatchObject([{ code: "recalled-and-current" }]);
      expect(plan.problems[0]?.text).toContain("img-root0002");
    }
  });

  it.each<[string, World]>([
    ["the family points to an image of other origin", alone.familyPointsTo("img-else")],
    ["it is in no family", alone.change(BAD, { family: "" }).change(BAD, { tags: {} })],
    ["a person put it into another family", alone.change(BAD, { family: "mine" })],
    ["not every source was read", alone.policy({ name: "other", from: ["ap-tokyo"] }).unread("ap-tokyo")],
  ])("is not reported if %s", (_, given) => {
    expect(given.plan().problems.map(({ code }) => code)).not.toContain("recalled-and-current");
  });
});

describe("the end of a recall", () => {
  const out = { image: { deprecated: true }, record: { reason: "recalled", family, deprecatedByUs: true } } as const;
  const ended = versions.copy("ap-shanghai", "ready", { ...v1, ...inFamily });
  const returning = ended.copy("ap-shanghai", "retired", { ...v2, ...out });

  it("is followed in one plan, and then the copy joins its family again, even if drift is only reported", () => {
    for (const onDrift of ["repair", "report"] as const) {
      const first = returning.policy({ onDrift }).plan();
      expect(first.calls).toEqual([`modify ${BAD}: deprecated = false`]);
      expect(first.recordChanges).toEqual(["ap-shanghai: ready"]);
      const second = returning.policy({ onDrift }).after(first).change(BAD, { deprecated: false }).sweep(false);
      const third = second.after(second.plan()).plan();
      expect(third.calls).toEqual([`modify ${BAD}: family = golden`]);
    }
  });

  it("leaves the deprecation by a person", () => {
    const theirs = { ...out, record: { ...out.record, deprecatedByUs: undefined } };
    expect(ended.copy("ap-shanghai", "retired", { ...v2, ...theirs }).plan().calls).toEqual([]);
  });

  it("leaves the deprecation after a rollback", () => {
    const tags = { [ROLLED_BACK_TAG]: family };
    const rolledBack = { ...out, image: { ...out.image, tags } };
    expect(ended.copy("ap-shanghai", "retired", { ...v2, ...rolledBack }).plan().calls).toEqual([]);
  });

  it("also ends the deprecation of a copy that no policy selects any more", () => {
    const aged = returning.policy({ select: { type: "custom", name: ["golden-1"] } });
    const plan = aged.plan();
    expect(plan.calls).toEqual([`modify ${BAD}: deprecated = false`]);
    const next = aged.after(plan).change(BAD, { deprecated: false }).plan();
    expect(next.recordChanges).toEqual(["ap-shanghai: retired (deselected)"]);
  });

  it("is not assumed if the source is gone", () => {
    expect(returning.remove("img-root0002").plan().calls).toEqual([]);
  });
});
