// Reading the list of the regions of CVM.
import { describe, expect, it } from "vitest";
import { serve } from "./api-server.ts";

describe.concurrent("regions", () => {
  it("are read from the service region, without a region of their own", async () => {
    const RegionSet = [{ Region: "ap-tokyo", RegionState: "AVAILABLE", RegionTypeMC: null }, { RegionName: "no id" }];
    const api = await serve(() => ({ answer: { TotalCount: 2, RegionSet } }));
    expect(await api.cloud().regions()).toEqual(["ap-tokyo"]);
    const { headers, params } = api.requests.at(-1) ?? {};
    expect(headers).toMatchObject({ "x-tc-action": "DescribeRegions", "x-tc-version": "2022-06-27" });
    expect(headers).not.toHaveProperty("x-tc-region");
    expect(params).toEqual({ Product: "cvm" });
  });

  it.each([{}, { RegionSet: null }, { RegionSet: [] }, { RegionSet: [{ Region: null }] }, { RegionSet: "all" }])(
    "are not empty: %j is no answer",
    async (answer) => {
      const api = await serve(() => ({ answer }));
      await expect(api.cloud().regions()).rejects.toMatchObject({ code: "BadAnswer" });
    },
  );
});
