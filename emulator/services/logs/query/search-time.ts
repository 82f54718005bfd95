// Limits the time of a search: the emulator does nothing else meanwhile.

/** Milliseconds of one search. The emulator's own limit. */
const MOST_MS = 5000;
/** Steps between two looks at the clock. */
const STEPS = 100_000;

/** A search that took too long. */
export class SearchTimeError extends Error {
  override readonly name = "SearchTimeError";
}

/** Counts steps of a search. Throws `SearchTimeError`. */
export type Spend = (steps: number) => void;

/** Begins to measure a search with a clock in milliseconds. */
export function searchTime(now: () => number, mostMs = MOST_MS): Spend {
  const end = now() + mostMs;
  let steps = 0;
  return (more) => {
    steps += more;
    if (steps < STEPS) return;
    steps = 0;
    if (now() > end) throw new SearchTimeError(`it took more than ${mostMs} ms`);
  };
}
