// Sends the journal's unsent lines to the log service at the end of a run.
import { StateError } from "../model/errors.ts";
import { storedText } from "../model/messages/define.ts";
import { reason } from "../model/messages/reasons.ts";
import type { Changes, Replicator, State } from "../model/ports.ts";
import { iso } from "../model/time.ts";
import type { JournalLine, Millis, Reason } from "../model/types.ts";

/** The most lines that one run sends; the rest goes with the next ones. */
const MOST_LINES = 2_000;
/** How long the log service may delay the end of a run. */
const MOST_TIME: Millis = 10_000;
/** With less time left to the run, no request is begun. */
const LEAST_TIME: Millis = 500;

/**
 * Lines of others that are younger are left to the run that wrote them, which sends them at its end. Otherwise each
 * of the runs that the events of one wave start would send them again.
 */
const LEFT_TO_WRITER: Millis = 30_000;

/** A state that notes whether the account has lines to send, as far as the run has read or written it. */
export interface Outbox {
  readonly state: State;
  /** Whether this run wrote a line, or read that one of others waits for long enough. Never a query of its own. */
  mayHaveLines(): boolean;
}

/** Watches the state of a run. `unsentSince`: of what was read before. */
export function watchOutbox(state: State, unsentSince: Millis | undefined, now: () => Millis): Outbox {
  // The clock of the writer may be ahead of this one: by more than that, its lines count as old.
  const waits = (since: Millis | undefined) => since !== undefined && Math.abs(now() - since) >= LEFT_TO_WRITER;
  let hasLines = waits(unsentSince);
  const writes = ({ copies = [], entries = [] }: Changes) =>
    entries.length > 0 || copies.some((change) => (change.entries ?? []).length > 0);
  return {
    state: {
      ...state,
      async read(account, which) {
        const records = await state.read(account, which);
        hasLines ||= waits(records.unsentSince);
        return records;
      },
      save(account, changes) {
        hasLines ||= writes(changes);
        return state.save(account, changes);
      },
    },
    mayHaveLines: () => hasLines,
  };
}

/**
 * Sends what waits: one read, the requests of the log service, one mark. At least once: a process that is
 * killed before the mark, or two that send at the same time, send a line twice, under the same id.
 *
 * Answers why lines stay, for the run's problems. Never throws for the log service or the
 * state: the run has done its work, and every line that is not marked is sent by a later run.
 */
export async function shipJournal(
  account: string,
  { state, logService, now, stopAt }: Pick<Replicator, "state" | "logService" | "now" | "stopAt">,
): Promise<Reason | undefined> {
  if (!logService) return undefined;
  const until = Math.min(now() + MOST_TIME, stopAt());
  let lines: readonly JournalLine[] = [];
  let taken: ReadonlySet<string> = new Set();
  let failure: Pick<Reason, "text" | "remedy"> | undefined;
  try {
    // Before the read: a run that ends at its deadline has no time for that either.
    if (until - now() < LEAST_TIME) return undefined;
    lines = await state.unsent(account, MOST_LINES);
    if (lines.length === 0) return undefined;
    const delivery = await logService.send(lines, until);
    taken = new Set(delivery.taken);
    // The user ended the run, or its time is over: that is no fault of the log.
    if (delivery.failure?.code !== "Aborted") failure = delivery.failure;
    await state.markSent(account, delivery.taken);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    failure = { text: storedText(error.message) };
    if (lines.length === 0) return reason("journal-not-sent", { lines: undefined, cause: failure.text });
  }
  return failure && notSent(lines, taken, failure);
}

function notSent(
  lines: readonly JournalLine[],
  taken: ReadonlySet<string>,
  { text, remedy }: Pick<Reason, "text" | "remedy">,
): Reason | undefined {
  const left = lines.filter(({ id }) => !taken.has(id));
  const [oldest] = left;
  if (!oldest) return undefined;
  const waiting = { count: left.length, isAtLeast: lines.length === MOST_LINES, since: iso(oldest.at) };
  return reason("journal-not-sent", { lines: waiting, cause: text, remedy });
}
