import { CloudError } from "../model/errors.ts";
import { LOOK_AGAIN } from "../model/time.ts";
import type { Copy, Millis, Reason } from "../model/types.ts";
import { textOf } from "../plan/describe.ts";
import { copyBase } from "../plan/transitions.ts";
import type { Act } from "../plan/types.ts";
import type { Applying } from "./context.ts";
import { modify } from "./modify-shared-image.ts";

/** How the journal calls a change that has been made. */
export const DONE = {
  tag: "tagged",
  modify: "modified",
  share: "shared",
  withdraw: "withdrawn",
  delete: "deleted",
} as const;

/** Not after what was read is stale, however long it takes to get to the call: a person may have taken over the image. */
export function change(
  act: Exclude<Act, { do: "send" }>,
  copy: Copy,
  account: string,
  run: Applying,
  notAfter: Millis,
): Promise<string> {
  const { cloud } = run;
  switch (act.do) {
    case "tag":
      return cloud.tag(act.image, account, act.tags, notAfter);
    case "modify":
      return modify(act, copy, notAfter, run);
    case "share":
      return cloud.share(act.image, act.accounts, notAfter);
    case "withdraw":
      return cloud.withdraw(act.image, act.accounts, notAfter);
    case "delete":
      return cloud.deleteImage(act.image, notAfter);
  }
}

/** The record of an image that was deleted; of one that an attempt has left, nothing changes. */
export async function deleted(act: Extract<Act, { do: "delete" }>, copy: Copy, run: Applying): Promise<void> {
  if (act.done === act.copy) return;
  await run.save({ ...act.done, version: copy.version }, "pruned", textOf(act));
}

/**
 * A tag or a name could not be set: a copy that is still being made waits until it is NORMAL; what needs a person is
 * blocked. What was too late to be sent was not refused: the next run looks again.
 */
export async function refused(
  act: Exclude<Act, { do: "send" }>,
  copy: Copy,
  error: CloudError,
  run: Applying,
): Promise<void> {
  const at = run.now();
  // What failed stays so: "not in a state that allows this" will not pass either.
  const isFinal = error.outcome === "person" || (error.outcome === "again" && error.about === "source");
  if (act.do === "delete" && act.refused && isFinal) {
    await run.save({ ...act.refused, version: copy.version }, "left-behind", error.message, error);
  } else if (copy.state === "copying" && error.outcome !== "retry" && error.code !== "NotSent") {
    await run.save({ ...copy, tagRefused: true, updatedAt: at }, "tag-refused", error.message, error);
  } else if (copy.state === "finishing" && error.outcome === "person") {
    const reason: Reason = {
      code: error.code,
      text: error.message,
      ...(error.remedy !== undefined && { remedy: error.remedy }),
    };
    const { claim, imageId } = copy;
    const base = copyBase(copy.key, copy, undefined, at);
    await run.save(
      { ...base, state: "blocked", claim, imageId, reason, notBefore: at + LOOK_AGAIN },
      "blocked",
      error.message,
      error,
    );
  } else {
    const { requestId, code } = error;
    await run.tell(`${act.do}-failed`, error.message, { key: copy.key, image: imageOf(act), requestId, code });
  }
}

export function imageOf({ image: { region, imageId } }: Exclude<Act, { do: "send" }>) {
  return { region, imageId };
}
