// Repeats the calls that may be repeated.
import { CloudError } from "../../../model/errors.ts";
import type { Millis } from "../../../model/types.ts";
import { isTransient } from "../errors/verdicts.ts";
import { type Clock, REAL_CLOCK } from "./pace.ts";

const MOST_RETRIES = 5;
const FIRST_PAUSE: Millis = 200;
const LONGEST_PAUSE: Millis = 5000;

/**
 * Retries a call that may be repeated while it fails with a transient error: throttling, network,
 * 5xx, InternalError. Backs off 0.2 s to 5 s, longer each time, and up to twice as long by chance,
 * so that many callers do not return at once. Any other error is thrown unchanged, and so is the
 * last one: also if `signal` ends the run during a pause.
 */
export async function repeating<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  isRetryable: (code: string) => boolean = isTransient,
  clock: Clock = REAL_CLOCK,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await call();
    } catch (error) {
      if (retries === MOST_RETRIES || signal.aborted) throw error;
      if (!(error instanceof CloudError && isRetryable(error.code))) throw error;
      const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retries) * (1 + clock.random());
      await clock.sleep(pause, signal).catch(() => Promise.reject(error));
    }
  }
}
