// Size, price and duration of a plan.
import { describe, expect, it } from "vitest";
import { estimate } from "../../lib/report/plan/estimate.ts";
import { hasWork, viewOf } from "../../lib/report/plan/plan-view.ts";
import { image, NOW } from "../support/builders.ts";
import { copyIn } from "../support/plan-copy.ts";
import { type CopyFields, minutes, type World, world } from "../support/plan-world.ts";

const PRICES = { currency: "CNY", snapshotGiBMonth: { default: 0.1, "ap-beijing": 0.2 } };
const source = world().image({ sizeGiB: 50 });

/** Adds the record of a finished copy of another source, whose duration was measured. */
const measured = (given: World, region: string, count: number, fields: CopyFields = {}) => {
  const imageId = `img-${region}-${count}`;
  const record = { durationMs: minutes(count) };
  const copied = given.image({ imageId, name: imageId }).remove(imageId);
  return copied.copy(region, "ready", { ...fields, image: "absent", record });
};

describe("an estimate", () => {
  it("counts the copies that are requested now or wait for their source, at the prices of their regions", () => {
    for (const state of ["NORMAL", "CREATING"]) {
      const plan = world().image({ sizeGiB: 50, state }).plan();
      expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 100, monthlyCost: 15, currency: "CNY", unpriced: [] });
    }
  });

  it("does not count copies that are ready, requested already or blocked", () => {
    const plan = source.copy("ap-beijing", "ready").copy("ap-shanghai", "copying").plan();
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 0, monthlyCost: 0, expectedMs: null, measured: 0 });
    const none = source.policy({ maxSizeGiB: 10 }).plan();
    expect(estimate(none, PRICES)).toMatchObject({ addGiB: 0, monthlyCost: 0, expectedMs: null });
  });

  it("counts copies that wait for an earlier copy, unless that one needs manual action", () => {
    const chain = world()
      .policy({ select: { type: "shared", creator: ["1"] } })
      .image({ type: "shared", creator: "1", sizeGiB: 50 });
    expect(estimate(chain.plan(), PRICES)).toMatchObject({ addGiB: 150 });
    const record = { reason: "quota", notBefore: NOW + 60_000 };
    const stopped = chain.copy("ap-guangzhou", "blocked", { record }).plan();
    expect(estimate(stopped, PRICES)).toMatchObject({ addGiB: 0 });
  });

  it("counts an encrypted copy once, and its intermediate copy separately", () => {
    const plan = source.policy({ to: ["ap-beijing"], copy: { encrypt: {} } }).plan();
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 50, passingGiB: 50, monthlyCost: 10 });
  });

  it("frees the size of deleted images", () => {
    const { image: inCloud, record: copy } = copyIn("retired", image({ name: "old" }), "ap-beijing", {
      image: { sizeGiB: 30 },
    });
    if (!inCloud || !copy) throw new Error("no copy");
    const remove = { do: "delete", copy, image: inCloud, sizeGiB: 30, why: "", done: copy } as const;
    expect(estimate({ ...world().plan(), actions: [remove] }, PRICES)).toMatchObject({ addGiB: 0, freeGiB: 30 });
  });

  it("has no price if one is missing, and names the regions without a price", () => {
    const plan = source.plan();
    expect(estimate(plan)).toMatchObject({ monthlyCost: null, currency: null, unpriced: [] });
    const only = { currency: "CNY", snapshotGiBMonth: { "ap-beijing": 1 } };
    expect(estimate(plan, only)).toMatchObject({ monthlyCost: null, currency: "CNY", unpriced: ["ap-shanghai"] });
  });
});

describe("the expected time", () => {
  const toBeijing = [4, 8, 90].reduce<World>((all, count) => measured(all, "ap-beijing", count), source);
  const both = [10, 20].reduce<World>((all, count) => measured(all, "ap-shanghai", count), toBeijing);

  it.each<[string, string[], World, number | null, number]>([
    ["null without measured copies", ["ap-beijing"], source, null, 0],
    ["the median of copies between the same two regions", ["ap-beijing"], both, 8, 3],
    ["the mean of the two middle durations", ["ap-shanghai"], both, 15, 2],
    ["the median of all copies, if there are none between these regions", ["ap-tokyo"], both, 10, 5],
    ["the duration to the slowest destination", ["ap-beijing", "ap-shanghai"], both, 15, 5],
  ])("is %s", (_, to, given, count, copies) => {
    const plan = given.policy({ to, crossBorder: "approved" }).plan();
    expect(estimate(plan)).toMatchObject({ expectedMs: count && minutes(count), measured: copies });
  });

  it("is the sum for all copies of a chain that are still to be requested", () => {
    const plan = measured(toBeijing, "ap-beijing", 5, { variant: "encrypted:default" })
      .policy({ to: ["ap-beijing"], copy: { encrypt: {} } })
      .plan();
    expect(estimate(plan)).toMatchObject({ expectedMs: minutes(13), measured: 4 });
  });

  it("is part of each call, with its size", () => {
    const view = viewOf(both.plan());
    expect(view.create).toMatchObject([
      { destinations: ["ap-beijing", "ap-shanghai"], gib: 100, expectedMs: minutes(15) },
    ]);
    expect(hasWork(view)).toBe(true);
    expect(viewOf(source.plan()).create).toMatchObject([{ gib: 100, expectedMs: null }]);
  });
});
