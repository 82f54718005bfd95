// The record changes and the filters of `cvm-replicator retry`.
import { describe, expect, it } from "vitest";
import { storedText } from "../../../lib/model/messages/define.ts";
import type { Copy, CopyIn } from "../../../lib/model/types.ts";
import { chooseForRetry, retried } from "../../../lib/plan/lifecycle/manual-retry.ts";
import { recordOf } from "../../support/plan-copy.ts";
import { minutes, NOW } from "../../support/plan-world.ts";

const image = { claim: {}, imageId: "img-copy0001" };
const failed = recordOf("ap-shanghai", "failed");
const refused = recordOf("ap-beijing", "blocked", { notBefore: NOW + minutes(10), attempts: 2 });
const stuck = recordOf("ap-tokyo", "stuck", image);
const copying = recordOf("ap-nanjing", "requested");

describe("the record of a copy that is retried manually", () => {
  it("has no attempts and no backoff", () => {
    expect(retried(failed, NOW)).toMatchObject({ phase: "retrying", attempts: 0, notBefore: NOW, claimCount: 1 });
    expect(retried(refused, NOW)).toMatchObject({
      phase: "blocked",
      attempts: 0,
      notBefore: NOW,
      reason: { code: "other" },
    });
  });

  it("keeps its claim and its image, so that the image is read again and not requested again", () => {
    const { claim } = stuck as CopyIn<"stuck">;
    expect(retried(stuck, NOW)).toMatchObject({ phase: "copying", ...image, claim, progressedAt: NOW });
    expect(retried(stuck, NOW)).not.toHaveProperty("reason");
    const unnamed = recordOf("ap-tokyo", "stuck", { ...image, notBefore: NOW + minutes(10) });
    expect(retried(unnamed, NOW)).toMatchObject({ phase: "stuck", ...image, claim, notBefore: NOW });
  });

  it("stays blocked if its policy blocks it, and gets no time for a poll", () => {
    const byPolicy = recordOf("ap-tokyo", "blocked");
    expect(retried(byPolicy, NOW)).toMatchObject({ phase: "blocked", reason: { code: "other" } });
    expect(retried(byPolicy, NOW)).not.toHaveProperty("notBefore");
  });

  it("changes only if the copy is failed or blocked", () => {
    expect(retried(copying, NOW)).toBeUndefined();
  });
});

describe("the copies to retry", () => {
  const all: Copy[] = [failed, refused, stuck, copying];
  const regions = (filter: Partial<Parameters<typeof chooseForRetry>[1]>) => {
    const { chosen, problems } = chooseForRetry(all, { images: [], ...filter });
    return { regions: [...chosen].map((text) => text.split("/")[3]).sort(), problems };
  };

  it("are all failed and blocked copies, or those that match image, policy and region", () => {
    const everything = { regions: ["ap-beijing", "ap-shanghai", "ap-tokyo"], problems: [] };
    expect(regions({})).toEqual(everything);
    expect(regions({ images: [failed.key.rootId] })).toEqual(everything);
    expect(regions({ policy: "golden" })).toEqual(everything);
    expect(regions({ images: ["img-copy0001"] })).toEqual({ regions: ["ap-tokyo"], problems: [] });
    expect(regions({ region: "ap-beijing", policy: "golden" })).toEqual({ regions: ["ap-beijing"], problems: [] });
  });

  it("include those that wait for an unreadable region, which a retry reads at once", () => {
    const unreadable = { code: "unreadable-Timeout", text: storedText("no answer") };
    const waiting = { ...refused, phase: "waiting", reason: unreadable } as Copy;
    const filter = { images: [], region: refused.key.region };
    expect(chooseForRetry([waiting], filter)).toMatchObject({ chosen: { size: 1 }, problems: [] });
    expect(retried(waiting, NOW)).toBeUndefined();
  });

  it("are none, without a problem, if no copy is failed or blocked and no filter is given", () => {
    expect(chooseForRetry([copying], { images: [] })).toEqual({ chosen: new Set(), problems: [] });
  });

  it("are none, with a problem for each filter, if a filter matches nothing", () => {
    const { problems } = regions({ images: ["img-8toqc6s3", "img-copy0001"], policy: "gold", region: "ap-nanjing" });
    expect(problems.map(({ where, text }) => `${where}: ${text}`)).toEqual([
      expect.stringMatching(/^IMAGE: "img-8toqc6s3": no recorded copy matches this image id/),
      expect.stringMatching(/^--by: "gold": no recorded copy belongs to this policy/),
      expect.stringMatching(/^--region: "ap-nanjing": no copy that is in this region is failed, blocked or waits/),
    ]);
    const combined = regions({ images: ["img-copy0001"], region: "ap-beijing" });
    expect(combined.problems).toHaveLength(1);
    expect(combined.regions).toEqual([]);
  });
});
