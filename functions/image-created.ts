import { parseEvent } from "../lib/event/parse-event.ts";
import { type Answer, type Context, invoke } from "../lib/replicator/invoke-function.ts";
import { orderForImages } from "../lib/replicator/run-requests.ts";

/**
 * Takes an event that names images, in any of the forms of `events/`, or `{"region", "imageId"}` typed by hand, and
 * looks at those images. Anything else is answered with what was ignored and why.
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
    ({ policies }) => orderForImages(hints, policies),
    ({ key }) => named.has(`${key.rootRegion}/${key.rootId}`),
  );
  return { ...answer, ignored };
}
