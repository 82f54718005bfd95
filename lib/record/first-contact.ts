// The first record of an account: is the account new to this program, or was the state lost?
import { StateError } from "../model/errors.ts";
import { isMarked } from "../model/identity.ts";
import { fullText } from "../model/messages/define.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Observation } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../model/time.ts";
import type { AccountRecord, Copy, Millis } from "../model/types.ts";

/**
 * Until when a call of an unrecorded claim may still take effect, if the claim was made before
 * `at`. The clock skew counts twice: the clock of the process that sends may be ahead of ours, and
 * so may the clock of the process that reads.
 */
export function uncertainUntil(at: Millis, settle: Millis): Millis {
  return at + CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + settle;
}

/**
 * Creates the record of an account that has none. If the state is empty and the cloud holds copies
 * of ours, the state was lost: another process may still be sending for a copy that is not visible
 * yet. No copy counts as missing until all such requests have ended (`uncertainUntil`). The same
 * holds if a region could not be read, and if the state has copies but no account record.
 *
 * A dry run stores nothing. Throws `StateError` if the record can be neither stored nor read.
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
    [...view.images.values()].some((image) => image.type === "custom" && isMarked(image, account)),
  );
  const lost = marked || observation.unreadable.size > 0 || copies.length > 0;
  const firstSeenAt = now();
  const uncertain: AccountRecord = {
    account,
    firstSeenAt,
    uncertainUntil: uncertainUntil(firstSeenAt, settle),
    version: 0,
  };
  const { uncertainUntil: _, ...certain } = uncertain;
  if (request.dryRun) return lost ? uncertain : certain;
  // Stored as uncertain first: only then is it certain how much time has passed since the cloud was
  // read. If that is long, another process may have claimed a copy, sent its request and lost the
  // state in between.
  const saved = await state.saveAccount(uncertain);
  const isFresh = () => views.every(({ readAt }) => now() - readAt <= CLAIM_LIFE);
  const trusted = saved && !lost && isFresh() ? await state.saveAccount({ ...certain, version: saved.version }) : saved;
  const record = trusted ?? (await state.account(account));
  if (!record) throw new StateError(fullText(runMessage("account-not-stored", { account })));
  return record;
}
