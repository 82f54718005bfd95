// A copy whose source no policy selects any more.
import { describe, expect, it } from "vitest";
import { ACCOUNT } from "../../support/builders.ts";
import { world } from "../../support/plan-world.ts";

describe("an image that is no longer selected", () => {
  it("has its copies retired, without a call", () => {
    const plan = world()
      .policy({ select: { type: "custom", name: ["other-*"] } })
      .image()
      .copy("ap-shanghai", "ready")
      .plan();
    expect(plan.actions.map((action) => action.do)).toEqual(["record"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: retired (deselected)"]);
    expect(plan.notSelected().map(({ image }) => image)).toContainEqual(
      expect.objectContaining({ imageId: "img-root0001", creator: ACCOUNT }),
    );
  });
});
