// Cvm-replicator rebuild.
import { StateError } from "../model/errors.ts";
import type { Replicator } from "../model/ports.ts";
import type { AccountRecord, Millis } from "../model/types.ts";
import { changeAccount } from "../record/account-record.ts";
import { uncertainUntil } from "../record/first-contact.ts";
import { type Report, replicate } from "./reconcile.ts";

/** Nobody plans a call in that time but who was interrupted: long enough for the slowest database. */
const CLOSED: Millis = 60 * 60_000;

/**
 * Forgets the copies of the account and finds them again in the cloud, where nothing is changed. For a state that is
 * damaged, or that is older than the cloud. Other processes may run meanwhile; and a call that is under way, or that the
 * state does not know of, leads to no second copy:
 *
 * 1. The account is closed: born again an hour from now. Whoever has made a plan before sends nothing any more
 *    (`sameState`), and whoever makes one now waits for whatever is not seen.
 * 2. The copies are forgotten, and with them the claims. Whoever knows one of them cannot replace it any more.
 * 3. The account is born now. A claim that was made before 1 may have an effect for a while: that is waited for from here.
 *
 * If it ends half-way the others wait for an hour at most, or until it is done again.
 */
export async function rebuild(deps: Replicator): Promise<Report> {
  const { cloud, state, now } = deps;
  const account = await cloud.account();
  const closed = await closeAccount(account, deps);
  await state.forget(account);
  await changeAccount(
    account,
    (record) => {
      const born = record?.firstSeenAt ?? 0;
      const isOurs = !closed || born === closed.until;
      // Another rebuild has closed it, and may just be about to forget what is claimed from now on.
      if (!isOurs && born > now())
        throw new StateError("is being rebuilt by another process; run again when that has ended");
      // Or has ended: then what was claimed since has just been forgotten.
      const former = isOurs ? (closed?.before ?? 0) : born;
      // A time still to come is one at which an account was closed, and not born.
      return firstSeenAt(former > now() ? now() : Math.max(now(), former + 1), record ?? { account, version: 0 }, deps);
    },
    state,
  );
  return replicate({ why: "rebuild", scope: { kind: "sweep" }, noCalls: true }, deps);
}

/**
 * Answers until when nobody sends, and when the account was born before: neither may come again, as `sameState` tells one
 * state from another by it. Undefined if the record cannot be read: then nobody can plan with it, either.
 */
async function closeAccount(account: string, deps: Replicator) {
  let bornBefore: Millis = 0;
  try {
    const record = await changeAccount(
      account,
      (before) => {
        bornBefore = before?.firstSeenAt ?? 0;
        return firstSeenAt(Math.max(deps.now() + CLOSED, bornBefore + 1), before ?? { account, version: 0 }, deps);
      },
      deps.state,
    );
    return record && { until: record.firstSeenAt, before: bornBefore };
  } catch (error) {
    if (error instanceof StateError && error.damaged) return undefined;
    throw error;
  }
}

function firstSeenAt(at: Millis, record: Omit<AccountRecord, "firstSeenAt">, { settle }: Replicator): AccountRecord {
  const { lastSweepAt: _, ...kept } = record;
  return { ...kept, firstSeenAt: at, uncertainUntil: uncertainUntil(at, settle) };
}
