// The cloud function poll-copies: the timer.
import { type Answer, type Context, invoke, type NoRunAnswer } from "../lib/replicator/invoke-function.ts";
import { requestForPoll } from "../lib/replicator/run-requests.ts";

/**
 * Advances the copies that are in progress, sweeps when a sweep is due or a user sends
 * `{"sweep": true}`, and records a heartbeat of the timer.
 */
export async function main_handler(event: unknown, context?: Context): Promise<Answer | NoRunAnswer> {
  return invoke({
    event,
    context,
    example: '{}, which does what the timer does, or {"sweep": true}',
    requestFor: (deps, sweepEvery) => requestForPoll(event, deps, sweepEvery),
  });
}
