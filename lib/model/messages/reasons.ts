// The reasons: why a copy, an image or an account is as it is. All catalogues in one function.

import type { Reason } from "../types.ts";
import { catalogue } from "./define.ts";
import { desiredReasons } from "./desired.ts";
import { familyReasons } from "./family.ts";
import { guardReasons } from "./guards.ts";
import { installationReasons } from "./installations.ts";
import { lifecycleReasons } from "./lifecycle.ts";
import { logReasons } from "./log.ts";
import { reportReasons } from "./report.ts";
import { type ReadFailureCode, runReasons } from "./run.ts";
import { selectionReasons } from "./selection.ts";
import { upkeepReasons } from "./upkeep.ts";

/** Writes a reason: `reason("source-failed", { state })`. */
export const reason = catalogue({
  ...desiredReasons,
  ...familyReasons,
  ...guardReasons,
  ...installationReasons,
  ...lifecycleReasons,
  ...logReasons,
  ...reportReasons,
  ...runReasons,
  ...selectionReasons,
  ...upkeepReasons,
});

/** The code of a reason, for programs. */
export type ReasonCode = (typeof reason.codes)[number] | ReadFailureCode;

/** Waits because a call for several destinations was refused, and dry runs do not show for which one. */
export const PARENT_NOT_READY = "parent-not-ready" satisfies ReasonCode;
export const REQUEST_ALONE = "request-alone" satisfies ReasonCode;

/** A family moves, with `publish: together`, without some of its regions. */
export const LEFT_OUT = "left-out" satisfies ReasonCode;

/** New sources wait for an unreadable region, so the problem lasts as long as one is unreadable. */
export const SOURCES_WAIT = "sources-wait" satisfies ReasonCode;

/** Journal lines could not be sent. Nothing is lost and the next run tries again, so it fails no run. */
export const JOURNAL_NOT_SENT = "journal-not-sent" satisfies ReasonCode;

/** The region of a policy does not exist, so that it holds nothing of ours. */
export const NO_SUCH_REGION = "no-such-region" satisfies ReasonCode;

/** Why a copy is retired whose source its owner deprecated, or gave the ignore tag. */
export const RECALLED: Reason = reason("recalled");

/** The owner of a shared source no longer shares it, or deleted it: its copies stay. */
export const SOURCE_REVOKED = "source-revoked" satisfies ReasonCode;

/** Why an intermediate copy is retired once the encrypted copy no longer needs it. */
export const SUPERSEDED: Reason = reason("superseded");

/** A command keeps an image that its user has not confirmed to be deleted. */
export const UNCONFIRMED_DELETION = "unconfirmed-deletion" satisfies ReasonCode;

/** A command holds back what it would take back, because a user has not confirmed its policy. */
export const UNCONFIRMED_POLICY = "unconfirmed-policy" satisfies ReasonCode;

/**
 * Every reason once; two reasons are the same if their code and text are. The first one stays: of an
 * unreadable region, the record says when it is read again, and the run that failed does not.
 */
export function distinct(reasons: readonly Reason[]): Reason[] {
  const first = new Map<string, Reason>();
  for (const one of reasons) {
    const id = `${one.code} ${one.text}`;
    if (!first.has(id)) first.set(id, one);
  }
  return [...first.values()];
}
