// Tag, modify, share, unshare, delete; and what a refusal means.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import { RECHECK_AFTER } from "../model/time.ts";
import type { Copy, Millis, Reason } from "../model/types.ts";
import { copyBase } from "../plan/transitions.ts";
import type { CloudCall } from "../plan/types.ts";
import type { ApplyContext } from "./context.ts";
import { modify } from "./modify-shared-image.ts";

/** Not after what was read is stale, however long it takes to get to the call: a person may have taken over the image. */
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

/** The record of an image that was deleted; of one that an attempt has left, nothing changes. */
export async function deleted(
  call: Extract<CloudCall, { do: "delete" }>,
  copy: Copy,
  ctx: ApplyContext,
): Promise<void> {
  if (call.done === call.copy) return;
  await ctx.save({ ...call.done, version: copy.version }, journal("pruned", { sizeGiB: call.sizeGiB, why: call.why }));
}

/**
 * A tag or a name could not be set: a copy that is still being made waits until it is NORMAL; what needs a person is
 * blocked. What was too late to be sent was not refused: the next run looks again.
 */
export async function refused(
  call: Exclude<CloudCall, { do: "send" }>,
  copy: Copy,
  error: CloudError,
  ctx: ApplyContext,
): Promise<void> {
  const at = ctx.now();
  // What failed stays so: "not in a state that allows this" will not pass either.
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
    const reason: Reason = {
      code: error.code,
      text: error.message,
      ...(error.remedy !== undefined && { remedy: error.remedy }),
    };
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

export function imageOf({ image: { region, imageId } }: Exclude<CloudCall, { do: "send" }>) {
  return { region, imageId };
}
