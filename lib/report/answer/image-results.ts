// What came of each image that an event names: its copies, or why there are none.
import { groupBy } from "../../model/collections.ts";
import { answerText } from "../../model/messages/answer.ts";
import { fullText } from "../../model/messages/define.ts";
import type { Copy, ImageRef, Reason } from "../../model/types.ts";
import { countsOf } from "../summary.ts";

/** An image that an event names, with what the run found out about it. */
export interface NamedImage extends ImageRef {
  /** Whether an enabled policy copies from its region; otherwise it was not read. */
  readonly isRead: boolean;
  /** The copy that it is, if the run did not read it and the records know it. */
  readonly copyOf?: Copy;
  /** Why policies did not select it. */
  readonly notSelected: readonly { readonly policy: string; readonly reason: Reason }[];
}

/** An image that an event names, and what came of it. */
export interface ImageResult extends ImageRef {
  readonly copies: number;
  /** The states of its copies, or why it has none. */
  readonly result: string;
}

/** The most policies whose reasons are named for one image. */
const MOST_POLICIES = 3;

/** The results, images without copies first: their reader looks for the reason. */
export function imageResults(images: readonly NamedImage[], copies: readonly Copy[]): ImageResult[] {
  const byImage = groupBy(copies, ({ key }) => `${key.rootRegion}/${key.rootId}`);
  const results = images.map((image) => {
    const { region, imageId } = image;
    const own = byImage.get(`${region}/${imageId}`) ?? [];
    return { region, imageId, copies: own.length, result: resultOf(image, own) };
  });
  return results.sort((a, b) => Number(a.copies > 0) - Number(b.copies > 0));
}

function resultOf({ region, isRead, notSelected, copyOf }: NamedImage, copies: readonly Copy[]): string {
  if (copies.length > 0) return answerText("image-selected", { counts: countsOf(copies) }).text;
  if (copyOf) {
    const { key, policy } = copyOf;
    return answerText("image-is-copy", { source: { region: key.rootRegion, imageId: key.rootId }, policy }).text;
  }
  if (!isRead) return fullText(answerText("image-in-other-region", { region }));
  if (notSelected.length === 0) return fullText(answerText("image-unknown", { region }));
  const reasons = notSelected.slice(0, MOST_POLICIES).map(({ policy, reason }) => `${policy}: ${fullText(reason)}`);
  return answerText("image-not-selected", { reasons }).text;
}
