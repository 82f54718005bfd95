// Remembers images that an event named before they were NORMAL.
import { refText } from "../model/identity.ts";
import { type Observation, type Scope, seen } from "../model/observation.ts";
import type { Changes, RunDeps } from "../model/ports.ts";
import type { AwaitedImage, ImageRef, Millis } from "../model/types.ts";

/** How long the replicator waits for an image that an event named and the cloud does not show. */
const AWAIT_UNSEEN: Millis = 60 * 60_000;

/** The most images of an account to wait for; the sweep finds the others. */
const MOST_AWAITED = 1000;

/**
 * The images to add, which the scope names and that are not NORMAL yet, and those to remove: they are
 * no longer being made, or have not appeared within `AWAIT_UNSEEN`. Undefined if there are none.
 */
export function changesOfAwaited(
  scope: Scope,
  awaited: readonly AwaitedImage[],
  observation: Observation,
  { now }: Pick<RunDeps, "now">,
): Changes["awaited"] {
  const { account } = observation;
  const named = scope.kind === "images" ? scope.images : [];
  const isOver = (ref: ImageRef, since: Millis) => {
    const image = seen(observation, ref);
    if (image === "unread" || image === "absent") return now() - since > AWAIT_UNSEEN;
    return !["CREATING", "IMPORTING", "SYNCING"].includes(image.state);
  };
  const known = new Set(awaited.map(refText));
  const add = named
    .filter((image) => !known.has(refText(image)) && !isOver(image, now()))
    .slice(0, Math.max(0, MOST_AWAITED - awaited.length))
    .map(({ region, imageId }) => ({ account, region, imageId, since: now() }));
  const remove = awaited.filter((image) => isOver(image, image.since));
  return add.length + remove.length > 0 ? { add, remove } : undefined;
}
