// Checks of the regions of the policies: each exists, answers, and lets its images be read.
import { finding } from "../../model/messages/doctor.ts";
import { regionsOfPolicies } from "../../observe/read-set.ts";
import { didYouMean } from "../../policy/values/did-you-mean.ts";
import { type Check, check, notChecked } from "../check.ts";
import type { Facts } from "../facts.ts";
import { failed, isRefusal, isSilence } from "../failures.ts";

/** One line for each region that an enabled policy names. */
export async function regionChecks(facts: Facts): Promise<Check[]> {
  const named = [...regionsOfPolicies(facts.policies)].sort();
  if (named.length === 0) return [notChecked("regions", finding("no-regions"))];
  // Begun before the list is there, so that a list that hangs costs the regions nothing.
  for (const region of named) void facts.images(region, "custom");
  const list = await facts.attempt(() => facts.inspection.cloud.regions());
  const ofList = list.ok ? [] : [listCheck(list.error)];
  const checks = named.map(async (region): Promise<Check> => {
    const subject = `region ${region}`;
    if (list.ok && !list.value.includes(region)) {
      return check(subject, finding("region-absent", { near: didYouMean(region, list.value) }));
    }
    const read = await facts.images(region, "custom");
    if (read.ok) return check(subject, finding("region-answers", { ms: read.ms, images: read.value.length }));
    if (isRefusal(read.error)) {
      return check(
        subject,
        finding("permission-missing", { action: "cvm:DescribeImages", purpose: "images", who: "key" }),
      );
    }
    const judged = failed(subject, read.error, "cvm");
    return isSilence(read.error) ? check(subject, finding("region-silent", { text: judged.text })) : judged;
  });
  return [...ofList, ...(await Promise.all(checks))];
}

/** The list is only needed for regions that this release does not know, so that its loss is no fault. */
function listCheck(error: unknown): Check {
  if (!isRefusal(error)) return failed("regions", error, "cvm");
  const params = { action: "region:DescribeRegions", purpose: "regions", who: "key" } as const;
  return check("regions", finding("permission-useful", params));
}
