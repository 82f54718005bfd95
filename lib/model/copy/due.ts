// When a poll has to look at a copy next: what makes a copy open, and from when on.

import { isIntermediate } from "../identity.ts";
import type { Millis } from "../image.ts";
import { SUPERSEDED } from "../messages/reasons.ts";
import type { Copy, Ready, Retired } from "./record.ts";

/** Due at once. */
const NOW: Millis = 0;

/**
 * From when on a poll reads the copy: 0 for at once. Undefined if the copy is not open: its next
 * step follows only from a change by a user or in the cloud, which a sweep finds.
 */
export function dueAt(copy: Copy): Millis | undefined {
  switch (copy.phase) {
    case "blocked":
      return copy.notBefore;
    case "failed":
    case "ended":
      return undefined;
    case "ready":
      return isUnderRepair(copy) || isIntermediate(copy, copy.key) ? NOW : undefined;
    case "retired":
      return isUnderRepair(copy) || copy.reason.code === SUPERSEDED.code ? NOW : undefined;
    case "stuck":
      return copy.missingSince === undefined ? (copy.notBefore ?? NOW) : NOW;
    case "waiting":
    case "retrying":
      return copy.notBefore ?? NOW;
    case "requested":
    case "copying":
    case "finishing":
      return NOW;
  }
}

/** Whether a copy is open: its next step can follow without a change by a user. */
export function isOpen(copy: Copy): boolean {
  return dueAt(copy) !== undefined;
}

/** Whether a finished copy is being repaired, or its loss is being confirmed. */
function isUnderRepair({ repair, missingSince }: Ready | Retired): boolean {
  return repair !== undefined || missingSince !== undefined;
}
