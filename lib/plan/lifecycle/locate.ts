// Which image is this copy: the recorded one, or else one that carries its ownership mark.
import { imageIdOf, tokenIn } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Copy, Image } from "../../model/types.ts";
import { baseOf, NOTHING, recordChange, recordReason } from "../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../types.ts";
import { recoverRecord } from "./recover-record.ts";

/**
 * Finds the image of a copy. Another image with its ownership mark takes the place of a recorded
 * one that is absent, and of one that was never recorded: the response was lost, or the state.
 */
export function locate(copyCase: CopyCase, ctx: PlanContext): Step | "done" {
  const { record, image, candidates } = copyCase;
  if (record && typeof image !== "string") return reappeared(record, image, ctx);
  const missingId = record && imageIdOf(record);
  if (missingId !== undefined && image === "unread") return NOTHING;
  const marked = candidates?.best;
  if (!marked) return "done";
  if (missingId === undefined && isNamedButBusy(marked)) return awaitNormal(copyCase, marked, ctx);
  const { imageId } = marked;
  const message =
    missingId === undefined
      ? journal("recovered", { imageId, from: "marker" })
      : journal("recovered", { imageId, from: "other-image", missingId });
  return recordChange(recoverRecord(marked, copyCase, ctx), message);
}

/** The recorded image exists. If it was absent before, it counts as present again. */
function reappeared(copy: Copy, image: Image, ctx: PlanContext): Step | "done" {
  if (copy.missingSince === undefined) return "done";
  const { missingSince: _, ...present } = { ...copy, updatedAt: ctx.now };
  return recordChange(present, journal("recovered", { imageId: image.imageId, from: "reappearance" }));
}

/**
 * A finished copy is SYNCING while it is the source of another copy. An unfinished copy that was
 * renamed by hand is SYNCING, too. Which of the two an image is shows only when it is NORMAL.
 */
function isNamedButBusy(image: Image): boolean {
  return image.state !== "NORMAL" && tokenIn(image.name) === undefined;
}

function awaitNormal(copyCase: CopyCase, { imageId, state }: Image, ctx: PlanContext): Step {
  const { record, desired } = copyCase;
  if (!desired || record?.state === "copying") return NOTHING;
  const busy = reason("unidentified-busy", { imageId, state });
  return recordReason(record, { ...baseOf(copyCase, ctx), state: "waiting", reason: busy });
}
