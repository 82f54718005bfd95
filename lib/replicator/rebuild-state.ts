// Rebuilds the state of an account from the cloud (`cvm-replicator rebuild`).
import { StateError } from "../model/errors.ts";
import { fullText } from "../model/messages/define.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Replicator } from "../model/ports.ts";
import type { AccountRecord, Millis } from "../model/types.ts";
import { changeAccount } from "../record/account-record.ts";
import { uncertainUntil } from "../record/first-contact.ts";
import { newInstallations, withInstallation } from "../record/installation.ts";
import { type Report, replicate } from "./reconcile.ts";

/**
 * How long an account stays closed if the rebuild is killed: long enough for the slowest database.
 */
const CLOSED: Millis = 60 * 60_000;

/**
 * Forgets the copies of the account and finds them again in the cloud, where nothing is changed.
 * For a state that is damaged, or older than the cloud. Other processes may run meanwhile. Neither
 * a call in progress nor a call that the state does not know leads to a second copy:
 *
 * 1. The account is closed: its `firstSeenAt` moves an hour into the future. A process that planned
 *    before sends nothing any more (`sameState`). A process that plans now waits for every copy
 *    that it does not see.
 * 2. The copies are forgotten, and with them the claims. No process can replace a record that it
 *    read before.
 * 3. `firstSeenAt` becomes now. A claim from before step 1 may still take effect for a while, which
 *    every process waits for from here (`uncertainUntil`).
 *
 * If the rebuild is killed, other processes wait for at most an hour, or until it is run again.
 * `takeOver`: the id of a lost installation that this one continues, so that its copies are found as
 * this one's. Throws `StateError` if another rebuild is in progress.
 */
export async function rebuild(deps: Replicator, takeOver?: string): Promise<Report> {
  const { cloud, state, now } = deps;
  const account = await cloud.account();
  const closed = await closeAccount(account, deps);
  await state.forget(account);
  await changeAccount(
    account,
    (record) => {
      const current = record?.firstSeenAt ?? 0;
      const isOurs = !closed || current === closed.until;
      // Another rebuild has closed the account, and may be about to forget what is claimed from now
      // on.
      if (!isOurs && current > now()) throw new StateError(fullText(runMessage("rebuild-in-progress", { account })));
      // If another rebuild has ended, the claims made since then have just been forgotten.
      const previous = isOurs ? (closed?.before ?? 0) : current;
      // A future `firstSeenAt` is that of a closed account, and not of a contact.
      const at = previous > now() ? now() : Math.max(now(), previous + 1);
      const next = seenFirstAt(at, record, account, deps);
      return takeOver === undefined ? next : withInstallation(next, takeOver);
    },
    state,
  );
  return replicate({ trigger: "rebuild", scope: { kind: "sweep" }, mode: "record-only", readAnyway: () => true }, deps);
}

/**
 * Closes the account. Answers until when no process sends, and the previous `firstSeenAt`. Neither
 * value may be used again, because `sameState` tells one state from another by it. Answers
 * undefined if the record is damaged: no process can plan with it then.
 */
async function closeAccount(account: string, deps: Replicator) {
  let previous: Millis = 0;
  try {
    const record = await changeAccount(
      account,
      (before) => {
        previous = before?.firstSeenAt ?? 0;
        return seenFirstAt(Math.max(deps.now() + CLOSED, previous + 1), before, account, deps);
      },
      deps.state,
    );
    return record && { until: record.firstSeenAt, before: previous };
  } catch (error) {
    if (error instanceof StateError && error.damaged) return undefined;
    throw error;
  }
}

/**
 * The account record with another `firstSeenAt`, and without its last sweep, so that the next timer
 * run sweeps.
 */
function seenFirstAt(at: Millis, record: AccountRecord | undefined, account: string, deps: Replicator): AccountRecord {
  const fresh = { account, installations: newInstallations(deps), version: 0 };
  const {
    lastSweepAt: _,
    regions: __,
    uncertainBecause: ___,
    ...kept
  }: Omit<AccountRecord, "firstSeenAt"> = record ?? fresh;
  return { ...kept, firstSeenAt: at, uncertainUntil: uncertainUntil(at, deps.settle) };
}
