// One timer run at a time, to save calls.
import type { Replicator } from "../model/ports.ts";
import { CLOCK_SKEW } from "../model/time.ts";
import type { AccountRecord, Claimant, Millis } from "../model/types.ts";
import { changeAccount } from "./account-record.ts";

/**
 * What runs of the timer leave in the record of the account: when one last ended, and whose turn it is. The turn only
 * saves calls, for a timer that fires again before its last run has ended. Nothing else may ever rest on it: it expires
 * while its holder is frozen, and runs by event or by hand do not ask for it. What keeps copies single is the claim.
 */

/** How long a turn lasts without being renewed; a run renews it in each round. */
export const LEASE_DURATION: Millis = 120_000;

/** Whether another run of the timer is under way. */
export function isLeased(
  lease: AccountRecord["timer"],
  me: Claimant,
  now: Millis,
  isDead: (claimant: Claimant) => boolean,
): boolean {
  if (!lease || lease.by.id === me.id || isDead(lease.by)) return false;
  // Nobody takes a longer turn: one that ends later was written down by a clock that was wrong.
  return now < lease.until && lease.until <= now + LEASE_DURATION + CLOCK_SKEW;
}

/** Takes or renews the timer's turn; false if another run of the timer has it. Without a record everybody has it. */
export async function acquireTimerLease(account: string, { state, me, now, isDead }: Replicator): Promise<boolean> {
  let mine = true;
  await changeAccount(
    account,
    (record) => {
      mine = !isLeased(record?.timer, me, now(), isDead);
      return record && mine ? { ...record, timer: { by: me, until: now() + LEASE_DURATION } } : undefined;
    },
    state,
  );
  return mine;
}

/** Gives the turn back. If that fails, it ends by itself. */
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
