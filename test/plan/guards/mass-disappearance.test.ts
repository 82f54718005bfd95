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

  it("are created again if the user accepts the loss", () => {
    expect(vanished.acceptVanished().plan().recordChanges).toHaveLength(5);
  });
});
