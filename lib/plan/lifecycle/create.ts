// A copy without a known image: search for its ownership marker, then request the copy.
import { tokenIn, tokenName } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { DESELECTED, reason } from "../../model/messages/reasons.ts";
import { seen } from "../../model/observation.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, CopyKey, Image, ImageRef, Millis, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { copyBase, NOTHING, recordChange, recordReason } from "../transitions.ts";
import type { ClaimRequest, PlanContext, Step } from "../types.ts";
import { removeFailed } from "../upkeep/prune.ts";
import { putAside } from "../upkeep/put-aside.ts";
import { candidatesFor } from "./candidates.ts";
import { resolveInDoubt } from "./in-doubt.ts";
import { recoverRecord } from "./locate.ts";
import { freeName, holderOfFinalName, nameTaken } from "./name-conflict.ts";

const UNCERTAIN_AFTER_LOSS = "unknown-after-loss";

/** The step of a copy whose record has no image id: recover, wait, free its name, or request it. */
export function createCopy(
  key: CopyKey,
  copy: Copy | undefined,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  ctx: PlanContext,
): Step {
  const all = ctx.customImages(key.region);
  const candidates = all && candidatesFor(key, all);
  const best = candidates?.best;
  if (best && isNamedButBusy(best)) {
    if (!desired || copy?.state === "copying") return NOTHING;
    const busy = reason("unidentified-busy", { imageId: best.imageId, state: best.state });
    return recordReason(copy, { ...copyBase(key, copy, desired, ctx.now), state: "waiting", reason: busy });
  }
  if (best) {
    const message = journal("recovered", { imageId: best.imageId, from: "marker" });
    return recordChange(recoverRecord(best, key, copy, desired, ctx), message);
  }
  if (copy?.state === "copying") {
    return candidates ? resolveInDoubt(copy, candidates.failed, desired, all.readAt, ctx) : NOTHING;
  }
  const rolledBackFrom = ctx.rolledBackFrom(key, copy);
  const base = { ...copyBase(key, copy, desired, ctx.now), ...(rolledBackFrom !== undefined && { rolledBackFrom }) };
  if (!desired) {
    // A shared image that is no longer shared cannot be copied again, so its copies cannot be
    // created any more.
    if (!copy || copy.state === "retired" || !(isOrphaned || ctx.isSourceRevoked(key))) return NOTHING;
    const retired: Copy = { ...base, state: "retired", reason: DESELECTED, since: ctx.now };
    return recordChange(retired, journal("retired", { text: DESELECTED.text }));
  }
  if (copy?.state === "failed" && copy.attempts >= desired.policy.attempts) return NOTHING;
  // The copy was deleted by hand, and the policy says `onDrift: report`.
  if (copy?.state === "blocked" && copy.reason.code === "gone" && desired.policy.onDrift === "report") return NOTHING;
  const wait = (why: Reason, notBefore?: Millis) =>
    recordReason(copy, { ...base, state: "waiting", reason: why, ...(notBefore !== undefined && { notBefore }) });
  if (desired.block) return recordReason(copy, { ...base, state: "blocked", reason: desired.block });
  if (copy && isBackingOff(copy, ctx.now)) return NOTHING;
  // A copy with a parent is made from the parent, so the state of the source does not matter.
  if (desired.wait && !desired.parent) return wait(desired.wait);
  const unreadable = ctx.observation.unreadable.get(key.region);
  if (unreadable) return wait(unreadable);
  if (!candidates) return NOTHING;
  if (
    ctx.uncertainUntil !== undefined &&
    all.readAt < ctx.uncertainUntil &&
    desired.root.createdAt < ctx.firstSeenAt + CLOCK_SKEW
  )
    return wait(reason(UNCERTAIN_AFTER_LOSS, { until: iso(ctx.uncertainUntil) }), ctx.uncertainUntil);
  const parent = parentOf(desired, ctx);
  if ("code" in parent) return wait(parent);
  const holder = ctx.holderOf(desired);
  const aside = holder && putAside(holder, desired, ctx);
  if (aside) return freeName(aside, desired, copy, ctx);
  if (holder) return nameTaken(holder, desired, copy, ctx);
  const finalHolder = desired.intermediate && holderOfFinalName(desired, ctx);
  if (finalHolder) return nameTaken(finalHolder, desired, copy, ctx);
  const leftover = removeFailed(copy, candidates.failed, ctx);
  if (leftover) {
    const why = reason("leftover", { imageId: leftover.image.imageId, why: leftover.why });
    return { ...wait(why), call: leftover };
  }
  const number = Math.max(base.claimCount, candidates.lastClaim) + 1;
  const claimRequest: ClaimRequest = {
    copy:
      copy?.state === "blocked"
        ? { ...base, state: "blocked", reason: copy.reason }
        : { ...base, state: "waiting", reason: copy?.state === "waiting" ? copy.reason : reason("new") },
    claim: { number, token: tokenName(key, desired.root.name, number), parent, settings: desired.settings },
  };
  return { call: { do: "send", claimRequest } };
}

/**
 * The wait after a loss of the state is decided anew each time, because `uncertainUntil` may have
 * changed.
 */
function isBackingOff(copy: Copy, now: Millis): boolean {
  if (!("notBefore" in copy) || copy.notBefore === undefined || now >= copy.notBefore) return false;
  return copy.reason.code !== UNCERTAIN_AFTER_LOSS;
}

/**
 * A finished copy is SYNCING while it is the source of another copy. An unfinished copy that was
 * renamed by hand is SYNCING, too. Which of the two an image is shows only when it is NORMAL.
 */
function isNamedButBusy(image: Image): boolean {
  return image.state !== "NORMAL" && tokenIn(image.name) === undefined;
}

/**
 * The image to copy from: the root itself, or the finished copy that is the parent; else why it is
 * not ready.
 */
function parentOf(desired: DesiredCopy, ctx: PlanContext): ImageRef | Reason {
  if (!desired.parent) return { region: desired.root.region, imageId: desired.root.imageId };
  const { region } = desired.parent;
  const recorded = ctx.copyOf(desired.parent);
  // A copy with a publication hold is finished, except for its publication, which waits for copies
  // made from it.
  const isFinished =
    recorded?.state === "ready" || (recorded?.state === "finishing" && recorded.publicationHold !== undefined);
  if (isFinished && recorded.missingSince === undefined) {
    const parent = { region, imageId: recorded.imageId };
    if (seen(ctx.observation, parent) !== "absent") return parent;
    return reason("parent-not-ready", { region, state: "missing" });
  }
  return reason("parent-not-ready", { region, state: recorded?.state });
}
