import { backoff, iso } from "../../model/time.ts";
import type { Copy, Image, Mending, Ready, Reason, Retired } from "../../model/types.ts";
import { NOTHING, note } from "../transitions.ts";
import type { Act, Circumstances, Step } from "../types.ts";

/** After so many vain tries a person is told, and it is tried once a day. */
const MOST_TRIES = 5;
const DAY = 86_400_000;
/** Between what differs, in `Mending`. */
export const AND = "; ";

/** One respect in which an image is not as it should be, and the call that sets it right. */
export interface Difference {
  readonly what: string;
  readonly act: (copy: Copy) => Act;
  /** Wanted by what happens elsewhere, not changed by hand: done even where drift is only reported. */
  readonly always?: true;
}

/** Whether the last call that was to set this copy right was one of several for this. */
export function isTried({ mending }: Ready | Retired, what: string): boolean {
  return mending !== undefined && mending.what.split(AND).includes(what);
}

function pauseAfter(tries: number): number {
  return tries >= MOST_TRIES ? DAY : backoff(tries - 1);
}

/**
 * One call: for what was not tried before, if there is such, else for one after the other. It was in vain as long as the same
 * things differ; counted each by itself, two of them would begin anew with every turn of the other.
 */
export function mend(copy: Ready | Retired, image: Image, due: readonly Difference[], c: Circumstances): Step {
  const what = due.map((one) => one.what).join(AND);
  const before = copy.mending?.what === what ? copy.mending : undefined;
  const tries = before?.tries ?? 0;
  const vain = drifted(copy, image, what, "see the journal for the cloud's answers; it is tried again once a day");
  const problem = tries >= MOST_TRIES ? { problem: vain } : {};
  if (before && tries > 0 && c.now < before.at + pauseAfter(tries)) return problem;
  const chosen = due.find((one) => !isTried(copy, one.what)) ?? due[tries % due.length];
  if (!chosen) return NOTHING;
  const mending: Mending = { what, tries: tries + 1, at: c.now };
  const next: Copy = { ...copy, mending, updatedAt: c.now };
  return {
    note: { copy: next, what: "drift", text: `${image.imageId}: ${chosen.what}` },
    act: chosen.act(next),
    ...problem,
  };
}

export function ended(copy: Ready | Retired, image: Image, found: readonly Difference[], c: Circumstances): Step {
  if (!copy.mending) return NOTHING;
  const { mending, ...rest } = copy;
  const stays = found.some(({ what }) => isTried(copy, what));
  const text = stays ? `${mending.what} is only reported from now on` : `as it should be: ${mending.what}`;
  return note({ ...rest, updatedAt: c.now }, "mended", `${image.imageId}: ${text}`);
}

export function drifted(copy: Copy, image: Image, what: string, remedy: string): Reason {
  const since =
    "mending" in copy && copy.mending ? `, tried ${copy.mending.tries} times, last at ${iso(copy.mending.at)}` : "";
  return {
    code: "drift",
    text: `${image.imageId} in ${image.region} differs from what is wanted: ${what}${since}`,
    remedy,
  };
}
