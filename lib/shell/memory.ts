import { isMarked } from "../core/mark.ts";
import { type Observation, seen } from "../core/observation.ts";
import type { Scope } from "../core/reading.ts";
import { CLOCK_SKEW, SIGNATURE_LIFE } from "../core/timing.ts";
import { StateError } from "../errors.ts";
import type { State } from "../ports/state.ts";
import type { AccountRecord, AwaitedImage, Claimant, Copy, ImageRef, Millis, Run } from "../types.ts";
import type { Tools } from "./tools.ts";

/** What a replicator is made of: put together in one place (`open.ts`) and passed on from there. */
export interface Replicator extends Tools {
  /** Whether a process of this host is proven to be dead. */
  readonly isDead: (claimant: Claimant) => boolean;
}

/** How long an image that an event named is waited for while the cloud does not show it. */
const AWAIT_UNSEEN: Millis = 60 * 60_000;

/** Most images that are waited for; the sweep finds the others. */
const MOST_AWAITED = 1000;

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
 * The first record of an account. An empty state that meets copies of ours was lost: somebody may still be sending for
 * a copy that nobody sees, so that until all such requests have ended nothing counts as missing. The same holds where
 * a region could not be read.
 */
export async function rememberBirth(
  account: string,
  observation: Observation,
  order: { dryRun?: boolean },
  { state, settle, now }: Replicator,
): Promise<AccountRecord> {
  const views = [...observation.regions.values()];
  const marked = views.some((view) =>
    [...view.images.values()].some((i) => i.type === "custom" && isMarked(i, account)),
  );
  const bornAt = now();
  const unknownUntil = bornAt + SIGNATURE_LIFE + CLOCK_SKEW + settle;
  const lost = marked || observation.unreadable.size > 0;
  const record: AccountRecord = { account, bornAt, ...(lost && { unknownUntil }), version: 0 };
  if (order.dryRun) return record;
  const saved = (await state.saveAccount(record)) ?? (await state.account(account));
  if (!saved) throw new StateError(`the record of account ${account} was neither stored nor found`);
  return saved;
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

/**
 * Remembers the run, and when everything was last looked at. Of the runs that did nothing only the latest is kept, for
 * each cause and each set of problems: timers run for years, and one event may come a hundred thousand times.
 */
export async function rememberRun(run: Run, order: { why: string; scope: Scope }, { state }: Tools): Promise<void> {
  const idle = Object.keys(run.actions).length === 0 && run.failures === 0;
  const codes = new Set(run.problems.map(({ code }) => code));
  const kind = ["idle", run.why, ...(run.stoppedEarly ? ["stopped-early"] : []), ...codes].join(" ");
  await state.saveRun(idle ? { ...run, id: kind } : run);
  const swept = order.scope.kind === "sweep" && !run.stoppedEarly;
  const beat = order.why === "timer";
  if (!swept && !beat) return;
  const record = await state.account(run.account);
  if (!record) return;
  // Losing this to another run is no loss: that one has just written the same.
  await state.saveAccount({
    ...record,
    ...(swept && { sweptAt: run.startedAt }),
    ...(beat && { heartbeatAt: run.endedAt }),
  });
}
