// Counts the images that a command has created, changed and deleted, as its plan counts them.
import { copyId } from "../../model/identity.ts";
import type { ImageRef, JournalEntry } from "../../model/types.ts";
import { changeOf } from "./changes.ts";
import type { Outlook } from "./plan-view.ts";

/** A count that grows with the journal. */
export interface Tally {
  add(entry: JournalEntry): void;
  /** The number of images so far, in the words of a plan. */
  counts(): Outlook;
  /** The images that were deleted, in their order, with why. */
  deleted(): readonly (ImageRef & { readonly text: string })[];
}

/** Begins a count. A copy that is created and then tagged, renamed and shared counts once, as created. */
export function startTally(): Tally {
  const created = new Set<string>();
  const changed = new Map<string, string>();
  const deleted = new Map<string, ImageRef & { text: string }>();
  return {
    add(entry) {
      const { key, image, text } = entry;
      // Nothing was made, or what was made is not usable; a further attempt counts again.
      if (key && (entry.event === "no-effect" || entry.event === "copy-failed")) created.delete(copyId(key));
      const change = changeOf(entry);
      if (!key || change === undefined || change === "refused") return;
      if (change === "requested") created.add(copyId(key));
      if (change === "requested" || !image) return;
      const ref = `${image.region}/${image.imageId}`;
      if (change === "deleted") deleted.set(ref, { region: image.region, imageId: image.imageId, text });
      else changed.set(ref, copyId(key));
    },
    counts() {
      const existing = [...changed].filter(([ref, id]) => !created.has(id) && !deleted.has(ref));
      return { created: created.size, changed: existing.length, deleted: deleted.size };
    },
    deleted: () => [...deleted.values()],
  };
}
