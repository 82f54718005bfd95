// The actions of a plan, one line of text for each.
import type { Plan } from "../../lib/plan/types.ts";

/** The requested copies, as `source → destination`. */
export function requestsOf({ actions }: Plan): string[] {
  return actions.flatMap((action) =>
    action.do === "send"
      ? action.claimRequests.map(({ copy: { key } }) => `${action.source.imageId} → ${key.region}`)
      : [],
  );
}

/** The changes of records, as `destination: phase (reason)`. */
export function recordChangesOf({ actions }: Plan): string[] {
  return actions.flatMap((action) => {
    if (action.do !== "record") return [];
    const { key, phase } = action.copy;
    return [`${key.region}: ${phase}${"reason" in action.copy ? ` (${action.copy.reason.code})` : ""}`];
  });
}

/** The calls that change something in the cloud. */
export function callsOf({ actions }: Plan): string[] {
  return actions.flatMap((action): string[] => {
    if (action.do === "record") return [];
    if (action.do === "send")
      return action.claimRequests.map(({ copy: { key } }) => `send ${action.source.imageId} → ${key.region}`);
    const { imageId } = action.image;
    if (action.do === "tag") return [`tag ${imageId}: ${Object.keys(action.tags).join(", ")}`];
    if (action.do === "delete") return [`delete ${imageId}`];
    if (action.do === "untag") return [`untag ${imageId}: ${action.keys.join(", ")}`];
    if (action.do !== "modify") return [`${action.do} ${imageId}: ${action.accounts.join(", ")}`];
    const attributes = Object.entries(action.attributes).map(([key, value]) => `${key} = ${value}`);
    return [`modify ${imageId}: ${attributes.join(", ")}`];
  });
}
