// When an asynchronous event is tried again, and how long it is kept.
import type { AsyncEvent } from "../../../world/services/function.ts";

const MINUTE = 60_000;

/** SCF's defaults: two retries, six hours (scf 2018-04-16; the current values are unverified). */
export const DEFAULT_RETRIES = 2;
export const DEFAULT_TTL_SECONDS = 21_600;
/** The ranges that UpdateFunctionEventInvokeConfig allows. */
export const MOST_RETRIES = 2;
export const TTL_SECONDS = { least: 60, most: 86_400 } as const;

/**
 * Milliseconds until the next try after a number of errors of the function: one minute after the
 * first, two after the second (product documentation 583/33126).
 */
export function retryDelay(errors: number): number {
  return errors * MINUTE;
}

const FIRST_BACKOFF = 1000;
const MOST_BACKOFF = 5 * MINUTE;

/** Milliseconds until the next try of an event that found no free instance, by the number of such tries. */
export function throttleDelay(throttles: number): number {
  return Math.min(MOST_BACKOFF, FIRST_BACKOFF * 2 ** (throttles - 1));
}

/** Whether an event is older than the function keeps events. */
export function isExpired(event: AsyncEvent, ttlSeconds: number, now: number): boolean {
  return now - event.queuedAt > ttlSeconds * 1000;
}
