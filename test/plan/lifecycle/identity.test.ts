// An image that an answer of the cloud, or a damaged record, wrongly names as a copy.
import { describe, expect, it } from "vitest";
import { CLOCK_SKEW } from "../../../lib/model/time.ts";
import type { Copy } from "../../../lib/model/types.ts";
import { retried } from "../../../lib/plan/lifecycle/manual-retry.ts";
import { NOW, SETTLE, type Stage, world } from "../../support/plan-world.ts";

const THEIRS = "img-backup01";
const EARLIER = NOW - SETTLE - CLOCK_SKEW;
const STAGES = ["copying", "finishing", "stuck", "ready"] as const;
const base = world()
  .policy({ to: ["ap-shanghai"], copy: { family: "golden", shareWith: ["100000000009"] } })
  .image()
  .otherImage({ imageId: THEIRS, name: "db-backup" })
  .shares(THEIRS, [])
  .sweep();
/** The image of the copy does not exist; its record names the other one. It was requested long ago. */
const named = (stage: Stage, missingSince?: number) => {
  const claim = stage === "copying" ? { claim: { claimedAt: 0, sendBy: 0 } } : {};
  return base.copy("ap-shanghai", stage, { image: "absent", record: { imageId: THEIRS, missingSince, ...claim } });
};

describe.each(STAGES)("a record of a copy that is %s and names an image without our marks", (stage) => {
  it("is not acted on: the image is neither tagged, renamed, shared nor deleted", () => {
    const first = named(stage).plan();
    expect(first.calls).toEqual([]);
    expect(first.copies).toMatchObject([{ missingSince: NOW }]);
  });

  it("waits for the settling time, in which the copy may become visible", () => {
    const { recordChanges, waits } = named(stage, EARLIER + 1).plan();
    expect(recordChanges).toEqual([]);
    expect(waits).toMatchObject([{ reason: { code: "missing" } }]);
  });

  it("then needs a person, and makes no second copy before a retry", () => {
    const plan = named(stage, EARLIER).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (unidentified)"]);
    const [blocked] = plan.copies as [Copy];
    expect("reason" in blocked && blocked.reason.remedy).toContain("retry img-root0001 --region ap-shanghai");
    expect(base.after(plan).plan().actions).toEqual([]);
    const again = base.after({ copies: [retried(blocked, NOW) as Copy] }).plan();
    expect(again.calls).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("does not need one before the region was read whole, because the copy may be there", () => {
    const { recordChanges, waits } = named(stage, EARLIER).readOneByOne("ap-shanghai").sweep(false).plan();
    expect(recordChanges).toEqual([]);
    expect(waits).toMatchObject([{ reason: { code: "region-unread" } }]);
  });

  it("finds the copy by its marks", () => {
    const ours = base.copy("ap-shanghai", stage);
    const [record] = ours.input().copies as [Copy];
    const plan = ours.after({ copies: [{ ...record, imageId: THEIRS } as Copy] }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.copies).toMatchObject([{ imageId: "img-root0001-ap-shanghai" }]);
  });
});

describe("a retired copy that a person took over, whose source is selected again", () => {
  const retired = (image: object) =>
    base.copy("ap-shanghai", "retired", { lineage: false, image, record: { name: "golden-web" } });

  it("stays the person's without its name and its tags", () => {
    const plan = retired({ name: "db" }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.copies).toMatchObject([{ phase: "retired", missingSince: NOW }]);
  });

  it("is ours with its name, and gets its tags again", () => {
    const first = retired({});
    expect(first.plan().copies).toMatchObject([{ phase: "ready" }]);
    expect(first.after(first.plan()).plan().calls[0]).toMatch(/^tag img-root0001-ap-shanghai:/);
  });
});

describe("a copy that a person changed", () => {
  it("is ours without its tags under the name that the program itself gave it last", () => {
    const renamed = base.copy("ap-shanghai", "ready", { record: { name: "before" } });
    const refreshed = renamed.after(renamed.plan());
    const [record] = refreshed.input().copies as [Copy];
    expect(record).toMatchObject({ name: "golden-web" });
  });

  it("counts as ours with its tags, whatever its name is", () => {
    const { calls } = base.copy("ap-shanghai", "ready", { image: { name: "by-hand" } }).plan();
    expect(calls.length).toBeGreaterThan(0);
  });

  it("counts as ours with its name, and gets its tags again", () => {
    const { calls } = base.copy("ap-shanghai", "ready", { lineage: false }).plan();
    expect(calls[0]).toMatch(/^tag img-root0001-ap-shanghai:/);
  });

  it("is left alone without both", () => {
    const { calls } = base.copy("ap-shanghai", "ready", { lineage: false, record: { name: "before" } }).plan();
    expect(calls).toEqual([]);
  });

  it("ends without a call if no policy selects its source any more", () => {
    const { copies, calls } = named("copying", EARLIER).withoutSources().plan();
    expect(calls).toEqual([]);
    expect(copies).toMatchObject([{ phase: "ended", reason: { code: "unidentified" } }]);
  });
});

describe("a copy made from another copy", () => {
  it("is not requested from an image that does not show that it is the parent", () => {
    const encrypted = base.policy({ copy: { encrypt: {} } });
    const plain = encrypted.copy("ap-shanghai", "ready", { name: "intermediate" });
    expect(plain.plan().requests).toEqual([expect.stringContaining("→ ap-shanghai")]);
    const [record] = plain.input().copies as [Copy];
    const wrong = encrypted.after({ copies: [{ ...record, imageId: THEIRS } as Copy] });
    expect(wrong.plan().requests).toEqual([]);
  });
});

it("an image with the final name is not believed to be a copy that is still being made", () => {
  const plan = named("copying").change(THEIRS, { name: "golden-web" }).plan();
  expect(plan.calls).toEqual([]);
  expect(plan.copies).toMatchObject([{ phase: "copying", missingSince: NOW }]);
});

describe("a record that names a source as its copy", () => {
  const back = {
    name: "back",
    from: ["ap-shanghai"],
    to: ["ap-guangzhou"],
    select: { type: "custom", name: ["back-*"] },
  } as const;
  /** Of the copy of another source, which is made in the region of img-root0001 and has its id by a wrong answer. */
  const wrong = base
    .copy("ap-shanghai", "ready")
    .policy(back)
    .image({ imageId: "img-back0001", region: "ap-shanghai", name: "back-1" })
    .copy("ap-guangzhou", "copying", { image: "absent", policy: "back", record: { imageId: "img-root0001" } });

  it("does not end the copies of that source", () => {
    const plan = wrong.plan();
    const [copy] = plan.copies.filter(({ key }) => key.region === "ap-shanghai");
    expect(copy).toMatchObject({ phase: "ready", imageId: "img-root0001-ap-shanghai" });
    expect(plan.retained).toEqual([]);
  });

  it("does not make it a second copy", () => {
    expect(wrong.plan().problems.map(({ code }) => code)).not.toContain("duplicate");
  });
});
