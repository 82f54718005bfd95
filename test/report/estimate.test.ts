// Size, price and duration of a plan.

import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy, CopyKey } from "../../lib/model/types.ts";
import { estimate } from "../../lib/report/estimate.ts";
import { hasWork, viewOf } from "../../lib/report/plan-view.ts";
import {
  asked,
  copy,
  copySettings,
  image,
  keyOf,
  made,
  observation,
  planOf,
  policy,
  retired,
} from "../support/builders.ts";

const MINUTE = 60_000;
const PRICES = { currency: "CNY", snapshotGiBMonth: { default: 0.1, "ap-beijing": 0.2 } };
const root = image({ sizeGiB: 50 });
const world = observation([root]);

/** A finished copy of another root with a measured duration. */
function measured(id: string, region: string, durationMs: number, key: Partial<CopyKey> = {}): Copy {
  const other = { ...keyOf(region, { region: "ap-guangzhou", imageId: id }), ...key };
  const own = { state: "ready", imageId: `${id}-copy`, name: id, readyAt: 0, adopted: false, durationMs } as const;
  return copy<"ready">(region, own, { key: other, rootName: id });
}

describe("an estimate", () => {
  it("counts the copies that are requested now or wait for their source, at the prices of their regions", () => {
    for (const state of ["NORMAL", "CREATING"]) {
      const plan = planOf({ observation: observation([image({ sizeGiB: 50, state })]) });
      expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 100, monthlyCost: 15, currency: "CNY", unpriced: [] });
    }
  });

  it("does not count copies that are ready, requested already or blocked", () => {
    const finished = made(root, "ap-beijing");
    const inProgress = asked(root, "ap-shanghai");
    const plan = planOf({
      observation: observation([root, finished.image, inProgress.image]),
      copies: [finished.copy, inProgress.copy],
    });
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 0, monthlyCost: 0, expectedMs: null, measured: 0 });
    const none = planOf({ observation: world, policies: [policy({ maxSizeGiB: 10 })] });
    expect(estimate(none, PRICES)).toMatchObject({ addGiB: 0, monthlyCost: 0, expectedMs: null });
  });

  it("counts copies that wait for an earlier copy, unless that one needs manual action", () => {
    const shared = image({ type: "shared", creator: "1", sizeGiB: 50 });
    const chain = policy({ select: { type: "shared", creator: ["1"] } });
    const plan = planOf({ observation: observation([shared]), policies: [chain] });
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 150 });
    const reason = { code: "quota", text: storedText("ap-guangzhou is full") };
    const full = copy<"blocked">("ap-guangzhou", { state: "blocked", reason, notBefore: Number.MAX_SAFE_INTEGER });
    const stopped = planOf({ observation: observation([shared]), policies: [chain], copies: [full] });
    expect(estimate(stopped, PRICES)).toMatchObject({ addGiB: 0 });
  });

  it("counts an encrypted copy once, and its intermediate copy separately", () => {
    const encrypted = policy({ to: ["ap-beijing"], copy: copySettings({ encrypt: {} }) });
    const plan = planOf({ observation: world, policies: [encrypted] });
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 50, passingGiB: 50, monthlyCost: 10 });
  });

  it("frees the size of deleted images", () => {
    const old = retired(image({ imageId: "img-old00001", name: "old" }), "ap-beijing", { image: { sizeGiB: 30 } });
    const remove = { do: "delete", copy: old.copy, image: old.image, sizeGiB: 30, why: "", done: old.copy } as const;
    const plan = { ...planOf({ observation: observation([]) }), actions: [remove] };
    expect(estimate(plan, PRICES)).toMatchObject({ addGiB: 0, freeGiB: 30 });
  });

  it("has no price if one is missing, and names the regions without a price", () => {
    const plan = planOf({ observation: world });
    expect(estimate(plan)).toMatchObject({ monthlyCost: null, currency: null, unpriced: [] });
    const only = { currency: "CNY", snapshotGiBMonth: { "ap-beijing": 1 } };
    expect(estimate(plan, only)).toMatchObject({ monthlyCost: null, currency: "CNY", unpriced: ["ap-shanghai"] });
  });
});

describe("the expected time", () => {
  const toBeijing = [4, 8, 90].map((minutes) => measured(`img-b${minutes}`, "ap-beijing", minutes * MINUTE));
  const toShanghai = [10, 20].map((minutes) => measured(`img-s${minutes}`, "ap-shanghai", minutes * MINUTE));

  it.each<[string, string[], Copy[], number | null, number]>([
    ["null without measured copies", ["ap-beijing"], [], null, 0],
    ["the median of copies between the same two regions", ["ap-beijing"], [...toBeijing, ...toShanghai], 8, 3],
    ["the mean of the two middle durations", ["ap-shanghai"], [...toBeijing, ...toShanghai], 15, 2],
    [
      "the median of all copies, if there are none between these regions",
      ["ap-tokyo"],
      [...toBeijing, ...toShanghai],
      10,
      5,
    ],
    ["the duration to the slowest destination", ["ap-beijing", "ap-shanghai"], [...toBeijing, ...toShanghai], 15, 5],
  ])("is %s", (_, to, copies, minutes, count) => {
    const plan = planOf({ observation: world, policies: [policy({ to, crossBorder: "approved" })], copies });
    expect(estimate(plan)).toMatchObject({ expectedMs: minutes && minutes * MINUTE, measured: count });
  });

  it("is the sum for all copies of a chain that are still to be requested", () => {
    const encrypted = policy({ to: ["ap-beijing"], copy: copySettings({ encrypt: {} }) });
    const step = measured("img-e1", "ap-beijing", 5 * MINUTE, { variant: "encrypted:default" });
    const plan = planOf({ observation: world, policies: [encrypted], copies: [...toBeijing, step] });
    expect(estimate(plan)).toMatchObject({ expectedMs: 13 * MINUTE, measured: 4 });
  });

  it("is part of each call, with its size", () => {
    const plan = planOf({ observation: world, copies: [...toBeijing, ...toShanghai] });
    const view = viewOf(plan);
    expect(view.create).toMatchObject([
      { destinations: ["ap-beijing", "ap-shanghai"], gib: 100, expectedMs: 15 * MINUTE },
    ]);
    expect(hasWork(view)).toBe(true);
    expect(viewOf(planOf({ observation: world })).create).toMatchObject([{ gib: 100, expectedMs: null }]);
  });
});
