// Which image is this copy: the recorded one, or else one that carries its ownership mark.
import { imageIdOf, installationOf, tokenIn } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import { iso } from "../../model/time.ts";
import type { Copy, Image } from "../../model/types.ts";
import { blocked, waiting } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { leaveToOther } from "./creation/other-installation.ts";
import { recoverRecord } from "./recover-record.ts";
import { baseOf, NOTHING, recordChange, recordReason, wait, whyUnread } from "./steps.ts";

/**
 * Finds the image of a copy. Another image with its ownership mark takes the place of a recorded
 * one that is absent, and of one that was never recorded: the response was lost, or the state.
 */
export function locate(copyCase: CopyCase, ctx: PlanContext): Step | "done" {
  const { record, image, candidates, isOrphaned } = copyCase;
  if (record && typeof image !== "string") return reappeared(record, image, ctx);
  const missingId = record && imageIdOf(record);
  if (missingId !== undefined && image === "unread")
    return wait(copyCase, reason("image-unread", { imageId: missingId, because: whyUnread(copyCase.key.region, ctx) }));
  const marked = candidates?.best;
  if (!marked) return "done";
  // Of an orphaned copy it does not matter.
  if (missingId === undefined && isNamedButBusy(marked) && !isOrphaned) return awaitNormal(copyCase, marked, ctx);
  const { imageId } = marked;
  const message =
    missingId === undefined
      ? journal("recovered", { imageId, from: "marker" })
      : journal("recovered", { imageId, from: "other-image", missingId });
  return recordChange(recoverRecord(marked, copyCase, ctx), message);
}

/**
 * The mark of the image decides who may change it, and the record follows: after a state took over
 * the id of an installation, and where two states had recorded one image. An image whose mark was
 * removed stays whose it was.
 */
export function checkMaker(copyCase: CopyCase, ctx: PlanContext): Step | "done" {
  const { record, image } = copyCase;
  if (!record || typeof image === "string") return "done";
  const recorded = "installation" in record ? record.installation : undefined;
  const maker = installationOf(image) ?? recorded;
  const isOwn = maker !== undefined && ctx.installations.includes(maker);
  if (maker === undefined || (isOwn ? undefined : maker) === recorded) return "done";
  if (!isOwn) return leaveToOther(image, copyCase, ctx);
  const { imageId } = image;
  return recordChange(recoverRecord(image, copyCase, ctx), journal("recovered", { imageId, from: "take-over" }));
}

/** The recorded image exists. If it was absent before, it counts as present again. */
function reappeared(copy: Copy, image: Image, ctx: PlanContext): Step | "done" {
  if (!("missingSince" in copy) || copy.missingSince === undefined) return "done";
  const { missingSince: _, ...present } = { ...copy, updatedAt: ctx.now };
  return recordChange(present, journal("recovered", { imageId: image.imageId, from: "reappearance" }));
}

const STUCK = "unidentified-stuck";

/**
 * A finished copy is SYNCING while it is the source of another copy. An unfinished copy that was
 * renamed by hand is SYNCING, too. Which of the two an image is shows only when it is NORMAL.
 */
function isNamedButBusy(image: Image): boolean {
  return image.state !== "NORMAL" && tokenIn(image.name) === undefined;
}

function awaitNormal(copyCase: CopyCase, { imageId, state }: Image, ctx: PlanContext): Step {
  const { record, desired } = copyCase;
  const busy = reason("unidentified-busy", { imageId, state });
  if (!desired || record?.phase === "requested") return wait(copyCase, busy);
  const base = baseOf(copyCase, ctx);
  const isWaiting = record?.phase === "waiting" && record.reason.code === busy.code;
  const isLong = isWaiting && ctx.now - record.updatedAt > desired.policy.stuckAfter;
  if (record?.phase === "blocked" && record.reason.code === STUCK) return NOTHING;
  if (!isLong) return recordReason(record, waiting(base, busy));
  const { region } = copyCase.key;
  return recordReason(record, blocked(base, reason(STUCK, { imageId, region, state, since: iso(record.updatedAt) })));
}
