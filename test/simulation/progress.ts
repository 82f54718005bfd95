// Judges progress: how long the program may take without faults, and what it must have said meanwhile.

import { isActive } from "../../lib/model/identity.ts";
import { backoff, CLAIM_LIFE, CLOCK_SKEW, RECHECK_AFTER, SIGNATURE_LIFE, SYNC_TIMEOUT } from "../../lib/model/time.ts";
import type { Copy, Millis } from "../../lib/model/types.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import type { SimulationContext } from "./context.ts";
import { whyMissing, whyUnfinished } from "./ending.ts";
import { SETTLE, SWEEP_EVERY } from "./setting.ts";

const DAY: Millis = 86_400_000;
const STUCK_AFTER: Millis = 3_600_000;
/** The longest time between two runs, and the longest run: every call of it may wait for a sick region. */
export const LONGEST_PAUSE: Millis = 900_000;
const A_RUN: Millis = LONGEST_PAUSE + 120_000;
/** A shared image is copied into its own region, from there to another one, and is encrypted there. */
const LONGEST_CHAIN = 3;
/** A run requests a copy, one sees that it is NORMAL, one that its tags are visible, and one publishes it. */
const RUNS_OF_A_COPY = 4;
/** Until a request that another process may have sent before the state was lost counts as without an effect. */
const IN_DOUBT: Millis = CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + SETTLE;
/** A deletion waits for `minAge`, for a policy that is not new any more, and for the deletions of earlier sweeps. */
const PRUNING: Millis = 600_000 + 2 * SWEEP_EVERY + 4 * 2 * A_RUN;

/**
 * The longest time, from any state and without faults, until every copy is finished that can be. A
 * copy that is being made may still fail, and wait for its longest back-off. Then each step of a
 * chain is blocked by the step before it until it is checked again, is requested, and is made.
 */
export function boundOfCopies({ world }: SimulationContext): Millis {
  const [, longestMinutes] = world.config.copyMinutes;
  const making = longestMinutes * 60_000 + SETTLE;
  const step = RECHECK_AFTER + SYNC_TIMEOUT + making + RUNS_OF_A_COPY * A_RUN;
  return IN_DOUBT + making + backoff(Number.POSITIVE_INFINITY) + LONGEST_CHAIN * step;
}

/**
 * The longest time until no work is left: what makes no progress is reported, and keeps nothing
 * else waiting; then come the deletions. What failed often is tried once a day.
 */
export function boundOfAll(sim: SimulationContext, copies: readonly Copy[]): Millis {
  const daily = copies.some(
    (copy) => ("refusals" in copy && copy.refusals) || ("repair" in copy && (copy.repair?.tries ?? 0) > 4),
  );
  return boundOfCopies(sim) + STUCK_AFTER + RECHECK_AFTER + PRUNING + (daily ? DAY : 0);
}

/**
 * What is unfinished although it has nothing to do with a region: the copies in other regions whose
 * sources are in other regions, too. With `publish: together` they may wait for the copy there.
 */
export function whyUnfinishedElsewhere(sim: SimulationContext, last: Report, sick: string): string | undefined {
  if (sim.visibleTooLate) return undefined;
  const elsewhere = last.copies.filter(({ key }) => key.region !== sick && key.rootRegion !== sick);
  const open = elsewhere.filter((copy) => copy.phase !== "finishing" || copy.publicationHold === undefined);
  return open.map((copy) => whyUnfinished(sim, copy)).find(Boolean) ?? whyMissing(sim, elsewhere, sick);
}

/** A copy that makes no progress must not look as if it did, unless its region or its source's is reported as unread. */
export function whySilent(report: Report): string | undefined {
  const { copies, run } = report;
  const silent = copies.find((copy) => {
    const since = aliveAt(copy);
    const { region, rootRegion } = copy.key;
    const isTold = [region, rootRegion].some((one) => isUnread(report, one));
    return since !== undefined && run.startedAt - since > STUCK_AFTER + A_RUN && !isTold;
  });
  return silent && `${silent.rootName} → ${silent.key.region} is ${silent.phase} for hours, and no reason is given`;
}

/** Whether a problem says that a region could not be read. With problems, the exit code is 3. */
export function isUnread({ problems }: Report, region: string): boolean {
  return problems.some(({ code, text }) => code.startsWith("unreadable-") && text.includes(region));
}

/** When a copy that counts as under way last made progress; undefined if it gives a reason. */
function aliveAt(copy: Copy): Millis | undefined {
  if (copy.phase === "requested") return copy.claim.claimedAt;
  const isHeld = copy.phase === "finishing" && copy.publicationHold !== undefined;
  if (isHeld || (copy.phase !== "copying" && copy.phase !== "finishing")) return undefined;
  // A later reading confirms whether an image that was not found is gone.
  return Math.max(copy.progressedAt, copy.missingSince ?? 0);
}

/** A user who asks must learn with exit code 3 that something is unfinished. */
export function whyUntold({ copies, problems }: Report): string | undefined {
  const open = copies.find((copy) => isActive(copy) && copy.phase !== "ready");
  const isTold = exitCodeOf(summarise(copies, problems)) === 3;
  return open && !isTold ? `${open.rootName} → ${open.key.region} is ${open.phase}, and the exit code is 0` : undefined;
}
