// The image exists: follow its progress, then tag, name, publish, share.
import { lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
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
  const wanted = {
    ...copy.claim.settings.tags,
    ...lineageTags(copy.key, copy.claim.parent, copy.policy, image.imageId),
    ...(copy.rolledBackFrom !== undefined && { [ROLLED_BACK_TAG]: copy.rolledBackFrom }),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => image.tags[key] !== value));
}

/** A copy that was asked for and whose image is known. */
export type CopyInProgress = Extract<Copy, { state: "copying" | "finishing" | "blocked" }> & { claim: Claim };

/** Goes on with a copy that was asked for: follow its progress, and when it is NORMAL tag, name and publish it. */
export function finishCopy(
  copy: CopyInProgress,
  image: Image,
  desired: DesiredCopy | undefined,
  isOrphaned: boolean,
  ctx: PlanContext,
): Step {
  if (hasFailed(image)) {
    const reason = { code: "copy-failed", text: `the cloud gave up: ${image.imageId} is ${image.state}` };
    return attemptFailed(copy, reason, desired, backoff(copy.attempts), ctx, "copy-failed");
  }
  return image.state === "NORMAL"
    ? finishNormal(copy, image, desired, isOrphaned, ctx)
    : followProgress(copy, image, desired, ctx);
}

/** Not NORMAL yet: its progress is remembered, and it is tagged as soon as the cloud lets us. */
function followProgress(copy: CopyInProgress, image: Image, desired: DesiredCopy | undefined, ctx: PlanContext): Step {
  // What is held was NORMAL: others are being made from it, and show when it is so again.
  if (copy.state === "blocked" || (copy.state === "finishing" && copy.publicationHold)) return NOTHING;
  const { imageId } = image;
  const base = copyBase(copy.key, copy, desired, ctx.now);
  const going = copy.state === "copying" ? copy : undefined;
  const moved = going?.percent !== image.syncPercent || going?.imageId !== imageId;
  const progressedAt = going && !moved ? going.progressedAt : ctx.now;
  const next: Copy = {
    ...base,
    state: "copying",
    claim: copy.claim,
    imageId,
    progressedAt,
    ...(image.syncPercent !== undefined && { percent: image.syncPercent }),
    ...(going?.tagRefused && { tagRefused: true }),
  };
  if (going && ctx.now - progressedAt > stuckAfter(desired)) {
    const reason = {
      code: "stuck",
      text: `${imageId} has been ${image.state} at ${image.syncPercent ?? "?"} % since ${iso(progressedAt)}`,
      remedy: "ask the vendor's support about this image, or delete it; the cloud cannot cancel a copy",
    };
    return recordChange(
      { ...base, state: "blocked", claim: copy.claim, imageId, reason },
      journal("stuck", { text: reason.text }),
    );
  }
  const tags = missingTags(image, copy);
  const mayTag = Object.keys(tags).length > 0 && !going?.tagRefused;
  const call: CloudCall | undefined = mayTag ? { do: "tag", copy: next, image, tags } : undefined;
  const progress = journal("progress", { imageId, state: image.state, percent: image.syncPercent });
  if (moved) return { ...recordChange(next, progress), ...(call && { call }) };
  return call ? { call: { ...call, copy } } : NOTHING;
}

/** NORMAL: one thing after the other, each read back before the next, until it is as it shall be. */
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
  // Not now: whether anybody still wants it does not show. Its marks and its name it gets all the same.
  const open = !desired && !isOrphaned && !ctx.isSourceRevoked(copy.key);
  const next = nextCall(copy, image, desired, ctx);
  if (next && !("call" in next)) return unknownShares(copy, next, imageId, desired, ctx);
  if (!next && open) return NOTHING;
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
  const going = copy.state === "finishing" ? copy : undefined;
  if (publicationHold) {
    if (going?.publicationHold?.text === publicationHold.text) return NOTHING;
    return recordChange(
      { ...base, state: "finishing", claim, imageId, progressedAt: ctx.now, publicationHold },
      journal("publication-held", { text: publicationHold.text }),
    );
  }
  if (going && !going.publicationHold && ctx.now - going.progressedAt > stuckAfter(desired)) {
    const text = `${imageId} is NORMAL, but its ${next.what} could not be set since ${iso(going.progressedAt)}`;
    const reason = { code: "stuck", text, remedy: "see the journal for the cloud's answers" };
    return recordChange(
      { ...base, state: "blocked", claim, imageId, reason, notBefore: ctx.now + RECHECK_AFTER },
      journal("stuck", { text }),
    );
  }
  if (going && !going.publicationHold) return { call: next.call(going) };
  const finishing: Copy = { ...base, state: "finishing", claim, imageId, progressedAt: ctx.now };
  const message = journal("finishing", { imageId, publishing: going !== undefined });
  return { ...recordChange(finishing, message), call: next.call(finishing) };
}

/** What it still lacks cannot be found out: after a while it counts as stuck as anything else, and is asked for more slowly. */
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
  const reason = {
    ...next.problem,
    text: `${imageId} is finished but for its shares, which cannot be read: ${next.problem.text}`,
  };
  const blocked: Copy = { ...base, state: "blocked", claim, imageId, reason, notBefore: ctx.now + RECHECK_AFTER };
  return { ...recordChange(blocked, journal("stuck", { text: reason.text })), problem: next.problem };
}

interface NextCall {
  readonly what: string;
  readonly call: (copy: Copy) => CloudCall;
  /** It waits for the copies in other regions. */
  readonly publicationHold?: Reason;
}

type Unanswered = Pick<Step, "questions" | "problem">;

/**
 * The lineage tags must be seen before the token leaves the name: one of the two marks always stands. Then the name, with
 * description and, where nothing holds it back, family in one call. Shares come last, as a shared image cannot be modified.
 * Undefined when nothing is left to do; a step where something has to be known first.
 */
function nextCall(
  copy: CopyInProgress,
  image: Image,
  desired: DesiredCopy | undefined,
  ctx: PlanContext,
): NextCall | Unanswered | undefined {
  const { settings } = copy.claim;
  const tags = missingTags(image, copy);
  if (Object.keys(tags).length > 0) return { what: "tags", call: (of) => ({ do: "tag", copy: of, image, tags }) };
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
    const now =
      family !== undefined && !publicationHold
        ? { family }
        : desired && hasTooEarly(image, desired, ctx)
          ? { family: "" }
          : {};
    return { what: "name", call: modify({ name, description, ...now }) };
  }
  // A rollback came before it was finished.
  if (copy.rolledBackFrom !== undefined && image.family && !image.deprecated)
    return { what: "rollback", call: modify({ family: "", deprecated: true }) };
  if (family !== undefined)
    return { what: "family", call: modify({ family }), ...(publicationHold && { publicationHold }) };
  if (!desired || desired.publication.shareWith.length === 0) return undefined;
  const shares = missingShares(image, desired.publication.shareWith, ctx.answers);
  if (!("missing" in shares)) return shares;
  const { missing } = shares;
  if (missing.length === 0) return undefined;
  return { what: "shares", call: (of) => ({ do: "share", copy: of, image, accounts: missing }) };
}

/** The family that a copy is still to get. */
function dueFamily(image: Image, desired: DesiredCopy, ctx: PlanContext): string | undefined {
  const { family } = desired.publication;
  return family !== undefined && image.family !== family && ctx.leads(desired.key) ? family : undefined;
}

/** Should the cloud give a copy the family of its source: it may be for none, for another one, or not before others have it. */
function hasTooEarly(image: Image, desired: DesiredCopy, ctx: PlanContext): boolean {
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
