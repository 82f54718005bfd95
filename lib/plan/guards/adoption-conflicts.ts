// Guard: an existing image is adopted as the copy of one root only.
import { copyId } from "../../model/identity.ts";
import type { Copy } from "../../model/types.ts";
import type { Guarded, Step } from "../types.ts";

/**
 * Maps each adopted image (region/id) to the key of the copy that adopted it. Two concurrent runs
 * may adopt one image for different roots; the record that was created first keeps it.
 */
export function adopters(copies: readonly Copy[]): ReadonlyMap<string, string> {
  const adoptions = copies.flatMap((copy) => {
    const image = adoptedImage(copy);
    return image === undefined ? [] : [{ image, key: copyId(copy.key), at: copy.createdAt }];
  });
  // Latest first: the first adoption overwrites the later ones in the map.
  const latestFirst = (a: { at: number; key: string }, b: { at: number; key: string }) =>
    b.at - a.at || (a.key < b.key ? 1 : -1);
  return new Map(adoptions.sort(latestFirst).map(({ image, key }) => [image, key]));
}

/** The image (region/id) that a copy adopted; undefined if the copy was created or is not ready. */
export function adoptedImage(copy: Copy): string | undefined {
  return copy.phase === "ready" && copy.adopted ? `${copy.key.region}/${copy.imageId}` : undefined;
}

/** Keeps the first adoption of each image in a plan, and no send from an adopted image. */
export function secondAdoption(steps: readonly Step[]): Guarded {
  const adopted = new Set<string>();
  const first = steps.filter(({ change }) => {
    const image = change?.event === "adopted" ? adoptedImage(change.copy) : undefined;
    if (image === undefined) return true;
    if (adopted.has(image)) return false;
    adopted.add(image);
    return true;
  });
  if (adopted.size === 0) return { steps };
  const isAllowed = ({ call }: Step) => call?.do !== "send" || !adopted.has(rootOf(call.claimRequest.copy));
  return { steps: first.filter(isAllowed) };
}

function rootOf({ key }: Copy): string {
  return `${key.rootRegion}/${key.rootId}`;
}
