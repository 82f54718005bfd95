// Images that failed attempts have left: deleted before the next attempt, if they are proven ours.
import { describe, expect, it } from "vitest";
import { lineageTags, tokenName } from "../../../lib/model/identity.ts";
import type { Image } from "../../../lib/model/types.ts";
import { image, keyOf, LAB, madeFrom } from "../../support/builders.ts";
import { type RecordFields, world } from "../../support/plan-world.ts";

describe("an image left by a failed attempt", () => {
  const LEFT = "img-left0001";
  const key = keyOf("ap-shanghai");
  const token = (claimNumber: number, rootId = key.rootId) =>
    tokenName({ ...key, rootId }, "golden-web", claimNumber, LAB);
  const left = { imageId: LEFT, name: token(1), state: "CREATEFAILED" };
  const unrecorded = world()
    .policy({ to: ["ap-shanghai"] })
    .image()
    .otherImage(left);
  const failedOnce = (fields: Partial<Image> = {}, record: RecordFields = {}) =>
    unrecorded
      .copy("ap-shanghai", "retrying", { record: { claimCount: 2, attempts: 1, ...record } })
      .change(LEFT, fields);
  const nextAttempt = ["send img-root0001 → ap-shanghai"];

  it("is deleted before the next attempt, which waits for the deletion", () => {
    const plan = failedOnce().plan();
    expect(plan.calls).toEqual([`delete ${LEFT}`]);
    expect(failedOnce().option({ confirmedDeletions: new Set() }).plan().calls).toEqual([`delete ${LEFT}`]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: waiting (leftover)"]);
    const next = failedOnce().after(plan).remove(LEFT).plan();
    expect(next.calls).toEqual(nextAttempt);
    expect(next.sends[0]?.token).toBe(token(3));
  });

  it.each<[string, Partial<Image>]>([
    ["its temporary name has a claim number that was never used", { name: token(3) }],
    ["it has neither temporary name nor lineage tags", { name: "renamed" }],
    ["its temporary name is of another source", { name: token(1, "img-else") }],
  ])("is kept if it is not proven ours: %s", (_, fields) => {
    expect(failedOnce(fields).plan().calls).toEqual(nextAttempt);
  });

  it("is also proven ours by its lineage tags", () => {
    const tags = lineageTags(key, LEFT, madeFrom(image()));
    expect(failedOnce({ name: "renamed", tags }).plan().calls).toEqual([`delete ${LEFT}`]);
  });

  it("is kept if the copy has no record", () => {
    expect(unrecorded.plan().calls).toEqual(nextAttempt);
  });

  it("is kept if the cloud refuses its deletion, and holds nothing up", () => {
    const [action] = failedOnce()
      .plan()
      .actions.filter((one) => one.do === "delete");
    expect(action?.refused).toMatchObject({ undeletableImageIds: [LEFT] });
    expect(failedOnce({}, { undeletableImageIds: [LEFT] }).plan().calls).toEqual(nextAttempt);
  });
});
