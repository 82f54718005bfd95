// Paces the calls of each action and region, and repeats the calls that may be repeated.
import PQueue from "p-queue";
import pRetry from "p-retry";
import { CloudError } from "../../../model/errors.ts";
import { isTransient } from "../errors/verdicts.ts";

// 8 calls per second, below the 10 that SyncImages, ModifyImageAttribute and similar actions allow
// (cvm 2017-03-12), because this limiter counts starts and the cloud counts arrivals. The starts
// are spread over the second: of two bursts of 8, the first would only have to be a little late to
// arrive within the same second as the next. Other processes of the account are not counted.
const PACE = { intervalCap: 2, interval: 250, strict: true };

const queues = new Map<string, PQueue>();

/**
 * Waits until a call may start, so that this process stays below the rate limit of each action and
 * region. `key` names the action, the region and the host that counts. Rejects with the signal's
 * reason if the signal aborts first.
 */
export async function waitForRateLimit(key: string, signal: AbortSignal): Promise<void> {
  let queue = queues.get(key);
  if (!queue) {
    queue = new PQueue(PACE);
    queues.set(key, queue);
  }
  // The queue holds only the wait: if it held the call, an abort would hide how far the call came.
  await queue.add(() => undefined, { signal });
}

/**
 * Retries a call that may be repeated while it fails with a transient error: throttling, network,
 * 5xx, InternalError. Backs off 0.2 s to 5 s, longer each time and with jitter, so that many
 * callers do not return at once. Any other error is thrown unchanged, and so is the last one.
 */
export async function repeating<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  isRetryable: (code: string) => boolean = isTransient,
): Promise<T> {
  // The call itself reports an ended run. pRetry would throw the bare abort, even after a success.
  if (signal.aborted) return await call();
  let success: { readonly value: T } | undefined;
  let last: CloudError | undefined;
  try {
    return await pRetry(
      async () => {
        const value = await call();
        success = { value };
        return value;
      },
      {
        retries: 5,
        minTimeout: 200,
        maxTimeout: 5000,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => error instanceof CloudError && isRetryable(error.code),
        onFailedAttempt: ({ error }) => {
          if (error instanceof CloudError) last = error;
        },
      },
    );
  } catch (error) {
    if (success) return success.value;
    throw signal.aborted && last ? last : error;
  }
}
