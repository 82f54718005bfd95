// A finished copy whose image was deleted by hand.
import { describe, expect, it } from "vitest";
import { CLOCK_SKEW } from "../../../lib/model/time.ts";
import type { Copy } from "../../../lib/model/types.ts";
import { retried } from "../../../lib/plan/lifecycle/manual-retry.ts";
import { NOW, SETTLE, world } from "../../support/plan-world.ts";

describe("a finished copy that was deleted by hand", () => {
  const gone = world()
    .policy({ to: ["ap-shanghai"] })
    .image()
    .copy("ap-shanghai", "ready", { image: "absent", record: { missingSince: NOW - SETTLE - CLOCK_SKEW } })
    .sweep();
  const again = ["send img-root0001 → ap-shanghai"];

  it("is created again", () => {
    const plan = gone.plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: waiting (gone)"]);
    expect(gone.after(plan).plan().calls).toEqual(again);
  });

  it("is only reported with onDrift: report, and created again after a retry or a change of the policy", () => {
    const reporting = gone.policy({ onDrift: "report" });
    const plan = reporting.plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (gone)"]);
    const [blocked] = plan.copies as [Copy];
    expect("reason" in blocked && blocked.reason.remedy).toContain("cvm-replicator retry img-root0001");
    expect(reporting.after(plan).plan().actions).toEqual([]);
    expect(reporting.after({ copies: [retried(blocked, NOW) as Copy] }).plan().calls).toEqual(again);
    expect(gone.after(plan).plan().calls).toEqual(again);
  });
});
