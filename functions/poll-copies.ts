import { type Answer, type Context, invoke } from "../lib/replicator/invoke-function.ts";
import { requestForTimer } from "../lib/replicator/run-requests.ts";

/** The timer: moves copies on that are under way, looks at everything when that is due, and leaves a heartbeat. */
export async function main_handler(_event: unknown, context?: Context): Promise<Answer> {
  return invoke(context, requestForTimer);
}
