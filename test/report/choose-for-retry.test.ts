// The copies that `cvm-replicator retry` chooses.
import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy } from "../../lib/model/types.ts";
import { retried } from "../../lib/plan/lifecycle/manual-retry.ts";
import { chooseForRetry } from "../../lib/report/copies/choose-for-retry.ts";
import { recordOf } from "../support/plan-copy.ts";
import { minutes, NOW } from "../support/plan-world.ts";

const image = { claim: {}, imageId: "img-copy0001" };
const failed = recordOf("ap-shanghai", "failed");
const refused = recordOf("ap-beijing", "blocked", { notBefore: NOW + minutes(10), attempts: 2 });
const stuck = recordOf("ap-tokyo", "stuck", image);
const copying = recordOf("ap-nanjing", "requested");

describe("the copies to retry", () => {
  const all: Copy[] = [failed, refused, stuck, copying];
  const regions = (filter: Parameters<typeof chooseForRetry>[1]) => {
    const { chosen, problems } = chooseForRetry(all, filter);
    return { regions: chosen.map(({ key }) => key.region).sort(), problems };
  };

  it("are all failed and blocked copies, or those that match image, policy and region", () => {
    const everything = { regions: ["ap-beijing", "ap-shanghai", "ap-tokyo"], problems: [] };
    expect(regions({})).toEqual(everything);
    expect(regions({ images: [failed.key.rootId] })).toEqual(everything);
    expect(regions({ policies: ["golden"] })).toEqual(everything);
    expect(regions({ images: [failed.rootName] })).toEqual(everything);
    expect(regions({ images: ["img-copy0001"] })).toEqual({ regions: ["ap-tokyo"], problems: [] });
    expect(regions({ regions: ["ap-beijing"], policies: ["golden"] })).toEqual({
      regions: ["ap-beijing"],
      problems: [],
    });
  });

  it("include those that wait for an unreadable region, which a retry reads at once", () => {
    const unreadable = { code: "unreadable-Timeout", text: storedText("no answer") };
    const waiting = { ...refused, phase: "waiting", reason: unreadable } as Copy;
    const filter = { regions: [refused.key.region] };
    expect(chooseForRetry([waiting], filter)).toMatchObject({ chosen: [{ key: refused.key }], problems: [] });
    expect(retried(waiting, NOW)).toBeUndefined();
  });

  it("are none, without a problem, if no copy is failed or blocked and no filter is given", () => {
    expect(chooseForRetry([copying], {})).toEqual({ chosen: [], problems: [] });
  });

  it("are none, with a problem for each filter, if a filter matches nothing", () => {
    const { problems } = regions({
      images: ["img-8toqc6s3", "img-copy0001"],
      policies: ["gold"],
      regions: ["ap-nanjing"],
    });
    expect(problems.map(({ where, text }) => `${where}: ${text}`).sort()).toEqual([
      expect.stringMatching(/^--only: "gold" fits no copy; did you mean golden\?/),
      expect.stringMatching(
        /^--region: "ap-nanjing": no copy that is in this region is failed, retrying, blocked or waits/,
      ),
      expect.stringMatching(/^IMAGE: "img-8toqc6s3" fits no copy; /),
    ]);
    const combined = regions({ images: ["img-copy0001"], regions: ["ap-beijing"] });
    expect(combined.problems).toHaveLength(1);
    expect(combined.regions).toEqual([]);
  });
});
