// Two images with the marks of one copy: reported, and neither is deleted.
import { describe, expect, it } from "vitest";
import { tokenName } from "../../../lib/model/identity.ts";
import { keyOf, LAB } from "../../support/builders.ts";
import { world } from "../../support/plan-world.ts";

describe("two candidates for one copy", () => {
  const second = { imageId: "img-copy0002", name: tokenName(keyOf("ap-shanghai"), "golden-web", 2, LAB) };

  it("keep the recorded one, report the other and delete nothing", () => {
    const plan = world()
      .policy({ to: ["ap-shanghai"] })
      .image()
      .copy("ap-shanghai", "ready")
      .otherImage(second)
      .plan();
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "duplicate" }]);
    expect(plan.problems[0]?.text).toContain("img-copy0002");
  });

  it("are reported even if neither is recorded or desired", () => {
    const plan = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-shanghai", "copying", { record: "absent", lineage: false })
      .otherImage({ ...second, state: "SYNCING" })
      .plan();
    expect(plan.problems).toMatchObject([{ code: "duplicate" }]);
  });
});
