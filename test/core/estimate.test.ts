import { describe, expect, it } from "vitest";
import { estimate } from "../../lib/core/estimate.ts";
import { copy, copySettings, image, observation, planOf, policy } from "../support/builders.ts";

const MINUTE = 60_000;
const PRICES = { currency: "CNY", snapshotGiBMonth: { default: 0.1, "ap-beijing": 0.2 } };
const world = observation([image({ sizeGiB: 50 })]);

describe("an estimate", () => {
  it("counts what is asked for now and what waits for its source, at the prices of the regions", () => {
    for (const state of ["NORMAL", "CREATING"]) {
      const plan = planOf({ observation: observation([image({ sizeGiB: 50, state })]) });
      expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 100, monthlyCost: 15, currency: "CNY" });
    }
  });

  it("counts nothing that is there, and nothing that is blocked", () => {
    const ready = copy<"ready">("ap-beijing", {
      state: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: 0,
      adopted: false,
      took: 12 * MINUTE,
    });
    const there = image({ imageId: "img-copy0001", region: "ap-beijing" });
    const plan = planOf({ observation: observation([image({ sizeGiB: 50 }), there]), copies: [ready] });
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 50, monthlyCost: 5, expectedMs: 12 * MINUTE, measured: 1 });
    const none = planOf({ observation: world, policies: [policy({ maxSizeGiB: 10 })] });
    expect(estimate(none, PRICES)).toMatchObject({ addGiB: 0, monthlyCost: 0, expectedMs: null });
  });

  it("counts an encrypted copy once, not what is there on the way to it", () => {
    const encrypted = policy({ to: ["ap-beijing"], copy: copySettings({ encrypt: {} }) });
    expect(estimate(planOf({ observation: world, policies: [encrypted] }))).toMatchObject({ addGiB: 50 });
  });

  it("knows no price that was not named, and no time that was not measured", () => {
    const plan = planOf({ observation: world });
    expect(estimate(plan)).toMatchObject({ monthlyCost: null, currency: null, expectedMs: null, measured: 0 });
    const only = { currency: "CNY", snapshotGiBMonth: { "ap-beijing": 1 } };
    expect(estimate(plan, only)).toMatchObject({ monthlyCost: null, currency: "CNY" });
  });
});
