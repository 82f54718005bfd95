// The cloud function evaluate-policy: evaluates the policies on request.
import { type Answer, type Context, invoke, type NoRunAnswer } from "../lib/replicator/invoke-function.ts";
import { requestByHand } from "../lib/replicator/run-requests.ts";

/**
 * Evaluates the policies now, for everything or for `{policy?, region?, imageIds?}`. `dryRun: true`
 * changes nothing; `retry: true` retries failed and blocked copies.
 */
export async function main_handler(event: unknown, context?: Context): Promise<Answer | NoRunAnswer> {
  return invoke({
    event,
    context,
    example: '{"dryRun": true}, which shows what {} would do',
    requestFor: ({ policies }) => requestByHand(event ?? {}, policies),
  });
}
