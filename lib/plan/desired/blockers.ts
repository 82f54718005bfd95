// Decides whether a desired copy is blocked (border, size, name, tags) or waits for its source.
import { MAX_TAGS, OWN_TAGS } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Policy } from "../../model/policy.ts";
import type { Image, Reason, Settings } from "../../model/types.ts";
import { copyName, nameProblem } from "../../policy/values/name-template.ts";
import { crossesBorder, sideOf } from "../../policy/values/regions.ts";

/**
 * What must be changed in the policy, the image or the account before the copy can be requested.
 */
export function whyBlocked(policy: Policy, root: Image, region: string): Reason | undefined {
  if (root.state === "CREATEFAILED" || root.state === "IMPORTFAILED") {
    return reason("source-failed", { state: root.state });
  }
  if (root.wholeMachine) {
    return reason("whole-machine");
  }
  if (policy.crossBorder === "never" && crossesBorder(root.region, region, policy.declaredSides)) {
    const undeclared = [root.region, region].find((id) => sideOf(id, policy.declaredSides) === undefined);
    return reason("cross-border", { from: root.region, to: region, policy: policy.name, undeclared });
  }
  if (policy.maxSizeGiB !== undefined && root.sizeGiB > policy.maxSizeGiB) {
    const { name, maxSizeGiB } = policy;
    return reason("too-large", { sizeGiB: root.sizeGiB, policy: name, maxSizeGiB });
  }
  return undefined;
}

/** The same about the name and the tags that the copy is to have. */
export function whyUnfit(policy: Policy, root: Image, region: string, settings: Settings): Reason | undefined {
  const problem = nameProblem(settings.name);
  if (problem) {
    const ofSource = !nameProblem(copyName(policy.copy.name, { ...root, name: "x" }, root.region, region));
    return reason("bad-name", { name: settings.name, problem, sourceId: root.imageId, ofSource });
  }
  const tags = Object.keys(settings.tags);
  if (tags.length + OWN_TAGS > MAX_TAGS) {
    const set = { ...policy.copy.tags.set, ...policy.copy.regions[region]?.tags?.set };
    const inherited = tags.filter((key) => !Object.hasOwn(set, key)).length;
    const limits = { ownTags: OWN_TAGS, maxTags: MAX_TAGS };
    return reason("too-many-tags", { tags: tags.length, inherited, sourceId: root.imageId, ...limits });
  }
  return undefined;
}

/** Why the copy cannot be requested yet, if only the source has to reach NORMAL. */
export function whyWaiting(root: Image): Reason | undefined {
  if (root.state === "NORMAL") return undefined;
  return reason("source-not-normal", { state: root.state });
}
