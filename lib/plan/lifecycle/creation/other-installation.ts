// A desired copy that another installation has made, or is making: it is used, and never changed.
import { installationOf, tokenIn, UNKNOWN_INSTALLATION } from "../../../model/identity.ts";
import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import type { Image } from "../../../model/types.ts";
import { whyDeselected } from "../../desired/why-deselected.ts";
import { blocked, ended, ready, waiting } from "../../transitions.ts";
import type { CopyCase, PlanContext, Step } from "../../types.ts";
import { stuckAfter } from "../finishing/carry-out.ts";
import type { ToRequest } from "../stages.ts";
import { baseOf, recordChange, recordReason } from "../steps.ts";

/** The copy exists, or is being made, by another installation, so it is not requested. */
export function useOther(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const other = copyCase.candidates?.other;
  return other ? leaveToOther(other, copyCase, ctx) : "done";
}

/**
 * The record of a copy whose image another installation made. A finished one counts as adopted. An
 * unfinished one is waited for: `stuckAfter` after its creation that needs manual action, because
 * nothing shows whether the other installation still runs.
 */
export function leaveToOther(image: Image, copyCase: CopyCase, ctx: PlanContext): Step {
  const { imageId, name, createdAt } = image;
  const { record, desired, isOrphaned } = copyCase;
  const installation = installationOf(image) ?? UNKNOWN_INSTALLATION;
  const base = baseOf(copyCase, ctx);
  const hasToken = tokenIn(name) !== undefined;
  if (image.state === "NORMAL" && !hasToken) {
    const next = ready(base, image, { adopted: true, installation });
    return recordChange(next, journal("left-to-other", { imageId, installation }));
  }
  const isOverdue = hasToken && ctx.now - createdAt > stuckAfter(desired);
  const why = reason(isOverdue ? "other-unfinished" : "other-copying", { imageId, installation });
  if (!desired) {
    const ending = isOrphaned ? whyDeselected(base, ctx) : why;
    return recordChange(ended(base, ending, ctx.now), journal("retired", { text: ending.text }));
  }
  return recordReason(record, isOverdue ? blocked(base, why) : waiting(base, why));
}
