// Finds shared sources that their owner no longer shares, so that their copies are kept.

import { groupBy, lazily } from "../../model/collections.ts";
import type { ReadonlyCopyMap } from "../../model/copy/copy-map.ts";
import { isActive, lineageOf, rootRefId, versionOf } from "../../model/identity.ts";
import { compareVersions } from "../../model/image.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, CopyKey, Image, ImageRef, Reason } from "../../model/types.ts";
import type { PlanInput } from "../types.ts";
import type { DesiredCopy } from "./types.ts";
import { sourceRevoked } from "./why-deselected.ts";

/**
 * Finds shared sources, those of policies that select shared images, that are absent because their owner stopped sharing them or deleted them.
 * Their copies are kept as they are, and the loss is reported. The exception: a policy with
 * `newest` has enough newer images in the family, so the copies would be orphaned anyway.
 */
export function findRevokedSources(
  { copies, policies, observation }: Pick<PlanInput, "copies" | "policies" | "observation">,
  desiredCopies: ReadonlyCopyMap<DesiredCopy>,
  isRolledBack: (root: ImageRef) => boolean,
): { readonly isSourceRevoked: (key: CopyKey) => boolean; readonly problems: readonly Reason[] } {
  const copiesByRoot = lazily(() => groupBy(copies, ({ key }) => rootRefId(key)));
  const shared = new Set(policies.filter(({ select }) => select.type === "shared").map(({ name }) => name));
  const shown = rootsShown(observation, shared);
  const absent = [...recordedRoots(copies, shared), ...shown].filter(
    ([, ref]) => seen(observation, ref, "shared") === "absent" && seen(observation, ref) === "absent",
  );
  const revoked = new Map<string, readonly Copy[]>();
  const versions = absent.length > 0 ? versionsByPolicy(desiredCopies, isRolledBack) : new Map<string, Image[]>();
  for (const [root] of absent) {
    const rootCopies = copiesByRoot().get(root) ?? [];
    // Without any copy there is nothing to keep.
    if (!shown.has(root) && !rootCopies.some((copy) => "imageId" in copy || copy.phase === "requested")) continue;
    const isReplaced = rootCopies.every((copy) => isAgedOut(copy, policies, versions.get(copy.policy) ?? []));
    // Without a record nothing shows how old the source was.
    if (rootCopies.length === 0 || !isReplaced) revoked.set(root, rootCopies);
  }
  const active = [...revoked.values()].flatMap((some) => some.find(isActive) ?? []);
  return {
    isSourceRevoked: (key) => revoked.size > 0 && revoked.has(rootRefId(key)),
    problems: active.map(sourceRevoked),
  };
}

/** The roots of the copies that were made for these policies, by the records. */
function recordedRoots(copies: readonly Copy[], policies: ReadonlySet<string>): ReadonlyMap<string, ImageRef> {
  const own = copies.filter(({ policy }) => policies.has(policy));
  return new Map(own.map(({ key }) => [rootRefId(key), { region: key.rootRegion, imageId: key.rootId }]));
}

/** The same by the lineage tags, also of copies that are not recorded. */
function rootsShown(observation: Observation, policies: ReadonlySet<string>): ReadonlyMap<string, ImageRef> {
  const roots = new Map<string, ImageRef>();
  if (policies.size === 0) return roots;
  for (const view of observation.regions.values()) {
    for (const image of view.images.values()) {
      const lineage = lineageOf(image);
      if (!lineage || !policies.has(lineage.policy)) continue;
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
  const newer = versions.filter(
    (root) => (root.family ?? "") === rootFamily && compareVersions(root, versionOf(copy)) > 0,
  );
  return newer.length >= newest;
}

/** The sources that each policy desires copies of, without those that were rolled back. */
function versionsByPolicy(
  desiredCopies: ReadonlyCopyMap<DesiredCopy>,
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
