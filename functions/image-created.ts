// The cloud function image-created: processes the images that an event names.
import { parseEvent } from "../lib/event/parse-event.ts";
import { type Answer, type Context, invoke, type NoRunAnswer } from "../lib/replicator/invoke-function.ts";
import { requestForImages } from "../lib/replicator/run-requests.ts";

/**
 * Takes an event in any form of `events/`, or `{"region", "imageId"}` typed by a user, and
 * processes the images that it names. Any other event is answered with what was ignored and why.
 */
export async function main_handler(event: unknown, context?: Context): Promise<Answer | NoRunAnswer> {
  const { hints, ignored } = parseEvent(event);
  return invoke({
    event,
    context,
    example: '{"region": "ap-guangzhou", "imageId": "img-8toqc6s3"}',
    requestFor: ({ policies }) => requestForImages(hints, policies),
    named: { images: hints, ignored },
  });
}
