// The timer's lease: one timer run at a time, to save calls.
import type { Replicator } from "../model/ports.ts";
import { CLOCK_SKEW } from "../model/time.ts";
import type { AccountRecord, Claimant, Millis } from "../model/types.ts";
import type { KnownAccount } from "./account-record.ts";

/**
 * The account record holds the end of the last timer run, and the lease of the timer run that is in
 * progress. The lease only saves calls if the timer fires again before its last run has ended. No
 * correctness may depend on the lease: it expires while its holder is frozen, and runs by event or
 * by hand ignore it. The claim is what keeps copies single.
 */

/** How long a lease lasts unless it is renewed; a run renews it when half of it is over. */
export const LEASE_DURATION: Millis = 120_000;

/** Whether another timer run holds the lease. */
export function isLeased(
  lease: AccountRecord["timer"],
  me: Claimant,
  now: Millis,
  isDead: (claimant: Claimant) => boolean,
): boolean {
  if (!lease || lease.by.id === me.id || isDead(lease.by)) return false;
  // No run takes a longer lease: a later end was written by a process whose clock was wrong.
  return now < lease.until && lease.until <= now + LEASE_DURATION + CLOCK_SKEW;
}

/**
 * Acquires or renews the timer's lease. Answers false if another timer run holds it. An account
 * without a record has no lease, so that every timer run may go on.
 */
export async function acquireTimerLease(known: KnownAccount, { me, now, isDead }: Replicator): Promise<boolean> {
  let isAcquired = true;
  await known.change((record) => {
    isAcquired = !isLeased(record?.timer, me, now(), isDead);
    if (record?.timer?.by.id === me.id && isFresh(record.timer.until, now())) return undefined;
    return record && isAcquired ? { ...record, timer: { by: me, until: now() + LEASE_DURATION } } : undefined;
  });
  return isAcquired;
}

/** Whether a lease of this run has more than half of its time left, so that it need not be renewed. */
function isFresh(until: Millis, now: Millis): boolean {
  return until > now + LEASE_DURATION / 2 && until <= now + LEASE_DURATION;
}

/** The record without the lease of this run, if it has one. */
export function withoutLease(record: AccountRecord, { me }: Pick<Replicator, "me">): AccountRecord {
  if (record.timer?.by.id !== me.id) return record;
  const { timer: _, ...rest } = record;
  return rest;
}

/** Releases the timer's lease after a run that failed. If that fails too, the lease expires by itself. */
export async function releaseTimerLease(known: KnownAccount, deps: Replicator): Promise<void> {
  const released = (record: AccountRecord | undefined) => {
    const after = record && withoutLease(record, deps);
    return after === record ? undefined : after;
  };
  await known.change(released).catch(() => {});
}
