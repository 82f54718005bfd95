import { describe, expect, it } from "vitest";
import { requestForImages } from "../../lib/replicator/run-requests.ts";
import { isSettled } from "../../lib/report/summary.ts";
import { copy, NOW, policy } from "../support/builders.ts";

describe("an event", () => {
  it("leads to images of regions that a policy copies from, and to no others, mistyped ones above all", () => {
    const here = { region: "ap-guangzhou", imageId: "img-8toqc6s3" };
    const order = requestForImages([here, { region: "ap-guangzou", imageId: "img-8toqc6s3" }], [policy()]);
    expect(order.scope).toEqual({ kind: "images", images: [here] });
    expect(requestForImages([here], [policy({ enabled: false })]).scope).toEqual({ kind: "images", images: [] });
  });
});

describe("a copy that was not found at the last look", () => {
  it("is not settled: whoever waits waits until it is there again or gone", () => {
    const ready = copy<"ready">("ap-shanghai", {
      state: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: NOW,
      adopted: false,
    });
    expect(isSettled(ready)).toBe(true);
    expect(isSettled({ ...ready, missingSince: NOW })).toBe(false);
  });
});
