import { describe, expect, it } from "vitest";
import type { Copy } from "../../lib/model/types.ts";
import { chooseForRetry, retried } from "../../lib/plan/lifecycle/manual-retry.ts";
import { claim, copy, NOW } from "../support/builders.ts";

const reason = { code: "quota", text: "500 images are the limit" };
const LATER = NOW + 600_000;
const failed = copy<"failed">("ap-shanghai", { state: "failed", reason }, { attempts: 5 });
const refused = copy<"blocked">("ap-beijing", { state: "blocked", reason, notBefore: LATER }, { attempts: 2 });
const image = { claim: claim(), imageId: "img-copy0001" };
const stuck = copy<"blocked">("ap-tokyo", { state: "blocked", reason, ...image });
const unnamed = copy<"blocked">("ap-tokyo", { state: "blocked", reason, ...image, notBefore: LATER });
const byPolicy = copy<"blocked">("ap-tokyo", { state: "blocked", reason });
const copying = copy<"copying">("ap-nanjing", { state: "copying", claim: claim(), progressedAt: NOW });

describe("a copy that is tried again", () => {
  it("has no attempts behind it and nothing to wait for", () => {
    expect(retried(failed, NOW)).toMatchObject({ state: "retrying", attempts: 0, notBefore: NOW, claimCount: 1 });
    expect(retried(refused, NOW)).toMatchObject({ state: "blocked", attempts: 0, notBefore: NOW, reason });
  });

  it("keeps its claim and its image: it is looked at again, and not asked for again", () => {
    expect(retried(stuck, NOW)).toMatchObject({ state: "copying", ...image, progressedAt: NOW });
    expect(retried(stuck, NOW)).not.toHaveProperty("reason");
    expect(retried(unnamed, NOW)).toMatchObject({ state: "blocked", ...image, notBefore: NOW });
  });

  it("stays blocked by its policy, and is not polled for that", () => {
    expect(retried(byPolicy, NOW)).toMatchObject({ state: "blocked", reason });
    expect(retried(byPolicy, NOW)).not.toHaveProperty("notBefore");
  });

  it("is failed or blocked; no other is touched", () => {
    expect(retried(copying, NOW)).toBeUndefined();
  });
});

describe("what to try again", () => {
  const all: Copy[] = [failed, refused, stuck, copying];
  const regions = (filter: Partial<Parameters<typeof chooseForRetry>[1]>) => {
    const { chosen, problems } = chooseForRetry(all, { images: [], ...filter });
    return { regions: [...chosen].map((text) => text.split("/")[3]).sort(), problems };
  };

  it("is everything that is failed or blocked, or what fits image, policy and region", () => {
    const everything = { regions: ["ap-beijing", "ap-shanghai", "ap-tokyo"], problems: [] };
    expect(regions({})).toEqual(everything);
    expect(regions({ images: [failed.key.rootId] })).toEqual(everything);
    expect(regions({ policy: "golden" })).toEqual(everything);
    expect(regions({ images: ["img-copy0001"] })).toEqual({ regions: ["ap-tokyo"], problems: [] });
    expect(regions({ region: "ap-beijing", policy: "golden" })).toEqual({ regions: ["ap-beijing"], problems: [] });
  });

  it("is nothing where nothing is failed or blocked and nobody named anything", () => {
    expect(chooseForRetry([copying], { images: [] })).toEqual({ chosen: new Set(), problems: [] });
  });

  it("is a mistake where a name fits nothing, each of them told", () => {
    const { problems } = regions({ images: ["img-8toqc6s3", "img-copy0001"], policy: "gold", region: "ap-nanjing" });
    expect(problems.map(({ where, text }) => `${where}: ${text}`)).toEqual([
      expect.stringMatching(/^IMAGE: "img-8toqc6s3": no copy .* is remembered/),
      expect.stringMatching(/^--by: "gold": no copy .* is remembered/),
      expect.stringMatching(/^--region: "ap-nanjing": no copy .* is failed or blocked/),
    ]);
    const publishTogether = regions({ images: ["img-copy0001"], region: "ap-beijing" });
    expect(publishTogether.problems).toHaveLength(1);
    expect(publishTogether.regions).toEqual([]);
  });
});
