// Calls on one image: tag, modify, share, unshare, delete; and the record after a refusal.
import { CloudError } from "../../model/errors.ts";
import { journal } from "../../model/messages/journal.ts";
import { RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, Millis } from "../../model/types.ts";
import { baseFields, deletionRefused, stuck } from "../../plan/transitions.ts";
import type { CloudCall } from "../../plan/types.ts";
import { MOST_TRIES } from "../../plan/upkeep/try-repair.ts";
import { refusalReason } from "../context.ts";
import type { ApplyContext } from "../types.ts";
import { type Done, recordAnswer } from "./call-with-list.ts";
import { modify } from "./modify-shared-image.ts";

type ImageCall = Exclude<CloudCall, { do: "send" }>;

/**
 * Makes the call. It is not sent after `notAfter`, when the observation is stale: the user may have
 * taken over the image. Throws `CloudError`.
 */
export async function callCloud(
  call: ImageCall,
  copy: Copy,
  ctx: ApplyContext,
  notAfter: Millis,
): Promise<Done<ImageCall>> {
  const { cloud } = ctx;
  const { account } = copy.key;
  switch (call.do) {
    case "tag":
      return recordAnswer(call, await cloud.tag(call.image, account, call.tags, notAfter), copy, ctx);
    case "untag":
      return { call, requestId: await cloud.untag(call.image, account, call.keys, notAfter) };
    case "modify":
      return { call, requestId: await modify(call, copy, notAfter, ctx) };
    case "share":
      return recordAnswer(call, await cloud.share(call.image, call.accounts, notAfter), copy, ctx);
    case "unshare":
      return { call, requestId: await cloud.unshare(call.image, call.accounts, notAfter) };
    case "delete":
      return { call, requestId: await cloud.deleteImage(call.image, notAfter) };
  }
}

/**
 * Records that an image was deleted. The deletion of a leftover of a failed attempt changes no
 * record.
 */
export async function recordDeletion(
  call: Extract<CloudCall, { do: "delete" }>,
  copy: Copy,
  ctx: ApplyContext,
): Promise<void> {
  if (call.done === call.copy) return;
  await ctx.note({ ...call.done, version: copy.version }, journal("pruned", { sizeGiB: call.sizeGiB, why: call.why }));
}

/**
 * Records a refused call. A copy that is still copying is tagged only when it is NORMAL; a
 * finishing copy is blocked if the error is terminal. A refused deletion is tried again later: at once
 * only once a day if the error is terminal. A call that was too late to be sent was not
 * refused: the next run observes and plans again.
 */
export async function recordRefusal(
  call: Exclude<CloudCall, { do: "send" }>,
  copy: Copy,
  error: CloudError,
  ctx: ApplyContext,
): Promise<void> {
  const at = ctx.now();
  // The image failed and stays in that state, so "not in a state that allows this" is final, too.
  const isFinal = error.outcome === "terminal" || (error.outcome === "requeue" && error.about === "source");
  if (call.do === "delete" && call.refused && isFinal) {
    await ctx.note({ ...call.refused, version: copy.version }, journal("undeletable", { text: error.message }), error);
  } else if (copy.phase === "retired" && isDeletion(call) && !NO_VERDICT.has(error.code)) {
    const tries = error.outcome === "terminal" ? MOST_TRIES : (copy.refusedDeletion?.tries ?? 0) + 1;
    const next = deletionRefused(copy, error.code, tries, at);
    await ctx.note(next, journal(`${call.do}-failed`, { text: error.message }), error);
  } else if (copy.phase === "copying" && error.outcome !== "retry" && error.code !== "NotSent") {
    await ctx.note(
      { ...copy, tagRefused: true, updatedAt: at },
      journal("tag-refused", { text: error.message }),
      error,
    );
  } else if (copy.phase === "finishing" && error.outcome === "terminal") {
    const base = baseFields(copy.key, copy, undefined, at);
    const next = stuck(base, copy, refusalReason(error), at + RECHECK_AFTER);
    await ctx.note(next, journal("blocked", { text: error.message }), error);
  } else {
    const { requestId, code } = error;
    const message = journal(`${call.do}-failed`, { text: error.message });
    await ctx.report(message, { copy, image: imageOf(call), requestId, code });
  }
}

/** The codes of a call that was not made, or not to its end. */
const NO_VERDICT = new Set(["NotSent", "Aborted"]);

/** Whether the call deletes an image, or ends its sharing for that. */
function isDeletion(call: ImageCall): boolean {
  return call.do === "delete" || (call.do === "unshare" && call.why !== undefined);
}

/** The region and id of the image that a call is about. */
export function imageOf({ image: { region, imageId } }: Exclude<CloudCall, { do: "send" }>) {
  return { region, imageId };
}
