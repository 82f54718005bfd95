// The timer's lease: one timer run at a time, to save calls.
import type { Replicator } from "../model/ports.ts";
import { CLOCK_SKEW } from "../model/time.ts";
import type { AccountRecord, Claimant, Millis } from "../model/types.ts";
import { changeAccount } from "./account-record.ts";

/**
 * The account record holds the end of the last timer run, and the lease of the timer run that is in
 * progress. The lease only saves calls if the timer fires again before its last run has ended. No
 * correctness may depend on the lease: it expires while its holder is frozen, and runs by event or
 * by hand ignore it. The claim is what keeps copies single.
 */

/** How long a lease lasts unless it is renewed; a run renews it in each round. */
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
export async function acquireTimerLease(account: string, { state, me, now, isDead }: Replicator): Promise<boolean> {
  let isAcquired = true;
  await changeAccount(
    account,
    (record) => {
      isAcquired = !isLeased(record?.timer, me, now(), isDead);
      return record && isAcquired ? { ...record, timer: { by: me, until: now() + LEASE_DURATION } } : undefined;
    },
    state,
  );
  return isAcquired;
}

/** Releases the timer's lease. If that fails, the lease expires by itself. */
export async function releaseTimerLease(account: string, { state, me }: Replicator): Promise<void> {
  await changeAccount(
    account,
    (record) => {
      if (record?.timer?.by.id !== me.id) return undefined;
      const { timer: _, ...rest } = record;
      return rest;
    },
    state,
  ).catch(() => {});
}
