import { describe, expect, it } from "vitest";
import type { Copy } from "../../lib/model/types.ts";
import { requestForImages } from "../../lib/replicator/run-requests.ts";
import { isSettled } from "../../lib/report/summary.ts";
import { copy, NOW, policy } from "../support/builders.ts";

describe("an event", () => {
  it("leads only to images of regions that a policy copies from, so that a mistyped region is never read", () => {
    const here = { region: "ap-guangzhou", imageId: "img-8toqc6s3" };
    const request = requestForImages([here, { region: "ap-guangzou", imageId: "img-8toqc6s3" }], [policy()]);
    expect(request.scope).toEqual({ kind: "images", images: [here] });
    expect(requestForImages([here], [policy({ enabled: false })]).scope).toEqual({ kind: "images", images: [] });
  });
});

describe("a copy that was absent when its region was last read", () => {
  it("is not settled: apply --wait waits until it is present again or confirmed as deleted", () => {
    const ready = copy<"ready">("ap-shanghai", {
      phase: "ready",
      imageId: "img-copy0001",
      name: "golden-web",
      readyAt: NOW,
      adopted: false,
    });
    expect(isSettled(ready)).toBe(true);
    expect(isSettled({ ...ready, missingSince: NOW } as Copy)).toBe(false);
  });
});
