import { describe, expect, it } from "vitest";
import { explain } from "../../lib/core/explain.ts";
import { lineageTags } from "../../lib/core/mark.ts";
import type { PlanInput } from "../../lib/core/plan.ts";
import { copy, image, keyOf, observation, planOf, policy } from "../support/builders.ts";

const told = (imageId: string, input: Partial<PlanInput> & Pick<PlanInput, "observation">) => {
  const policies = input.policies ?? [policy()];
  return explain(imageId, policies, planOf({ ...input, policies, sweep: true }), input.observation);
};

describe("an explanation", () => {
  it("of a source tells each destination: what is there, what comes, what is in the way", () => {
    const policies = [policy({ to: ["ap-shanghai", "ap-beijing", "ap-tokyo"] })];
    const ready = copy<"ready">("ap-shanghai", {
      state: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: 0,
      adopted: false,
    });
    const world = observation(
      [image(), image({ imageId: "img-copy0001", region: "ap-shanghai" })],
      ["ap-beijing", "ap-tokyo"],
    );
    const [one] = told("img-root0001", { observation: world, copies: [ready], policies });
    expect(one?.policies).toMatchObject([
      {
        policy: "golden",
        selects: true,
        regions: [
          { region: "ap-shanghai", state: "ready", imageId: "img-copy0001" },
          { region: "ap-beijing", state: "to be asked for", reason: null },
          { region: "ap-tokyo", state: "blocked", reason: expect.stringContaining("crossBorder: approved") as string },
        ],
      },
    ]);
  });

  it.each([
    ["disabled", policy({ enabled: false }), image()],
    ["other-region", policy({ from: ["ap-beijing"] }), image()],
    ["name", policy(), image({ name: "other" })],
    ["other-type", policy({ select: { type: "shared", creator: ["1"] } }), image()],
    ["public", policy(), image({ type: "public" })],
    ["ignored", policy(), image({ tags: { "cvm-replicator:ignore": "" } })],
    ["no-destination", policy({ to: ["ap-guangzhou"] }), image()],
    ["not-newest", policy({ select: { type: "custom", newest: 1 } }), image({ createdAt: 1 })],
  ])("of what is not copied names why: %s", (code, only, root) => {
    const newer = image({ imageId: "img-root0002", name: "newer" });
    const [one] = told("img-root0001", { observation: observation([root, newer]), policies: [only] });
    expect(one?.policies).toMatchObject([{ selects: false, reason: { code }, regions: [] }]);
  });

  it("of a copy names its source, policy and state, with or without a record", () => {
    const tags = lineageTags(keyOf("ap-beijing"), image(), "golden", "img-copy0001");
    const there = image({ imageId: "img-copy0001", region: "ap-beijing", tags });
    const [one] = told("img-copy0001", { observation: observation([image(), there]) });
    expect(one?.copyOf).toMatchObject({ root: { imageId: "img-root0001" }, policy: "golden", state: "ready" });
  });

  it("of a source that is gone tells what is left of it, and of an image that nobody knows nothing", () => {
    const left = copy<"retired">("ap-beijing", {
      state: "retired",
      imageId: "img-copy0001",
      reason: { code: "deselected", text: "x" },
    });
    expect(told("img-root0001", { observation: observation([]), copies: [left] })).toMatchObject([
      { image: null, policies: [{ regions: [{ region: "ap-beijing", state: "retired" }] }] },
    ]);
    expect(told("img-none0000", { observation: observation([image()]) })).toEqual([]);
  });
});
