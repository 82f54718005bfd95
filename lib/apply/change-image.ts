// Calls on one image: tag, modify, share, unshare, delete; and the record after a refusal.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import { RECHECK_AFTER } from "../model/time.ts";
import type { Copy, Millis } from "../model/types.ts";
import { copyBase } from "../plan/transitions.ts";
import type { CloudCall } from "../plan/types.ts";
import { type ApplyContext, refusalReason } from "./context.ts";
import { modify } from "./modify-shared-image.ts";

/**
 * Makes the call and returns its request id. It is not sent after `notAfter`, when the observation
 * is stale: the user may have taken over the image. Throws `CloudError`.
 */
export function callCloud(
  call: Exclude<CloudCall, { do: "send" }>,
  copy: Copy,
  account: string,
  ctx: ApplyContext,
  notAfter: Millis,
): Promise<string> {
  const { cloud } = ctx;
  switch (call.do) {
    case "tag":
      return cloud.tag(call.image, account, call.tags, notAfter);
    case "modify":
      return modify(call, copy, notAfter, ctx);
    case "share":
      return cloud.share(call.image, call.accounts, notAfter);
    case "unshare":
      return cloud.unshare(call.image, call.accounts, notAfter);
    case "delete":
      return cloud.deleteImage(call.image, notAfter);
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
  await ctx.save({ ...call.done, version: copy.version }, journal("pruned", { sizeGiB: call.sizeGiB, why: call.why }));
}

/**
 * Records a refused call. A copy that is still copying is tagged only when it is NORMAL; a
 * finishing copy is blocked if the error is terminal. A call that was too late to be sent was not
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
    await ctx.save({ ...call.refused, version: copy.version }, journal("undeletable", { text: error.message }), error);
  } else if (copy.state === "copying" && error.outcome !== "retry" && error.code !== "NotSent") {
    await ctx.save(
      { ...copy, tagRefused: true, updatedAt: at },
      journal("tag-refused", { text: error.message }),
      error,
    );
  } else if (copy.state === "finishing" && error.outcome === "terminal") {
    const reason = refusalReason(error);
    const { claim, imageId } = copy;
    const base = copyBase(copy.key, copy, undefined, at);
    await ctx.save(
      { ...base, state: "blocked", claim, imageId, reason, notBefore: at + RECHECK_AFTER },
      journal("blocked", { text: error.message }),
      error,
    );
  } else {
    const { requestId, code } = error;
    const message = journal(`${call.do}-failed`, { text: error.message });
    await ctx.report(message, { key: copy.key, image: imageOf(call), requestId, code });
  }
}

/** The region and id of the image that a call is about. */
export function imageOf({ image: { region, imageId } }: Exclude<CloudCall, { do: "send" }>) {
  return { region, imageId };
}
