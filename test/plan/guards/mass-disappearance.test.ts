// Many finished copies that are absent at once.
import { describe, expect, it } from "vitest";
import { CLOCK_SKEW } from "../../../lib/model/time.ts";
import { NOW, SETTLE, type World, world } from "../../support/plan-world.ts";

describe("many copies that disappear at once", () => {
  const regions = ["ap-shanghai", "ap-beijing", "ap-nanjing", "ap-chengdu", "ap-chongqing"];
  const lost = { image: "absent", record: { missingSince: NOW - SETTLE - CLOCK_SKEW } } as const;
  const vanished = regions.reduce<World>(
    (all, region) => all.copy(region, "ready", lost),
    world().policy({ to: regions }).image(),
  );

  it("are reported, and nothing is done about them", () => {
    const plan = vanished.plan();
    expect(plan.recordChanges).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "mass-disappearance" }]);
  });

  it("do not count if they never appeared: those are failed attempts", () => {
    const record = { ...lost.record, claim: { endedAt: lost.record.missingSince } };
    const unseen = regions.reduce<World>(
      (all, region) => all.copy(region, "copying", { image: "absent", record }),
      world().policy({ to: regions }).image(),
    );
    const plan = unseen.plan();
    expect(plan.problems).toEqual([]);
    expect(plan.recordChanges).toHaveLength(5);
  });

  it("hold those back that never appeared, because in an outage they may exist", () => {
    const record = { ...lost.record, claim: { endedAt: lost.record.missingSince } };
    const all = vanished.policy({ to: [...regions, "ap-tokyo"], crossBorder: "approved" });
    const plan = all.copy("ap-tokyo", "copying", { image: "absent", record }).plan();
    expect(plan.recordChanges).toEqual([]);
  });

  it("do not hold back the loss of a copy that has no further use", () => {
    const orphan = vanished
      .image({ imageId: "img-root0009", name: "golden-old" })
      .copy("ap-shanghai", "retired", lost)
      .change("img-root0009", { tags: { "cvm-replicator:ignore": "bad" } });
    expect(orphan.plan().recordChanges).toEqual(["ap-shanghai: ended (gone)"]);
  });

  it.each([
    ["three of few", 3, 5, 0, true],
    ["four of few", 4, 5, 0, false],
    ["a tenth", 4, 40, 0, true],
    ["more than a tenth", 5, 40, 0, false],
    ["a tenth together with those that the run has recorded before", 2, 40, 2, true],
    ["more than that", 2, 40, 3, false],
  ])("are recorded as gone up to three or a tenth: %s", (_, gone, total, vanished, isRecorded) => {
    const ids = Array.from({ length: total }, (_, n) => `img-root${String(n).padStart(4, "0")}`);
    const given = ids.reduce<World>(
      (all, imageId, n) =>
        all.image({ imageId, name: `golden-${n}` }).copy("ap-shanghai", "ready", n < gone ? lost : {}),
      world().policy({ to: ["ap-shanghai"] }),
    );
    const plan = given.option({ vanished }).plan();
    expect(plan.recordChanges).toEqual(Array(isRecorded ? gone : 0).fill("ap-shanghai: waiting (gone)"));
    expect(plan.problems.map(({ code }) => code)).toEqual(isRecorded ? [] : ["mass-disappearance"]);
  });

  it("are created again if the user accepts the loss", () => {
    expect(vanished.option({ acceptVanished: true }).plan().recordChanges).toHaveLength(5);
  });
});
