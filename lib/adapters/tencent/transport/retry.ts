import PQueue from "p-queue";
import pRetry from "p-retry";
import { CloudError } from "../../../model/errors.ts";
import { isTransient } from "../errors/verdicts.ts";

// 8 a second, below the 10 that SyncImages, ModifyImageAttribute and their sisters allow (cvm 2017-03-12), because the
// limiter counts starts here and the cloud counts arrivals there. Spread over the second: of two bursts of 8 the first
// need only be a little late to arrive in the second of the other. Other processes of the account are not counted.
const PACE = { intervalCap: 2, interval: 250, strict: true };

const queues = new Map<string, PQueue>();

/**
 * Waits until a call of this kind may start, so that this process stays below the quota of each action and region.
 * `key` names action, region and whoever counts. Rejects with the signal's reason when it aborts first.
 */
export async function waitForRateLimit(key: string, signal: AbortSignal): Promise<void> {
  let queue = queues.get(key);
  if (!queue) {
    queue = new PQueue(PACE);
    queues.set(key, queue);
  }
  // Only the turn is queued, not the call: the queue would reject on abort without telling how far the call had come.
  await queue.add(() => undefined, { signal });
}

/**
 * Repeats a call that may be repeated while it fails with what passes by itself: throttling, network, 5xx,
 * InternalError. Waits 0.2 s to 5 s in between, longer each time and by chance, so that many callers do not return at
 * once. Any other error, and the last one, is thrown as it came.
 */
export async function repeating<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  worthIt: (code: string) => boolean = isTransient,
): Promise<T> {
  // An ended run is the call's own to report; pRetry would throw the bare abort, and even in place of a late success.
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
        shouldRetry: ({ error }) => error instanceof CloudError && worthIt(error.code),
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
