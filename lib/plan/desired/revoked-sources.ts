// Sources that another account shared and shares no more.
import { lineageOf, rootRefId } from "../../model/identity.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "./types.ts";

/**
 * Shared images that are not there any more: whoever shared one has ended that, or deleted it. That is no reason to give up
 * what was made of it: the copies stay as they are, and a person is told. Only where a policy takes the newest, and has as many
 * that are newer in its family, nobody wants them any more.
 */
export function findRevokedSources(
  copies: readonly Copy[],
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  policies: readonly Policy[],
  observation: Observation,
  isRolledBack: (root: ImageRef) => boolean,
): { readonly isSourceRevoked: (key: CopyKey) => boolean; readonly problems: readonly Reason[] } {
  const shared = sharedRoots(copies, observation);
  const gone = new Map<string, readonly Copy[]>();
  for (const [root, ref] of shared) {
    if (seen(observation, ref, "shared") !== "absent" || seen(observation, ref) !== "absent") continue;
    const made = copies.filter((copy) => rootRefId(copy.key) === root);
    if (!made.every((copy) => isAgedOut(copy, desiredCopies, policies, isRolledBack))) gone.set(root, made);
  }
  const stand = [...gone.values()].flatMap((made) => made.find((copy) => copy.state !== "retired") ?? []);
  return {
    isSourceRevoked: (key) => gone.has(rootRefId(key)),
    problems: stand.map(({ key, rootName }) => ({
      code: "source-revoked",
      text: `${key.rootId} ("${rootName}") in ${key.rootRegion} is not shared with this account any more; its copies stay as they are`,
      remedy: "ask its owner, or delete the copies if they are of no use",
    })),
  };
}

/** Only a shared image is copied within its own region first: a record says so, or the parent that the tags of a copy name. */
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
 * Whether nobody can want the copy any more: its policy takes the newest only, and has enough that are newer in the root's own
 * family, and no other policy that takes all may have selected it. Where the family is not known it may still be wanted.
 */
function isAgedOut(
  copy: Copy,
  desiredCopies: ReadonlyMap<string, DesiredCopy>,
  policies: readonly Policy[],
  isRolledBack: (root: ImageRef) => boolean,
): boolean {
  const { rootCreatedAt, rootFamily, key } = copy;
  const newest = policies.find(({ name }) => name === copy.policy)?.select.newest;
  if (newest === undefined || rootCreatedAt === undefined || rootFamily === undefined) return false;
  const takesAll = policies.some(
    ({ enabled, from, select }) =>
      enabled && from.includes(key.rootRegion) && select.type === "shared" && select.newest === undefined,
  );
  if (takesAll) return false;
  const newer = new Set(
    [...desiredCopies.values()].flatMap(({ policies: by, root }) =>
      by.includes(copy.policy) &&
      (root.family ?? "") === rootFamily &&
      root.createdAt > rootCreatedAt &&
      !isRolledBack(root)
        ? [`${root.region}/${root.imageId}`]
        : [],
    ),
  );
  return newer.size >= newest;
}
