// A copy whose image exists: follow its progress, then tag, rename, publish and share it.
import { lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { lifecycleText } from "../../model/messages/lifecycle.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed } from "../../model/observation.ts";
import type { ImageAttributes } from "../../model/ports.ts";
import { backoff, iso, RECHECK_AFTER } from "../../model/time.ts";
import type { Claim, Copy, Image, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, recordChange } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";
import { missingShares } from "../upkeep/shares.ts";

/** The tags that a copy still lacks, lineage included. */
export function missingTags(image: Image, copy: Copy & { claim: Claim }): Record<string, string> {
  const expected = {
    ...copy.claim.settings.tags,
    ...lineageTags(copy.key, copy.claim.parent, copy.policy, image.imageId),
    ...(copy.rolledBackFrom !== undefined && { [ROLLED_BACK_TAG]: copy.rolledBackFrom }),
  };
  return Object.fromEntries(Object.entries(expected).filter(([key, value]) => image.tags[key] !== value));
}

/** A copy that was requested and whose image is known. */
export type CopyInProgress = Extract<Copy, { state: "copying" | "finishing" | "blocked" }> & { claim: Claim };

/**
 * The step of a requested copy: follow its progress, and once it is NORMAL tag, rename and publish
 * it.
 */
export function finishCopy(
  copy: CopyInProgress,
  image: Image,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  ctx: PlanContext,
): Step {
  if (hasFailed(image)) {
    const failed = reason("copy-failed", { imageId: image.imageId, state: image.state });
    return attemptFailed(copy, failed, desired, backoff(copy.attempts), ctx, "copy-failed");
  }
  return image.state === "NORMAL"
    ? finishNormal(copy, image, desired, isOrphaned, ctx)
    : followProgress(copy, image, desired, ctx);
}

/** Not NORMAL yet: record the progress, and set the tags as soon as the cloud permits it. */
function followProgress(copy: CopyInProgress, image: Image, desired: DesiredCopy | undefined, ctx: PlanContext): Step {
  // A copy with a publication hold was NORMAL before; it is SYNCING now as the source of other
  // copies.
  if (copy.state === "blocked" || (copy.state === "finishing" && copy.publicationHold)) return NOTHING;
  const { imageId } = image;
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const copying = copy.state === "copying" ? copy : undefined;
  const hasProgressed = copying?.percent !== image.syncPercent || copying?.imageId !== imageId;
  const progressedAt = copying && !hasProgressed ? copying.progressedAt : ctx.now;
  const next: Copy = {
    ...base,
    state: "copying",
    claim: copy.claim,
    imageId,
    progressedAt,
    ...(image.syncPercent !== undefined && { percent: image.syncPercent }),
    ...(copying?.tagRefused && { tagRefused: true }),
  };
  if (copying && ctx.now - progressedAt > stuckAfter(desired)) {
    const { state, syncPercent: percent } = image;
    const stuck = reason("stuck", { imageId, state, percent, since: iso(progressedAt) });
    const blocked: Copy = { ...base, state: "blocked", claim: copy.claim, imageId, reason: stuck };
    return recordChange(blocked, journal("stuck", { text: stuck.text }));
  }
  const tags = missingTags(image, copy);
  const mayTag = Object.keys(tags).length > 0 && !copying?.tagRefused;
  const call: CloudCall | undefined = mayTag ? { do: "tag", copy: next, image, tags } : undefined;
  const progress = journal("progress", { imageId, state: image.state, percent: image.syncPercent });
  if (hasProgressed) return { ...recordChange(next, progress), ...(call && { call }) };
  return call ? { call: { ...call, copy } } : NOTHING;
}

/**
 * NORMAL: one call after the other, each result read back before the next call, until nothing is
 * left to do.
 */
function finishNormal(
  copy: CopyInProgress,
  image: Image,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  ctx: PlanContext,
): Step {
  const { imageId } = image;
  const { claim } = copy;
  const base = copyBase(copy.key, copy, desired, ctx.now);
  // An incomplete observation does not show whether a policy still selects the copy. Tags and name
  // are set anyway.
  const isUndecided = !desired && !isOrphaned && !ctx.isSourceRevoked(copy.key);
  const next = nextCall(copy, image, desired, ctx);
  if (next && !("call" in next)) return unknownShares(copy, next, imageId, desired, ctx);
  if (!next && isUndecided) return NOTHING;
  if (!next) {
    const { name } = image;
    const durationMs = claim.claimant.id === "recovered" ? {} : { durationMs: ctx.now - claim.claimedAt };
    const ready: Copy = {
      ...base,
      attempts: 0,
      state: "ready",
      imageId,
      name,
      readyAt: ctx.now,
      adopted: false,
      ...durationMs,
    };
    return recordChange(ready, journal("ready", { imageId, name }));
  }
  const publicationHold = next.publicationHold;
  const recorded = copy.state === "finishing" ? copy : undefined;
  if (publicationHold) {
    if (recorded?.publicationHold?.text === publicationHold.text) return NOTHING;
    return recordChange(
      { ...base, state: "finishing", claim, imageId, progressedAt: ctx.now, publicationHold },
      journal("publication-held", { text: publicationHold.text }),
    );
  }
  if (recorded && !recorded.publicationHold && ctx.now - recorded.progressedAt > stuckAfter(desired)) {
    const stuck = reason("stuck", { imageId, unset: next.attribute, since: iso(recorded.progressedAt) });
    const notBefore = ctx.now + RECHECK_AFTER;
    const blocked: Copy = { ...base, state: "blocked", claim, imageId, reason: stuck, notBefore };
    return recordChange(blocked, journal("stuck", { text: stuck.text }));
  }
  if (recorded && !recorded.publicationHold) return { call: next.call(recorded) };
  const finishing: Copy = { ...base, state: "finishing", claim, imageId, progressedAt: ctx.now };
  const message = journal("finishing", { imageId, publishing: recorded !== undefined });
  return { ...recordChange(finishing, message), call: next.call(finishing) };
}

/**
 * The shares that are still missing cannot be read. After `stuckAfter` the copy is blocked and is
 * read more rarely.
 */
function unknownShares(
  copy: CopyInProgress,
  next: Unanswered,
  imageId: string,
  desired: DesiredCopy | undefined,
  ctx: PlanContext,
): Step {
  if (!next.problem || next.questions) return next;
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const { claim } = copy;
  if (copy.state === "copying") {
    const finishing: Copy = { ...base, state: "finishing", claim, imageId, progressedAt: ctx.now };
    return { ...recordChange(finishing, journal("finishing", { imageId, publishing: false })), problem: next.problem };
  }
  if (copy.state === "finishing" && ctx.now - copy.progressedAt <= stuckAfter(desired)) return next;
  const { text } = lifecycleText("shares-unread", { imageId, text: next.problem.text });
  const unread: Reason = { ...next.problem, text };
  const notBefore = ctx.now + RECHECK_AFTER;
  const blocked: Copy = { ...base, state: "blocked", claim, imageId, reason: unread, notBefore };
  return { ...recordChange(blocked, journal("stuck", { text })), problem: next.problem };
}

interface NextCall {
  /** What the call sets, for the message that it could not be set. */
  readonly attribute: string;
  readonly call: (copy: Copy) => CloudCall;
  /** Why the call waits for the copies in other regions. */
  readonly publicationHold?: Reason;
}

type Unanswered = Pick<Step, "questions" | "problem">;

/**
 * The lineage tags are read back before the token leaves the name, so that the image always has one
 * of the two markers. One call then sets the name, the description and, if there is no publication
 * hold, the family. The shares come last, because a shared image cannot be modified. Undefined if
 * nothing is left to do; questions or a problem if the shares are not known.
 */
function nextCall(
  copy: CopyInProgress,
  image: Image,
  desired: DesiredCopy | undefined,
  ctx: PlanContext,
): NextCall | Unanswered | undefined {
  const { settings } = copy.claim;
  const tags = missingTags(image, copy);
  if (Object.keys(tags).length > 0) return { attribute: "tags", call: (of) => ({ do: "tag", copy: of, image, tags }) };
  const publicationHold = desired && ctx.publicationHoldOf(desired);
  const family = desired && dueFamily(image, desired, ctx);
  const modify = (attributes: ImageAttributes) => (of: Copy) =>
    ({
      do: "modify",
      copy: of,
      image,
      attributes,
      mayUnshareTemporarily: desired?.publication.shareWith ?? [],
    }) as const;
  if (image.name !== settings.name) {
    const { name, description } = settings;
    const familyNow =
      family !== undefined && !publicationHold
        ? { family }
        : desired && hasFamilyTooEarly(image, desired, ctx)
          ? { family: "" }
          : {};
    return { attribute: "name", call: modify({ name, description, ...familyNow }) };
  }
  // The version was rolled back before this copy was finished.
  if (copy.rolledBackFrom !== undefined && image.family && !image.deprecated)
    return { attribute: "rollback", call: modify({ family: "", deprecated: true }) };
  if (family !== undefined)
    return { attribute: "family", call: modify({ family }), ...(publicationHold && { publicationHold }) };
  if (!desired || desired.publication.shareWith.length === 0) return undefined;
  const shares = missingShares(image, desired.publication.shareWith, ctx.answers);
  if (!("missing" in shares)) return shares;
  const { missing } = shares;
  if (missing.length === 0) return undefined;
  return { attribute: "shares", call: (of) => ({ do: "share", copy: of, image, accounts: missing }) };
}

/** The family that the copy must have and does not have yet. */
function dueFamily(image: Image, desired: DesiredCopy, ctx: PlanContext): string | undefined {
  const { family } = desired.publication;
  return family !== undefined && image.family !== family && ctx.leads(desired.key) ? family : undefined;
}

/**
 * The cloud may copy the family of the source, but this copy needs none, another one, or the same
 * one later.
 */
function hasFamilyTooEarly(image: Image, desired: DesiredCopy, ctx: PlanContext): boolean {
  if (!image.family) return false;
  return (
    image.family !== desired.publication.family ||
    !ctx.leads(desired.key) ||
    ctx.publicationHoldOf(desired) !== undefined
  );
}

function stuckAfter(desired: DesiredCopy | undefined): number {
  return desired?.policy.stuckAfter ?? 3_600_000;
}
