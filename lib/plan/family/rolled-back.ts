// Tells which versions `rollback` took out of a family, from tags and records.
import { copyId, lineageOf, ROLLED_BACK_TAG, rootRefId, tokenIn } from "../../model/identity.ts";
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
  /** By copy: the family in its rollback tag, undefined without the tag. */
  const tagged = new Map<string, string | undefined>();
  /** By root: the family in the rollback tag of any of its finished copies. */
  const versions = new Map<string, string>();
  /** The roots of which a finished copy is visible. */
  const finished = new Set<string>();
  for (const view of observation.regions.values()) {
    for (const image of view.images.values()) {
      const lineage = image.type === "custom" ? lineageOf(image) : undefined;
      if (!lineage || lineage.account !== observation.account || tokenIn(image.name)) continue;
      const family = image.tags[ROLLED_BACK_TAG];
      tagged.set(copyId({ ...lineage, region: image.region }), family);
      finished.add(rootRefId(lineage));
      if (family !== undefined) versions.set(rootRefId(lineage), family);
    }
  }
  const recorded = new Map(
    copies.flatMap(({ key, rolledBackFrom }) => (rolledBackFrom ? [[rootRefId(key), rolledBackFrom]] : [])),
  );
  const of = (key: CopyKey, copy: Copy | undefined): string | undefined => {
    const root = rootRefId(key);
    if (copy?.phase === "ready" || copy?.phase === "retired" || copy?.phase === "ended") {
      const isFresh = Math.abs(now - copy.updatedAt) < settle;
      return tagged.get(copyId(key)) ?? (isFresh || !tagged.has(copyId(key)) ? copy.rolledBackFrom : undefined);
    }
    return versions.get(root) ?? copy?.rolledBackFrom ?? (finished.has(root) ? undefined : recorded.get(root));
  };
  const roots = new Set(versions.keys());
  for (const copy of copies) if (of(copy.key, copy) !== undefined) roots.add(rootRefId(copy.key));
  return { of, isRoot: ({ region, imageId }) => roots.has(rootRefId({ rootRegion: region, rootId: imageId })) };
}
