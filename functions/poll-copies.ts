// The cloud function poll-copies: the timer.
import { type Answer, type Context, invoke } from "../lib/replicator/invoke-function.ts";
import { requestForTimer } from "../lib/replicator/run-requests.ts";

/**
 * Advances the copies that are in progress, sweeps when a sweep is due, and records a heartbeat.
 */
export async function main_handler(_event: unknown, context?: Context): Promise<Answer> {
  return invoke(context, requestForTimer);
}
