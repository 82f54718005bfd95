// Deletes an orphaned copy once every check permits it.
import { reason, SUPERSEDED } from "../../../model/messages/reasons.ts";
import { answerTo, sharesOf } from "../../../model/observation.ts";
import { iso, RECHECK_AFTER } from "../../../model/time.ts";
import type { Copy, Reason } from "../../../model/types.ts";
import type { RetiredCase } from "../../lifecycle/stages.ts";
import { baseFields, ended } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { unconfirmed, whyBraked } from "../giving/brake.ts";
import { refreshOrphan } from "../refresh-orphan.ts";
import { MOST_TRIES, pauseAfter } from "../try-repair.ts";
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
  const isDue = ctx.sweep || (isIntermediateOnly(copyCase) && ctx.now - copy.since < RECHECK_AFTER);
  if (!isOver || !isDue) return "done";
  const retained = (why: Reason): Step => ({
    retained: { copy, image, reason: why },
    ...refreshOrphan(copyCase, ctx),
  });
  for (const check of WHY_RETAINED) {
    const why = check(copyCase, ctx);
    if (why) return retained(why);
  }
  const refused = refusal(copyCase, ctx);
  if (refused?.isPaused) return { ...retained(refused.reason), ...refused.problem };
  const uses = WHY_IN_USE.flatMap((check) => check(copyCase, ctx) ?? []);
  const questions = uses.filter((use) => "ask" in use);
  if (questions.length > 0) return { questions };
  const [inUse] = uses.filter((use) => "code" in use);
  if (inUse) return retained(inUse);
  // An encrypted copy replaces the intermediate one under any policy.
  const braked = copy.reason.code === SUPERSEDED.code ? undefined : whyBraked(ctx);
  return braked ? { ...retained(braked), ...unconfirmed(ctx) } : { call: deletion(copyCase, ctx), ...refused?.problem };
}

/**
 * What the cloud's refusal of the deletion means: a pause, which grows to a day, and then a problem.
 * The command `prune` does not wait.
 */
function refusal({ key, record: { refusedDeletion }, image: { imageId, region } }: RetiredCase, ctx: PlanContext) {
  if (!refusedDeletion) return undefined;
  const { code, tries, at } = refusedDeletion;
  const until = at + pauseAfter(tries);
  const why = reason("deletion-refused", { imageId, region, code, until: iso(until) });
  const isPaused = ctx.now < until && !ctx.mayDeleteLast(key);
  return { reason: why, isPaused, ...(tries >= MOST_TRIES && { problem: { problem: why } }) };
}

/** The call that deletes the image, or first stops sharing it with the accounts of its policy. */
function deletion({ key, record: copy, image }: RetiredCase, ctx: PlanContext): NonNullable<Step["call"]> {
  const why = copy.reason.text;
  const shares = answerTo(ctx.answers, sharesOf(image));
  const accounts = shares && "value" in shares ? shares.value : [];
  if (accounts.length > 0) return { do: "unshare", copy, image, accounts, why };
  const pruned = reason("pruned", { imageId: image.imageId, why });
  const base = { ...baseFields(key, copy, undefined, ctx.now), lastImageId: image.imageId };
  const done = ended(base, pruned, copy.since);
  return { do: "delete", copy, image, sizeGiB: image.sizeGiB, why, done };
}

/** Whether the cloud refused to delete the image when that was last tried. */
export function wasDeletionRefused(copy: Copy): boolean {
  return copy.phase === "retired" && copy.refusedDeletion !== undefined;
}
