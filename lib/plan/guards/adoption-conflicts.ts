// One existing image is adopted for one root only.
import { copyId } from "../../model/identity.ts";
import type { Copy } from "../../model/types.ts";
import type { Step } from "../types.ts";

/** Image → key of the copy that has it. Two runs may each have adopted it for another root at the same time: the first keeps it. */
export function adopters(copies: readonly Copy[]): ReadonlyMap<string, string> {
  const all = copies.flatMap((copy) => {
    const image = adoptedImage(copy);
    return image === undefined ? [] : [{ image, key: copyId(copy.key), at: copy.createdAt }];
  });
  const last = (a: { at: number; key: string }, b: { at: number; key: string }) =>
    b.at - a.at || (a.key < b.key ? 1 : -1);
  return new Map(all.sort(last).map(({ image, key }) => [image, key]));
}

/** The image that a copy adopted; undefined if it was made for it, or is not there. */
export function adoptedImage(copy: Copy): string | undefined {
  return copy.state === "ready" && copy.adopted ? `${copy.key.region}/${copy.imageId}` : undefined;
}

/** Within one plan, too, one image is adopted as the copy of one root only, the first; and it is no source any more. */
export function withoutSecondAdoption(steps: readonly Step[]): Step[] {
  const adopted = new Set<string>();
  const first = steps.filter(({ change }) => {
    const image = change?.event === "adopted" ? adoptedImage(change.copy) : undefined;
    if (image === undefined) return true;
    if (adopted.has(image)) return false;
    adopted.add(image);
    return true;
  });
  return first.filter(({ call }) => call?.do !== "send" || !adopted.has(rootOf(call.claimRequest.copy)));
}

function rootOf({ key }: Copy): string {
  return `${key.rootRegion}/${key.rootId}`;
}
