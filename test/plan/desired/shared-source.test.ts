// A source that another account shares: first a copy in its own region, from which the others are made.
import { describe, expect, it } from "vitest";
import type { ImageType } from "../../../lib/model/types.ts";
import { makePlan } from "../../../lib/plan/plan.ts";
import { world } from "../../support/plan-world.ts";

describe("a shared image", () => {
  const OWNER = "100000000002";
  const shared = world()
    .policy({ select: { type: "shared", creator: [OWNER] }, to: ["ap-shanghai"] })
    .image({ type: "shared", creator: OWNER, name: "base-os", imageId: "img-shared01" });

  it("is copied within its own region first", () => {
    const plan = shared.plan();
    expect(plan.requests).toEqual(["img-shared01 → ap-guangzhou"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: waiting (parent-not-ready)"]);
  });

  it("is copied to other regions from that copy once it is ready", () => {
    const plan = shared.copy("ap-guangzhou", "ready").plan();
    expect(plan.requests).toEqual(["img-shared01-ap-guangzhou → ap-shanghai"]);
  });

  it("does not count as gone if only the custom images of its region were read", () => {
    const given = shared
      .copy("ap-shanghai", "ready")
      .withoutSources()
      .policy({ select: { type: "custom" } })
      .input();
    const home = given.observation.regions.get("ap-guangzhou");
    if (!home) throw new Error("ap-guangzhou was not read");
    const phasesAfter = (types: readonly ImageType[]) => {
      const view = { ...home, complete: new Set(types) };
      const regions = new Map([...given.observation.regions, ["ap-guangzhou", view] as const]);
      return makePlan({ ...given, observation: { ...given.observation, regions } }).copies.map(({ phase }) => phase);
    };
    expect([phasesAfter(["custom"]), phasesAfter(["shared"])]).toEqual([["ready"], ["ready"]]);
    expect(phasesAfter(["custom", "shared"])).toEqual(["retired"]);
  });

  it("has copies whose parent is that first copy, also after the state was lost", () => {
    const plan = shared
      .copy("ap-guangzhou", "ready", { record: "absent" })
      .copy("ap-shanghai", "copying", { record: "absent", lineage: false })
      .plan();
    expect(plan.copies.find(({ key }) => key.region === "ap-shanghai")).toMatchObject({
      imageId: "img-shared01-ap-shanghai",
      claim: { parent: { region: "ap-guangzhou", imageId: "img-shared01-ap-guangzhou" } },
    });
  });
});
