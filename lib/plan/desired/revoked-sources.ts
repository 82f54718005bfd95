// Finds shared sources that their owner no longer shares, so that their copies are kept.
import { groupBy } from "../../model/group-by.ts";
import { lineageOf, rootRefId } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, CopyKey, Image, ImageRef, Reason } from "../../model/types.ts";
import type { PlanInput } from "../types.ts";
import type { DesiredCopy } from "./types.ts";

/**
 * Finds shared sources that are absent because their owner stopped sharing them or deleted them.
 * Their copies are kept as they are, and the loss is reported. The exception: a policy with
 * `newest` has enough newer images in the family, so the copies would be orphaned anyway.
 */
export function findRevokedSources(
  { copies, policies, observation }: Pick<PlanInput, "copies" | "policies" | "observation">,
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  isRolledBack: (root: ImageRef) => boolean,
): { readonly isSourceRevoked: (key: CopyKey) => boolean; readonly problems: readonly Reason[] } {
  const copiesByRoot = groupBy(copies, ({ key }) => rootRefId(key));
  const absent = [...sharedRoots(copies, observation)].filter(
    ([, ref]) => seen(observation, ref, "shared") === "absent" && seen(observation, ref) === "absent",
  );
  const revoked = new Map<string, readonly Copy[]>();
  const versions = absent.length > 0 ? versionsByPolicy(desiredCopies, isRolledBack) : new Map<string, Image[]>();
  for (const [root] of absent) {
    const rootCopies = copiesByRoot.get(root) ?? [];
    if (!rootCopies.every((copy) => isAgedOut(copy, policies, versions.get(copy.policy) ?? []))) {
      revoked.set(root, rootCopies);
    }
  }
  const active = [...revoked.values()].flatMap((some) => some.find((copy) => copy.state !== "retired") ?? []);
  return {
    isSourceRevoked: (key) => revoked.has(rootRefId(key)),
    problems: active.map(({ key, rootName }) =>
      reason("source-revoked", { imageId: key.rootId, name: rootName, region: key.rootRegion }),
    ),
  };
}

/**
 * The shared roots. Only a shared image is first copied within its own region, which a record
 * shows, or the lineage tags of a copy whose parent is that first copy.
 */
function sharedRoots(copies: readonly Copy[], observation: Observation): ReadonlyMap<string, ImageRef> {
  const roots = new Map<string, ImageRef>();
  for (const { key } of copies) {
    if (key.region === key.rootRegion) roots.set(rootRefId(key), { region: key.rootRegion, imageId: key.rootId });
  }
  for (const view of observation.regions.values()) {
    for (const image of view.images.values()) {
      const lineage = lineageOf(image);
      if (!lineage || lineage.parent.region !== lineage.rootRegion || lineage.parent.imageId === lineage.rootId)
        continue;
      roots.set(rootRefId(lineage), { region: lineage.rootRegion, imageId: lineage.rootId });
    }
  }
  return roots;
}

/**
 * Whether newer images have replaced the copy: its policy selects the newest N only and has N newer
 * ones in the root's own family, and no other policy selects shared images without `newest`. False
 * if the family is unknown.
 */
function isAgedOut(copy: Copy, policies: readonly Policy[], versions: readonly Image[]): boolean {
  const { rootCreatedAt, rootFamily, key } = copy;
  const newest = policies.find(({ name }) => name === copy.policy)?.select.newest;
  if (newest === undefined || rootCreatedAt === undefined || rootFamily === undefined) return false;
  const isSelectedWithoutNewest = policies.some(
    ({ enabled, from, select }) =>
      enabled && from.includes(key.rootRegion) && select.type === "shared" && select.newest === undefined,
  );
  if (isSelectedWithoutNewest) return false;
  const newer = versions.filter((root) => (root.family ?? "") === rootFamily && root.createdAt > rootCreatedAt);
  return newer.length >= newest;
}

/** The sources that each policy desires copies of, without those that were rolled back. */
function versionsByPolicy(
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  isRolledBack: (root: ImageRef) => boolean,
): Map<string, Image[]> {
  const roots = new Map<string, Map<string, Image>>();
  for (const { policies, root } of desiredCopies.values()) {
    if (isRolledBack(root)) continue;
    for (const name of policies) {
      const some = roots.get(name) ?? new Map<string, Image>();
      roots.set(name, some.set(`${root.region}/${root.imageId}`, root));
    }
  }
  return new Map([...roots].map(([name, some]) => [name, [...some.values()]]));
}
