// The actions of a plan from its steps, one call for each source, and warnings about these calls.
import type { ReadonlyCopyMap } from "../model/copy/copy-map.ts";
import { distinct, LEFT_OUT, REQUEST_ALONE, reason } from "../model/messages/reasons.ts";
import type { ImageRef, Reason } from "../model/types.ts";
import type { DesiredCopy } from "./desired/types.ts";
import type { Action, ClaimRequest, CloudCall, RecordChange, Send, Step } from "./types.ts";

/** The record changes first, then the calls on single images, then the requests for copies. */
export function actionsOf(steps: readonly Step[]): Action[] {
  const calls = callsOf(steps);
  return [...changesOf(steps), ...calls.filter((call) => call.do !== "send"), ...sends(calls)];
}

/** The record changes of the steps; each names the call that it announces. */
export function changesOf(steps: readonly Step[]): RecordChange[] {
  return steps.flatMap(({ change, call }) => {
    if (!change) return [];
    return [{ do: "record", ...change, ...(call && call.do !== "send" && { before: call }) }];
  });
}

/** The regions that a publication leaves out, as an addition to a sentence: in this plan, and after it. */
type LeftOut = Readonly<Record<"now" | "later", (desired: DesiredCopy) => string>>;

/** Warnings about large sources, and about publications that leave regions out. */
export function warningsAbout(
  steps: readonly Step[],
  desiredCopies: ReadonlyCopyMap<DesiredCopy>,
  regionsLeftOut: LeftOut,
): Reason[] {
  const calls = callsOf(steps);
  return [...largeSources(calls, desiredCopies), ...leftOut(calls, desiredCopies, regionsLeftOut)];
}

function callsOf(steps: readonly Step[]): CloudCall[] {
  return steps.flatMap(({ call }) => call ?? []);
}

/**
 * One call for each source and token. A destination that must be requested alone gets a call of its
 * own.
 */
function sends(calls: readonly CloudCall[]): Send[] {
  const groups = new Map<string, { source: ImageRef; token: string; claimRequests: ClaimRequest[] }>();
  for (const call of calls) {
    if (call.do !== "send") continue;
    const { parent, token } = call.claimRequest.claim;
    const { copy } = call.claimRequest;
    const alone = copy.phase === "waiting" && copy.reason.code === REQUEST_ALONE ? copy.key.region : "";
    const id = `${parent.region}/${parent.imageId}/${token}/${alone}`;
    const group = groups.get(id) ?? { source: parent, token, claimRequests: [] };
    group.claimRequests.push(call.claimRequest);
    groups.set(id, group);
  }
  return [...groups.values()].map((group) => ({ do: "send", ...group }));
}

/**
 * The vendor's older documents allow 50 GiB; the API names no limit (cvm 2017-03-12,
 * InvalidImageId.TooLarge).
 */
const DOCUMENTED_SIZE_GIB = 50;

/** Warnings about sources that are larger than the documented size. */
function largeSources(calls: readonly CloudCall[], desiredCopies: ReadonlyCopyMap<DesiredCopy>): Reason[] {
  const sent = calls.flatMap((call) =>
    call.do === "send" ? (desiredCopies.get(call.claimRequest.copy.key)?.root ?? []) : [],
  );
  return [...new Set(sent)]
    .filter((root) => root.sizeGiB > DOCUMENTED_SIZE_GIB)
    .map(({ imageId, name, sizeGiB }) =>
      reason("large", { imageId, name, sizeGiB, documentedGiB: DOCUMENTED_SIZE_GIB }),
    );
}

/**
 * Warnings about families that move in this plan, or once its requests are finished, but not in every
 * region.
 */
function leftOut(calls: readonly CloudCall[], desiredCopies: ReadonlyCopyMap<DesiredCopy>, regions: LeftOut): Reason[] {
  const moves = calls.flatMap((call) => {
    const copy = call.do === "send" ? call.claimRequest.copy : call.do === "modify" ? call.copy : undefined;
    const desired = copy && desiredCopies.get(copy.key);
    const family = call.do === "modify" ? call.attributes.family : desired?.publication.family;
    if (!desired || !family) return [];
    // Any other copy moves on its own, and leaves no region out.
    if (call.do === "send" && !desired.publication.publishTogether) return [];
    const rootId = desired.root.imageId;
    return [{ desired, family, rootId, isNow: call.do === "modify", id: `${family} ${rootId}` }];
  });
  const begun = new Set(moves.flatMap(({ isNow, id }) => (isNow ? [id] : [])));
  const warnings = moves.flatMap(({ desired, family, rootId, isNow, id }) => {
    const without = regions[isNow ? "now" : "later"](desired);
    if (!without || (!isNow && begun.has(id))) return [];
    return [reason(LEFT_OUT, { family, rootId, without, ...(isNow && { region: desired.key.region }) })];
  });
  return distinct(warnings);
}
