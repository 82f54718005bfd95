// The cloud function image-created: processes the images that an event names.
import { parseEvent } from "../lib/event/parse-event.ts";
import { type Answer, type Context, invoke } from "../lib/replicator/invoke-function.ts";
import { requestForImages } from "../lib/replicator/run-requests.ts";

/**
 * Takes an event in any form of `events/`, or `{"region", "imageId"}` typed by a user, and
 * processes the images that it names. Any other event is answered with what was ignored and why.
 */
export async function main_handler(
  event: unknown,
  context?: Context,
): Promise<Partial<Answer> & { ignored: unknown[] }> {
  const { hints, ignored } = parseEvent(event);
  if (hints.length === 0) return { ignored };
  const named = new Set(hints.map((hint) => `${hint.region}/${hint.imageId}`));
  const answer = await invoke(
    context,
    ({ policies }) => requestForImages(hints, policies),
    ({ key }) => named.has(`${key.rootRegion}/${key.rootId}`),
  );
  return { ...answer, ignored };
}
