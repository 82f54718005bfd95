// Tells which versions `rollback` took out of a family, from tags and records.
import { lazily } from "../../model/collections.ts";
import { CopyMap, RootMap } from "../../model/copy/copy-map.ts";
import { lineageOf, ROLLED_BACK_TAG, tokenIn } from "../../model/identity.ts";
import type { Observation } from "../../model/observation.ts";
import type { Copy, CopyKey, ImageRef, Millis } from "../../model/types.ts";

/** The versions that `rollback` took out of a family. */
export interface RolledBack {
  /** The family that a copy was rolled back from, or will be when finished; mostly undefined. */
  readonly of: (key: CopyKey, copy: Copy | undefined) => string | undefined;
  /** Whether any copy of this source was rolled back. */
  readonly isRoot: (root: ImageRef) => boolean;
}

/**
 * The rollback tag of a finished copy decides about that copy, so that removing the tag undoes the
 * rollback. An unfinished copy follows the finished copies of its version; otherwise it would be
 * published once it is finished or created again. If no finished copy of the version is visible,
 * the records decide. So they do while a new tag may not be visible yet: for `settle` after the
 * rollback was recorded, which is before the tag is set.
 */
export function rolledBackVersions(
  copies: readonly Copy[],
  observation: Observation,
  { now, settle }: { readonly now: Millis; readonly settle: Millis },
): RolledBack {
  /** By copy: the family in its rollback tag. Undefined if another image of the copy lacks the tag. */
  const tagged = new CopyMap<string | undefined>();
  /** By root: the family in the rollback tag of any of its finished copies. */
  const versions = new RootMap<string>();
  const roots = new RootMap<true>();
  for (const { key, family } of hasRollbackTag(observation) ? finishedImages(observation) : []) {
    if (family !== undefined || tagged.has(key)) tagged.set(key, family);
    if (family === undefined) continue;
    versions.set(key, family);
    roots.set(key, true);
  }
  /** The copies and the roots of which a finished image is visible. */
  const finished = lazily(() => {
    const visible = { copies: new CopyMap<true>(), roots: new RootMap<true>() };
    for (const { key } of finishedImages(observation)) {
      visible.copies.set(key, true);
      visible.roots.set(key, true);
    }
    return visible;
  });
  const recorded = new RootMap<string>();
  for (const { key, rolledBackFrom } of copies) if (rolledBackFrom) recorded.set(key, rolledBackFrom);
  const of = (key: CopyKey, copy: Copy | undefined): string | undefined => {
    if (copy?.phase === "ready" || copy?.phase === "retired" || copy?.phase === "ended") {
      const tag = tagged.get(key);
      if (tag !== undefined || copy.rolledBackFrom === undefined) return tag;
      const isFresh = Math.abs(now - copy.updatedAt) < settle;
      return isFresh || !finished().copies.has(key) ? copy.rolledBackFrom : undefined;
    }
    const family = versions.get(key) ?? copy?.rolledBackFrom;
    if (family !== undefined || !recorded.has(key)) return family;
    return finished().roots.has(key) ? undefined : recorded.get(key);
  };
  for (const copy of copies) if (of(copy.key, copy) !== undefined) roots.set(copy.key, true);
  return { of, isRoot: ({ region, imageId }) => roots.has({ rootRegion: region, rootId: imageId }) };
}

/** Whether any image has the tag: mostly none has. */
function hasRollbackTag({ regions }: Observation): boolean {
  for (const { images } of regions.values())
    for (const { tags } of images.values()) if (tags[ROLLED_BACK_TAG] !== undefined) return true;
  return false;
}

/** The images of finished copies of this account, by their lineage tags. */
function* finishedImages({ account, regions }: Observation) {
  for (const view of regions.values()) {
    for (const image of view.images.values()) {
      const lineage = image.type === "custom" ? lineageOf(image) : undefined;
      if (!lineage || lineage.account !== account || tokenIn(image.name)) continue;
      const { rootRegion, rootId, variant } = lineage;
      const key: CopyKey = { account, rootRegion, rootId, region: image.region, variant };
      yield { key, family: image.tags[ROLLED_BACK_TAG] };
    }
  }
}
