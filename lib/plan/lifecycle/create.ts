// No image yet: look for it, and only then ask for it.
import { tokenIn, tokenName } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { allCustom, type Observation, seen } from "../../model/observation.ts";
import { DESELECTED } from "../../model/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, CopyKey, Image, ImageRef, Millis, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { changed, copyBase, NOTHING, recordChange } from "../transitions.ts";
import type { ClaimRequest, PlanContext, Step } from "../types.ts";
import { removeFailed } from "../upkeep/prune.ts";
import { putAside } from "../upkeep/put-aside.ts";
import { resolveInDoubt } from "./in-doubt.ts";
import { candidatesFor, recoverRecord } from "./locate.ts";
import { freeName, holderOfFinalName, nameTaken } from "./name-conflict.ts";

const UNCERTAIN_AFTER_LOSS = "unknown-after-loss";

/** No image is known for the key: look for one by its mark, and only then consider to ask for one. */
export function createCopy(
  key: CopyKey,
  copy: Copy | undefined,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  observation: Observation,
  ctx: PlanContext,
): Step {
  const all = allCustom(observation, key.region);
  const found = all && candidatesFor(key, all.images);
  if (found?.best && isNamedButBusy(found.best)) {
    if (!desired || copy?.state === "copying") return NOTHING;
    const text = `${found.best.imageId} is there and ${found.best.state}; what it is shows when it is NORMAL`;
    const reason = { code: "unidentified-busy", text };
    return changed(copy, { ...copyBase(key, copy, desired, ctx.now), state: "waiting", reason });
  }
  if (found?.best) {
    const message = journal("recovered", { imageId: found.best.imageId, from: "marker" });
    return recordChange(recoverRecord(found.best, key, copy, desired, observation, ctx.now), message);
  }
  if (copy?.state === "copying") {
    return all && found ? resolveInDoubt(copy, found.failed, desired, all.readAt, ctx) : NOTHING;
  }
  const rolledBackFrom = ctx.rolledBackFrom(key, copy);
  const base = { ...copyBase(key, copy, desired, ctx.now), ...(rolledBackFrom !== undefined && { rolledBackFrom }) };
  if (!desired) {
    // Of a shared image that is not there any more nothing new can be made.
    if (!copy || copy.state === "retired" || !(isOrphaned || ctx.isSourceRevoked(key))) return NOTHING;
    const retired: Copy = { ...base, state: "retired", reason: DESELECTED, since: ctx.now };
    return recordChange(retired, journal("retired", { text: DESELECTED.text }));
  }
  if (copy?.state === "failed" && copy.attempts >= desired.policy.attempts) return NOTHING;
  // Deleted by hand, where that is to be reported only.
  if (copy?.state === "blocked" && copy.reason.code === "gone" && desired.policy.onDrift === "report") return NOTHING;
  const wait = (reason: Reason, notBefore?: Millis) =>
    changed(copy, { ...base, state: "waiting", reason, ...(notBefore !== undefined && { notBefore }) });
  if (desired.block) return changed(copy, { ...base, state: "blocked", reason: desired.block });
  if (copy && isBackingOff(copy, ctx.now)) return NOTHING;
  // A later step is made from the one before it, whatever its source is doing.
  if (desired.wait && !desired.parent) return wait(desired.wait);
  const unreadable = observation.unreadable.get(key.region);
  if (unreadable) return wait(unreadable);
  if (!all || !found) return NOTHING;
  if (
    ctx.uncertainUntil !== undefined &&
    all.readAt < ctx.uncertainUntil &&
    desired.root.createdAt < ctx.firstSeenAt + CLOCK_SKEW
  ) {
    const text = `the state was empty and met copies of ours in the cloud; what is not seen by ${iso(ctx.uncertainUntil)} is not there`;
    return wait({ code: UNCERTAIN_AFTER_LOSS, text }, ctx.uncertainUntil);
  }
  const parent = parentOf(desired, observation, ctx);
  if ("code" in parent) return wait(parent);
  const holder = ctx.holderOf(desired);
  const aside = holder && putAside(holder, desired, ctx);
  if (aside) return freeName(aside, desired, copy, ctx);
  if (holder) return nameTaken(holder, desired, copy, ctx);
  const rival = desired.intermediate && holderOfFinalName(desired, ctx);
  if (rival) return nameTaken(rival, desired, copy, ctx);
  const leftover = removeFailed(copy, found.failed, ctx);
  if (leftover) {
    const text = `first, ${leftover.image.imageId} is deleted: ${leftover.why}`;
    return { ...wait({ code: "leftover", text }), call: leftover };
  }
  const number = Math.max(base.claimCount, found.lastClaim) + 1;
  const claimRequest: ClaimRequest = {
    copy:
      copy?.state === "blocked"
        ? { ...base, state: "blocked", reason: copy.reason }
        : {
            ...base,
            state: "waiting",
            reason: copy?.state === "waiting" ? copy.reason : { code: "new", text: "wanted" },
          },
    claim: { number, token: tokenName(key, desired.root.name, number), parent, settings: desired.settings },
  };
  return { call: { do: "send", claimRequest } };
}

/** How long something unknown is waited for may have changed since: that is asked anew each time. */
function isBackingOff(copy: Copy, now: Millis): boolean {
  if (!("notBefore" in copy) || copy.notBefore === undefined || now >= copy.notBefore) return false;
  return copy.reason.code !== UNCERTAIN_AFTER_LOSS;
}

/**
 * A finished copy shows SYNCING while somebody copies it, and so does one that is being made and was renamed by hand.
 * Which of the two it is shows when it is NORMAL.
 */
function isNamedButBusy(image: Image): boolean {
  return image.state !== "NORMAL" && tokenIn(image.name) === undefined;
}

/** The image to copy from: the root itself, or the finished first step of the chain. */
function parentOf(desired: DesiredCopy, observation: Observation, ctx: PlanContext): ImageRef | Reason {
  if (!desired.parent) return { region: desired.root.region, imageId: desired.root.imageId };
  const first = ctx.copyOf(desired.parent);
  // What is held is finished but for its publication, which waits for those that are made from it.
  const isFinished = first?.state === "ready" || (first?.state === "finishing" && first.publicationHold !== undefined);
  if (isFinished && first.missingSince === undefined) {
    const parent = { region: desired.parent.region, imageId: first.imageId };
    if (seen(observation, parent) !== "absent") return parent;
    return { code: "parent-not-ready", text: `waits for the copy in ${parent.region}, which is not there` };
  }
  const text = `waits for the copy in ${desired.parent.region}, which is ${first?.state ?? "not asked for yet"}`;
  return { code: "parent-not-ready", text };
}
