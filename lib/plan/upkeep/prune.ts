// Deletes an orphaned copy once every check permits it.
import { reason, SUPERSEDED } from "../../model/messages/reasons.ts";
import { answerTo, sharesOf } from "../../model/observation.ts";
import { RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, Reason } from "../../model/types.ts";
import type { RetiredCase } from "../lifecycle/stages.ts";
import { copyBase } from "../transitions.ts";
import type { PlanContext, Step } from "../types.ts";
import { isIntermediateOnly, WHY_IN_USE, WHY_RETAINED } from "./why-retained.ts";

/**
 * Deletes an orphaned copy, or keeps it with the reason. Every check must permit the deletion; if
 * the cloud does not answer one of the questions, the copy is kept.
 */
export function prune(copyCase: RetiredCase, ctx: PlanContext): Step | "done" {
  const { key, record: copy, image, isOrphaned } = copyCase;
  // Copies of a revoked source stay, except for an intermediate copy that is no longer needed.
  const isOver = isOrphaned || (ctx.isSourceRevoked(key) && copy.reason.code === SUPERSEDED.code);
  // Finding users takes many calls, so a poll asks only for a just retired intermediate copy.
  const isDue = ctx.sweep || (isIntermediateOnly(copyCase) && ctx.now - (copy.since ?? 0) < RECHECK_AFTER);
  if (!isOver || !isDue) return "done";
  const retained = (why: Reason): Step => ({ retained: { copy, image, reason: why } });
  for (const check of WHY_RETAINED) {
    const why = check(copyCase, ctx);
    if (why) return retained(why);
  }
  const uses = WHY_IN_USE.flatMap((check) => check(copyCase, ctx) ?? []);
  const questions = uses.filter((use) => "ask" in use);
  if (questions.length > 0) return { questions };
  const [inUse] = uses.filter((use) => "code" in use);
  return inUse ? retained(inUse) : { call: deletion(copyCase, ctx) };
}

/** The call that deletes the image, or first stops sharing it with the accounts of its policy. */
function deletion({ key, record: copy, image }: RetiredCase, ctx: PlanContext): NonNullable<Step["call"]> {
  const why = copy.reason.text;
  const shares = answerTo(ctx.answers, sharesOf(image));
  const accounts = shares && "value" in shares ? shares.value : [];
  if (accounts.length > 0) return { do: "unshare", copy, image, accounts, why };
  const pruned = reason("pruned", { imageId: image.imageId, why });
  // What the record says of the image, such as `deprecatedByUs`, ends with the image.
  const base = copyBase(key, copy, undefined, ctx.now);
  const since = copy.since === undefined ? {} : { since: copy.since };
  const done: Copy = { ...base, state: "retired", reason: pruned, ...since };
  return { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done };
}
