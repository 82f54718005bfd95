// Versions that rollback took out of a family.
import { copyId, lineageOf, ROLLED_BACK_TAG, rootRefId, tokenIn } from "../../model/identity.ts";
import type { Observation } from "../../model/observation.ts";
import type { Copy, CopyKey, ImageRef } from "../../model/types.ts";

/** Versions that `rollback` took out of a family. */
export interface RolledBack {
  /** The family out of which a copy was rolled back, or will be when it is finished; undefined for most. */
  readonly of: (key: CopyKey, copy: Copy | undefined) => string | undefined;
  /** Whether any copy of this source was. */
  readonly isRoot: (root: ImageRef) => boolean;
}

/**
 * The mark of a finished copy decides about it, so that whoever takes the mark away takes the rollback back. A copy that is not
 * finished follows the finished ones of its version: else it would be published when it is, or when it is made again. Where none of
 * those is to be seen, what is remembered decides.
 */
export function rolledBackVersions(copies: readonly Copy[], observation: Observation): RolledBack {
  const marks = new Map<string, string | undefined>();
  const versions = new Map<string, string>();
  const finished = new Set<string>();
  for (const view of observation.regions.values()) {
    for (const image of view.images.values()) {
      const lineage = image.type === "custom" ? lineageOf(image) : undefined;
      if (!lineage || lineage.account !== observation.account || tokenIn(image.name)) continue;
      const family = image.tags[ROLLED_BACK_TAG];
      marks.set(copyId({ ...lineage, region: image.region }), family);
      finished.add(rootRefId(lineage));
      if (family !== undefined) versions.set(rootRefId(lineage), family);
    }
  }
  const recorded = new Map(
    copies.flatMap(({ key, rolledBackFrom }) => (rolledBackFrom ? [[rootRefId(key), rolledBackFrom]] : [])),
  );
  const of = (key: CopyKey, copy: Copy | undefined): string | undefined => {
    const root = rootRefId(key);
    if (copy?.state === "ready" || copy?.state === "retired")
      return marks.has(copyId(key)) ? marks.get(copyId(key)) : copy.rolledBackFrom;
    return versions.get(root) ?? copy?.rolledBackFrom ?? (finished.has(root) ? undefined : recorded.get(root));
  };
  const roots = new Set(versions.keys());
  for (const copy of copies) if (of(copy.key, copy) !== undefined) roots.add(rootRefId(copy.key));
  return { of, isRoot: ({ region, imageId }) => roots.has(rootRefId({ rootRegion: region, rootId: imageId })) };
}
