// The first record of an account: is the account new to this program, or was the state lost?
import { StateError } from "../model/errors.ts";
import { installationOf, isMarked } from "../model/identity.ts";
import { fullText } from "../model/messages/define.ts";
import { NO_SUCH_REGION } from "../model/messages/reasons.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Observation } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../model/time.ts";
import type { AccountRecord, Copy, Image, Millis } from "../model/types.ts";
import type { OfAccount } from "./account-record.ts";
import { newInstallations } from "./installation.ts";

/**
 * Until when a call of an unrecorded claim may still take effect, if the claim was made before
 * `at`. The clock skew counts twice: the clock of the process that sends may be ahead of ours, and
 * so may the clock of the process that reads.
 */
export function uncertainUntil(at: Millis, settle: Millis): Millis {
  return at + CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + settle;
}

/** Until it is certain that this process was not frozen. */
const SLOW = { cause: "slow" } as const;

/**
 * Creates the record of an account that has none. If the state is empty and the cloud holds copies
 * of ours, the state was lost: another process may still be sending for a copy that is not visible
 * yet. No copy counts as missing until all such requests have ended (`uncertainUntil`). The same
 * holds if a region could not be read, and if the state has copies but no account record.
 *
 * A dry run stores nothing. Throws `StateError` if the record can be neither stored nor read.
 */
export async function recordFirstContact(
  observation: Observation,
  copies: readonly Copy[],
  { mode }: { readonly mode?: "apply" | "dry-run" | "record-only" },
  deps: Pick<Replicator, "settle" | "now" | "installation" | "me"> & OfAccount,
): Promise<AccountRecord> {
  const { settle, now, known } = deps;
  const { account } = known;
  const views = [...observation.regions.values()];
  const marked = views.flatMap((view) =>
    [...view.images.values()].filter((image) => image.type === "custom" && isMarked(image, account)),
  );
  const unread = [...observation.unreadable].flatMap(([id, { code }]) => (code === NO_SUCH_REGION ? [] : [id]));
  const isLost = marked.length > 0 || copies.length > 0;
  // Without a mark of its own id, nothing shows whether this installation had a state before.
  const installations = newInstallations(deps);
  const isOurs = (image: Image) => installations.some((id) => id === installationOf(image));
  const areOthers = copies.length === 0 && !marked.some(isOurs);
  const isUncertain = isLost || unread.length > 0;
  const firstSeenAt = now();
  const uncertain: AccountRecord = {
    account,
    firstSeenAt,
    uncertainUntil: uncertainUntil(firstSeenAt, settle),
    uncertainBecause: isLost
      ? { cause: areOthers ? "others" : "lost" }
      : unread.length > 0
        ? { cause: "unread", regions: unread }
        : SLOW,
    installations,
    version: 0,
  };
  const { uncertainUntil: _, uncertainBecause: __, ...certain } = uncertain;
  if (mode === "dry-run") return isUncertain ? uncertain : certain;
  // Stored as uncertain first: only then is it certain how much time has passed since the cloud was
  // read. If that is long, another process may have claimed a copy, sent its request and lost the
  // state in between.
  let isOurRecord = false;
  const created = (before: AccountRecord | undefined) => {
    isOurRecord = before === undefined;
    return before ? undefined : uncertain;
  };
  const saved = await known.change(created);
  const isFresh = () => views.every(({ readAt }) => now() - readAt <= CLAIM_LIFE);
  // Another process may already have added to the record.
  const trusted = (stored: AccountRecord | undefined): AccountRecord | undefined => {
    if (!stored || stored.firstSeenAt !== firstSeenAt || !isFresh()) return undefined;
    const { uncertainUntil: _until, uncertainBecause: _because, ...rest } = stored;
    return rest;
  };
  const record = isOurRecord && !isUncertain ? await known.change(trusted) : saved;
  if (!record) throw new StateError(fullText(runMessage("account-not-stored", { account })));
  return record;
}
