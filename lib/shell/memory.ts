import { isMarked } from "../core/mark.ts";
import { type Observation, seen } from "../core/observation.ts";
import type { Scope } from "../core/reading.ts";
import { distinct } from "../core/summary.ts";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../core/timing.ts";
import { StateError } from "../errors.ts";
import type { State } from "../ports/state.ts";
import type { AccountRecord, AwaitedImage, Copy, ImageRef, Millis, Reason, Run } from "../types.ts";
import { changeAccount } from "./account.ts";
import type { Replicator, Tools } from "./tools.ts";

/** How long an image that an event named is waited for while the cloud does not show it. */
const AWAIT_UNSEEN: Millis = 60 * 60_000;

/** Most images that are waited for; the sweep finds the others. */
const MOST_AWAITED = 1000;

const DAY: Millis = 86_400_000;

/** What is remembered of an account when a round begins. */
export async function memoryOf(account: string, { state }: { state: State }) {
  const [copies, awaited, record] = await Promise.all([
    state.copies(account),
    state.awaited(account),
    state.account(account),
  ]);
  return { copies, awaited, record };
}

/**
 * Until when a call that nobody remembers may still show: from a claim that was made until `at`. Twice the skew: whoever
 * sent may have a clock ahead of ours, and whoever looks, too.
 */
export function unknownUntil(at: Millis, settle: Millis): Millis {
  return at + CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + settle;
}

/**
 * The first record of an account. An empty state that meets copies of ours was lost: somebody may still be sending for
 * a copy that nobody sees, so that until all such requests have ended nothing counts as missing. The same holds where
 * a region could not be read, and where copies are remembered without the account.
 */
export async function rememberBirth(
  account: string,
  observation: Observation,
  copies: readonly Copy[],
  order: { dryRun?: boolean },
  { state, settle, now }: Replicator,
): Promise<AccountRecord> {
  const views = [...observation.regions.values()];
  const marked = views.some((view) =>
    [...view.images.values()].some((i) => i.type === "custom" && isMarked(i, account)),
  );
  const lost = marked || observation.unreadable.size > 0 || copies.length > 0;
  const bornAt = now();
  const careful: AccountRecord = { account, bornAt, unknownUntil: unknownUntil(bornAt, settle), version: 0 };
  const { unknownUntil: _, ...known } = careful;
  if (order.dryRun) return lost ? careful : known;
  const saved = await state.saveAccount(careful);
  // Only once it is stored is it certain that not much time has passed since the look: else somebody may have begun,
  // sent, and lost the state in between.
  const isFresh = () => views.every(({ readAt }) => now() - readAt <= CLAIM_LIFE);
  const trusted = saved && !lost && isFresh() ? await state.saveAccount({ ...known, version: saved.version }) : saved;
  const record = trusted ?? (await state.account(account));
  if (!record) throw new StateError(`the record of account ${account} was neither stored nor found`);
  return record;
}

/** Claimants that can send nothing any more: earlier rounds of this replicator, and dead processes of this host. */
export function endedClaimants(copies: readonly Copy[], { me, isDead }: Replicator): ReadonlySet<string> {
  const open = copies.flatMap((copy) => (copy.state === "copying" ? [copy.claim.claimant] : []));
  return new Set(open.filter((claimant) => claimant.id === me.id || isDead(claimant)).map((claimant) => claimant.id));
}

/** Images that were named and are not NORMAL yet are waited for; those that are, or that never appear, no longer. */
export async function rememberNamed(
  account: string,
  scope: Scope,
  awaited: readonly AwaitedImage[],
  observation: Observation,
  { state, now }: Tools,
): Promise<void> {
  const named = scope.kind === "images" ? scope.images : [];
  const settled = (image: ImageRef, since: Millis) => {
    const shown = seen(observation, image);
    if (shown === "unread" || shown === "absent") return now() - since > AWAIT_UNSEEN;
    return !["CREATING", "IMPORTING", "SYNCING"].includes(shown.state);
  };
  const add = named
    .filter((image) => !settled(image, now()))
    .slice(0, Math.max(0, MOST_AWAITED - awaited.length))
    .map(({ region, imageId }) => ({ account, region, imageId, since: now() }));
  const remove = awaited.filter((image) => settled(image, image.since));
  if (add.length + remove.length > 0) await state.setAwaited(add, remove);
}

/** How long runs and the journal are kept. */
const HISTORY: Millis = 90 * DAY;

/**
 * Remembers the run, and when everything was last looked at. Of the runs that did nothing only the latest is kept, for
 * each cause and each set of problems: timers run for years, and one event may come a hundred thousand times. The first
 * sweep of a day deletes what is too old. Answers what needs a person, as far as anybody has seen.
 */
export async function rememberRun(
  run: Run,
  order: { why: string; scope: Scope },
  { state }: Tools,
): Promise<readonly Reason[]> {
  const idle = Object.keys(run.actions).length === 0 && run.failures === 0;
  const codes = new Set(run.problems.map(({ code }) => code));
  const odd = [...(run.stoppedEarly ? ["stopped-early"] : []), ...(run.skipped === undefined ? [] : ["skipped"])];
  await state.saveRun(idle ? { ...run, id: ["idle", run.why, ...odd, ...codes].join(" ") } : run);
  const whole = order.scope.kind === "sweep" && !run.stoppedEarly && run.skipped === undefined;
  // A region that could not be read is looked at again by the next run of the timer, not only when a sweep is due.
  const swept = whole && ![...codes].some((code) => code.startsWith("unreadable-"));
  const written = {
    ...(whole && { problems: run.problems }),
    ...(swept && { sweptAt: run.startedAt }),
    ...(order.why === "timer" && run.skipped === undefined && { heartbeatAt: run.endedAt }),
  };
  let sweptBefore: Millis | undefined;
  const record = await changeAccount(
    run.account,
    (before) => {
      sweptBefore = before?.sweptAt;
      return before && Object.keys(written).length > 0 ? { ...before, ...written } : undefined;
    },
    state,
  );
  const firstOfDay = sweptBefore === undefined || Math.floor(sweptBefore / DAY) < Math.floor(run.startedAt / DAY);
  if (swept && firstOfDay) await state.prune(run.account, run.startedAt - HISTORY);
  return distinct([...(record?.problems ?? []), ...run.problems]);
}
