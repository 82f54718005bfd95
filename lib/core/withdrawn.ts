import type { Copy, CopyKey, Image, Policy, Reason } from "../types.ts";
import { type Observation, seen } from "./observation.ts";
import type { Want } from "./wanted.ts";

/**
 * Shared images that are not there any more: whoever shared one has ended that, or deleted it. That is no reason to give up
 * what was made of it: the copies stay as they are, and a person is told. Only where a policy takes the newest, and has as many that
 * are newer, nobody wants them any more.
 */
export function withdrawnShares(
  copies: readonly Copy[],
  wants: ReadonlyMap<string, Want>,
  policies: readonly Policy[],
  observation: Observation,
): { readonly isWithdrawn: (key: CopyKey) => boolean; readonly problems: readonly Reason[] } {
  const gone = new Map<string, Copy>();
  for (const copy of copies) {
    // Only a shared image is copied within its own region first.
    if (copy.key.region !== copy.key.rootRegion || !hasImage(copy) || isAgedOut(copy, wants, policies)) continue;
    const root = { region: copy.key.rootRegion, imageId: copy.key.rootId };
    if (seen(observation, root, "shared") === "absent" && seen(observation, root) === "absent")
      gone.set(rootText(copy.key), copy);
  }
  const stand = [...gone.values()].filter((copy) => copy.state !== "retired");
  return {
    isWithdrawn: (key) => gone.has(rootText(key)),
    problems: stand.map(({ key, rootName }) => ({
      code: "share-withdrawn",
      text: `${key.rootId} ("${rootName}") in ${key.rootRegion} is not shared with this account any more; its copies stay as they are`,
      remedy: "ask its owner, or delete the copies if they are of no use",
    })),
  };
}

/** Whether the policy takes the newest only, and has enough that are newer, of every family that it selects. */
function isAgedOut(copy: Copy, wants: ReadonlyMap<string, Want>, policies: readonly Policy[]): boolean {
  const newest = policies.find(({ name }) => name === copy.policy)?.select.newest;
  if (newest === undefined || copy.rootCreatedAt === undefined) return false;
  const roots = new Map<string, Image>();
  for (const want of wants.values())
    if (want.policies.includes(copy.policy)) roots.set(`${want.root.region}/${want.root.imageId}`, want.root);
  const newer = new Map<string | undefined, number>();
  for (const { family, createdAt } of roots.values())
    newer.set(family, (newer.get(family) ?? 0) + (createdAt > copy.rootCreatedAt ? 1 : 0));
  return newer.size > 0 && [...newer.values()].every((count) => count >= newest);
}

function hasImage(copy: Copy): boolean {
  return "imageId" in copy && copy.imageId !== undefined;
}

function rootText({ rootRegion, rootId }: CopyKey): string {
  return `${rootRegion}/${rootId}`;
}
