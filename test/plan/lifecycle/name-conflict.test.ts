// The final name of a copy, when another image or another source has it as well.
import { describe, expect, it } from "vitest";
import { days, NOW, world } from "../../support/plan-world.ts";

describe("the final name", () => {
  const taken = world()
    .policy({ to: ["ap-shanghai"] })
    .image()
    .otherImage({ createdAt: NOW });

  it("of another image blocks the copy, unless the policy says adopt and the image matches", () => {
    expect(taken.plan().recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
    const adopted = taken.policy({ existing: "adopt" }).plan();
    expect(adopted.recordChanges).toEqual(["ap-shanghai: ready"]);
    expect(adopted.copies[0]).toMatchObject({ imageId: "img-theirs01", adopted: true });
  });

  it.each([
    ["another size", { sizeGiB: 30 }],
    ["another system", { osName: "Ubuntu 24.04" }],
    ["another architecture", { architecture: "arm" }],
    ["data disks", { wholeMachine: true }],
    ["an age greater than the source", { createdAt: NOW - days(1) - 1 }],
    ["a state other than NORMAL", { state: "CREATING" }],
  ])("is not adopted from an image that has %s", (_, fields) => {
    const plan = taken.policy({ existing: "adopt" }).change("img-theirs01", fields).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });

  it("makes an image an adopted copy even if another policy selects it; it is no source then", () => {
    const pair = taken.policies(
      { name: "there", to: ["ap-shanghai"], existing: "adopt" },
      { name: "on", from: ["ap-shanghai"], to: ["ap-beijing"] },
    );
    const plan = pair.plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: ready"]);
    expect(plan.requests).toEqual([]);
    expect(pair.after(plan).plan().requests).toEqual([]);
  });

  it("goes to the older of two sources", () => {
    const plan = world()
      .policy({ from: ["ap-guangzhou", "ap-beijing"], to: ["ap-shanghai"] })
      .image()
      .image({ region: "ap-beijing", imageId: "img-root0002", createdAt: NOW - days(1) + 1 })
      .plan();
    expect(plan.requests).toEqual(["img-root0001 → ap-shanghai"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (name-conflict)"]);
  });
});
