// The verb that reads which regions the cloud has for CVM.
import type { Cloud } from "../../../model/ports.ts";
import { absent, listOf, record, textOf } from "../transport/answer.ts";
import type { Calls } from "./list-calls.ts";

/**
 * The verb that reads the list of regions (region 2022-06-27, DescribeRegions, which is not paged).
 * The action of the same name in cvm 2017-03-12 is no longer extended.
 */
export function regionReads({ repeated, timeoutMs }: Calls): Pick<Cloud, "regions"> {
  return {
    regions: () =>
      repeated({ service: "region", action: "DescribeRegions", params: { Product: "cvm" }, timeoutMs }, (answer) => {
        const ids = listOf(answer["RegionSet"], "RegionSet").flatMap((entry) => {
          const id = textOf(record(entry, "RegionSet[]")["Region"], "Region");
          return id ? [id] : [];
        });
        // Every region would count as one that the cloud does not have.
        if (ids.length === 0) throw absent("RegionSet[].Region");
        return ids;
      }),
  };
}
