// Images that an event named before they were NORMAL.
import { type Observation, type Scope, seen } from "../model/observation.ts";
import type { RunDeps } from "../model/ports.ts";
import type { AwaitedImage, ImageRef, Millis } from "../model/types.ts";

/** How long an image that an event named is waited for while the cloud does not show it. */
const AWAIT_UNSEEN: Millis = 60 * 60_000;

/** Most images that are waited for; the sweep finds the others. */
const MOST_AWAITED = 1000;

/** Images that were named and are not NORMAL yet are waited for; those that are, or that never appear, no longer. */
export async function recordAwaitedImages(
  account: string,
  scope: Scope,
  awaited: readonly AwaitedImage[],
  observation: Observation,
  { state, now }: RunDeps,
): Promise<void> {
  const named = scope.kind === "images" ? scope.images : [];
  const settled = (image: ImageRef, since: Millis) => {
    const shown = seen(observation, image);
    if (shown === "unread" || shown === "absent") return now() - since > AWAIT_UNSEEN;
    return !["CREATING", "IMPORTING", "SYNCING"].includes(shown.state);
  };
  const add = named
    .filter((image) => !settled(image, now()))
    .slice(0, Math.max(0, MOST_AWAITED - awaited.length))
    .map(({ region, imageId }) => ({ account, region, imageId, since: now() }));
  const remove = awaited.filter((image) => settled(image, image.since));
  if (add.length + remove.length > 0) await state.setAwaited(add, remove);
}
