// What follows a round of a run: another round, and of which kind; or the end.
import type { Applied } from "../../apply/types.ts";
import { CloudError } from "../../model/errors.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Replicator } from "../../model/ports.ts";
import type { RegionReader } from "../../observe/region-reader.ts";
import type { RunTotals } from "../../record/run-history.ts";

/**
 * `whole`: reads what the request covers, where that is not known or stale. `poll`: reads the open
 * copies anew, to see what became of the last round.
 */
export type RoundKind = "whole" | "poll";

/** After so many rounds the rest is left to the next run. A region that arrives late begins anew. */
const MOST_ROUNDS = 12;
/** So many rounds in succession may end without a call because all that was read was stale. */
const MOST_IDLE = 2;

/** What is read while the rounds go on: the images of late regions, and late answers. */
export type LateReader = Pick<RegionReader, "hasArrived" | "reading" | "awaitArrival" | "giveUp">;

/** What the order of rounds depends on. */
export interface RoundOrderDeps extends Pick<Replicator, "now" | "stopAt" | "isInterrupted"> {
  readonly readers: readonly LateReader[];
  readonly totals: Pick<RunTotals, "stopEarly">;
  /** Called while late regions or answers are awaited. */
  readonly alive: () => Promise<unknown>;
}

/**
 * Makes the function that decides what follows each round. It waits for late regions and
 * answers once nothing else is left to do; what is not read when the time of the run is over counts
 * as unreadable, unless a user has ended the run.
 * Throws what reading them throws.
 */
export function roundOrder(deps: RoundOrderDeps): (applied: Applied) => Promise<RoundKind | "end"> {
  const { readers, totals } = deps;
  let rounds = 0;
  let idle = 0;
  return async ({ actions, moved, stoppedEarly, stale }) => {
    rounds += 1;
    if (stoppedEarly) return "end";
    if (stale > 0) {
      const isIdle = Object.entries(actions).every(([kind, count]) => kind === "record" || count === 0);
      idle = isIdle ? idle + 1 : 0;
      if (rounds < MOST_ROUNDS && idle < MOST_IDLE) return "whole";
      totals.stopEarly(reason("work-left", { calls: stale }));
      return "end";
    }
    if (moved && rounds < MOST_ROUNDS) return readers.some((reader) => reader.hasArrived()) ? "whole" : "poll";
    if (!(await hasArrival(deps))) return "end";
    rounds = 0;
    return "whole";
  };
}

/** Waits for a late region, or for late answers. False if there are none, or none in time. */
async function hasArrival({ readers, totals, alive, now, stopAt, isInterrupted }: RoundOrderDeps): Promise<boolean> {
  while (!readers.some((reader) => reader.hasArrived())) {
    const busy = readers.filter((reader) => reader.reading().length > 0);
    if (busy.length === 0) return false;
    const arrival = () => Promise.race(busy.map((reader) => reader.awaitArrival()));
    const isOver = now() >= stopAt() || (await arrival().then(() => false, isAbort));
    if (isOver) {
      if (isInterrupted?.()) totals.stopEarly();
      else for (const reader of busy) reader.giveUp(reader.reading());
      return false;
    }
    await alive();
  }
  return true;
}

function isAbort(error: unknown): true {
  if (error instanceof CloudError && error.code === "Aborted") return true;
  throw error;
}
