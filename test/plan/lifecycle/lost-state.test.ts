// An empty state over copies of ours in the cloud: what is recovered, and what stays in doubt.
import { describe, expect, it } from "vitest";
import { minutes, world } from "../../support/plan-world.ts";

describe("an empty state", () => {
  const lost = world().image().stateLost(minutes(1));

  it("recovers finished and unfinished copies by their ownership markers", () => {
    const plan = lost
      .copy("ap-shanghai", "ready", { record: "absent" })
      .copy("ap-beijing", "copying", { record: "absent", lineage: false })
      .plan();
    expect(plan.recordChanges).toEqual(["ap-beijing: copying", "ap-shanghai: ready"]);
    expect(plan.requests).toEqual([]);
  });

  it("treats a copy that is not visible as in doubt, not as missing, until every request must have ended", () => {
    const plan = lost.plan();
    expect(plan.recordChanges).toEqual([
      "ap-beijing: waiting (unknown-after-loss)",
      "ap-shanghai: waiting (unknown-after-loss)",
    ]);
    const later = lost.after(plan).at(minutes(1)).plan();
    expect(later.requests).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
  });
});
