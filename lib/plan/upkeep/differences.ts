// The differences between a finished copy and its desired state that several phases repair.
import { ROLLED_BACK_TAG } from "../../model/identity.ts";
import { difference } from "../../model/messages/upkeep.ts";
import type { ImageAttributes } from "../../model/ports.ts";
import type { Copy } from "../../model/types.ts";
import type { Shared } from "../lifecycle/stages.ts";
import type { CloudCall, Step } from "../types.ts";
import { accountsGiven } from "./giving/given.ts";
import { isAboutToBeMarked, ROLLBACK } from "./refresh-record.ts";
import type { Difference } from "./try-repair.ts";

/** What differs; or the question or the problem that keeps it from being known. */
export type Compared = Difference | Pick<Step, "questions" | "problem"> | undefined;

/** The difference of a copy whose family points to it instead of to the copy of a newer version. */
export const WRONGLY_LEADING = difference("family-wrongly-led").text;

/**
 * The next step of a rollback: first the tag; then the image is deprecated and its family emptied
 * in one call. Undefined if the copy is not rolled back, or the rollback is complete.
 */
export function rollbackDifference(copyCase: Shared): Difference | undefined {
  const { record, image } = copyCase;
  if (image.tags[ROLLED_BACK_TAG] === undefined) {
    if (!isAboutToBeMarked(record)) return undefined;
    const tags = { [ROLLED_BACK_TAG]: record.rolledBackFrom ?? "" };
    return { what: ROLLBACK, call: (copy) => ({ do: "tag", copy, image, tags }), always: true };
  }
  // The API may not accept an empty family; a deprecated image is enough.
  if (image.deprecated) return undefined;
  const what = difference("deprecation-rolled-back").text;
  return { what, call: modify(copyCase, { family: "", deprecated: true }), always: true };
}

/** The source was recalled, and the copy is to follow it; or the recall has ended. */
export function deprecate(copyCase: Shared, deprecated = true): Difference {
  return { what: difference("deprecation").text, call: modify(copyCase, { deprecated }), always: true };
}

/** The family points to this copy instead of to the one of the newest version. */
export function emptyFamily(copyCase: Shared): Difference {
  return { what: WRONGLY_LEADING, call: modify(copyCase, { family: "" }), always: true };
}

/** The call that sets attributes of the image; it may have to stop sharing it for a moment. */
export function modify({ record, image, shareWith }: Shared, attributes: ImageAttributes): (copy: Copy) => CloudCall {
  const mayUnshareTemporarily = [...shareWith, ...accountsGiven(record.given)];
  return (copy) => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily });
}
