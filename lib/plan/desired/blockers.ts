// What stands in the way of a desired copy: border, size, name, tags.
import { MAX_TAGS, OWN_TAGS } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Policy } from "../../model/policy.ts";
import type { Image, Reason, Settings } from "../../model/types.ts";
import { nameProblem } from "../../policy/values/name-template.ts";
import { crossesBorder } from "../../policy/values/regions.ts";

/** What a person has to change in the policy, the image or the account before the copy can be asked for. */
export function whyBlocked(policy: Policy, root: Image, region: string, settings: Settings): Reason | undefined {
  if (root.state === "CREATEFAILED" || root.state === "IMPORTFAILED") {
    return reason("source-failed", { state: root.state });
  }
  if (root.wholeMachine) {
    return reason("whole-machine");
  }
  if (policy.crossBorder === "never" && crossesBorder(root.region, region)) {
    return {
      code: "cross-border",
      text: `${root.region} → ${region} crosses the border of mainland China, which the vendor has to approve`,
      remedy: `once the vendor has opened it for this account, set crossBorder: approved in policy ${policy.name}; else take ${region} out of its \`to\``,
    };
  }
  if (policy.maxSizeGiB !== undefined && root.sizeGiB > policy.maxSizeGiB) {
    return {
      code: "too-large",
      text: `the source has ${root.sizeGiB} GiB, policy ${policy.name} allows ${policy.maxSizeGiB}`,
      remedy: "raise maxSizeGiB or make the image smaller",
    };
  }
  const problem = nameProblem(settings.name);
  if (problem) {
    return {
      code: "bad-name",
      text: `the name of the copy would be "${settings.name}": ${problem}`,
      remedy: "change copy.name",
    };
  }
  const tags = Object.keys(settings.tags).length;
  if (tags + OWN_TAGS > MAX_TAGS) {
    return {
      code: "too-many-tags",
      text: `the copy would have ${tags} tags and up to ${OWN_TAGS} of this program; the cloud allows ${MAX_TAGS}`,
      remedy: "set copy.tags.inherit: false or remove tags from the source",
    };
  }
  return undefined;
}

export function whyWaiting(root: Image): Reason | undefined {
  if (root.state === "NORMAL") return undefined;
  return reason("source-not-normal", { state: root.state });
}
