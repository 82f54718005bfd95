// The first record of an account: was the state lost?
import { StateError } from "../model/errors.ts";
import { isMarked } from "../model/identity.ts";
import type { Observation } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../model/time.ts";
import type { AccountRecord, Copy, Millis } from "../model/types.ts";

/**
 * Until when a call that nobody remembers may still show: from a claim that was made until `at`. Twice the skew: whoever
 * sent may have a clock ahead of ours, and whoever looks, too.
 */
export function uncertainUntil(at: Millis, settle: Millis): Millis {
  return at + CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + settle;
}

/**
 * The first record of an account. An empty state that meets copies of ours was lost: somebody may still be sending for
 * a copy that nobody sees, so that until all such requests have ended nothing counts as missing. The same holds where
 * a region could not be read, and where copies are remembered without the account.
 */
export async function recordFirstContact(
  account: string,
  observation: Observation,
  copies: readonly Copy[],
  request: { dryRun?: boolean },
  { state, settle, now }: Replicator,
): Promise<AccountRecord> {
  const views = [...observation.regions.values()];
  const marked = views.some((view) =>
    [...view.images.values()].some((i) => i.type === "custom" && isMarked(i, account)),
  );
  const lost = marked || observation.unreadable.size > 0 || copies.length > 0;
  const firstSeenAt = now();
  const careful: AccountRecord = {
    account,
    firstSeenAt,
    uncertainUntil: uncertainUntil(firstSeenAt, settle),
    version: 0,
  };
  const { uncertainUntil: _, ...known } = careful;
  if (request.dryRun) return lost ? careful : known;
  const saved = await state.saveAccount(careful);
  // Only once it is stored is it certain that not much time has passed since the look: else somebody may have begun,
  // sent, and lost the state in between.
  const isFresh = () => views.every(({ readAt }) => now() - readAt <= CLAIM_LIFE);
  const trusted = saved && !lost && isFresh() ? await state.saveAccount({ ...known, version: saved.version }) : saved;
  const record = trusted ?? (await state.account(account));
  if (!record) throw new StateError(`the record of account ${account} was neither stored nor found`);
  return record;
}
