// Manual retry (`cvm-replicator retry`): failed and blocked copies start again, and backoff ends.
import { stateOf } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import type { Copy, Millis } from "../../model/types.ts";
import { baseFields, copying } from "../transitions.ts";
import type { RecordChange } from "../types.ts";

/** Only a retry has such a copy made again. */
const MADE_ANEW = ["gone", "unidentified"];

/**
 * The record of a failed, retrying or blocked copy with no attempts and no backoff, so that the next plan
 * does not wait; undefined for any other copy. Only the plan decides whether a copy is requested,
 * after a search for its image. So a copy with a claim keeps the claim and is read again, and no
 * claim number is used twice.
 */
export function retried(copy: Copy, now: Millis): Copy | undefined {
  const fresh = { attempts: 0, delayedSince: now, updatedAt: now };
  if (copy.phase === "failed" || copy.phase === "retrying")
    return { ...copy, ...fresh, phase: "retrying", notBefore: now };
  const isMadeAnew = copy.phase === "blocked" && MADE_ANEW.includes(copy.reason.code);
  if (isMadeAnew) return { ...copy, ...fresh, phase: "waiting" };
  if (copy.phase !== "blocked" && copy.phase !== "stuck") return undefined;
  // The next check becomes due now. It keeps a time, because polls skip blocked copies without one.
  if (copy.notBefore !== undefined) return { ...copy, ...fresh, notBefore: now };
  if (copy.phase === "blocked") return { ...copy, ...fresh };
  const base = { ...baseFields(copy.key, copy, undefined, now), ...fresh };
  return copying(base, copy, { progressedAt: now, percent: undefined });
}

/** The record changes that make the chosen copies start again. */
export function retryChanges(copies: readonly Copy[], chosen: (copy: Copy) => boolean, now: Millis): RecordChange[] {
  return copies.filter(chosen).flatMap((copy): RecordChange[] => {
    const next = retried(copy, now);
    const { code: event, text } = journal("retry", { state: stateOf(copy) });
    return next ? [{ do: "record", copy: next, event, text }] : [];
  });
}
