import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { OURS } from "./setting.ts";

/** What the policies of a simulation want, read from the world itself and not by the program's own rules. */
export interface Expected {
  readonly root: StoredImage;
  readonly region: string;
  readonly encrypted: boolean;
  /** Those that want it, in their order. */
  readonly policies: readonly Policy[];
}

/** Every finished copy that shall be there in the end; what is only a step to it aside. */
export function expectedCopies(world: World, policies: readonly Policy[]): readonly Expected[] {
  const all = new Map<string, Expected>();
  for (const policy of policies.filter(({ enabled }) => enabled)) {
    for (const root of rootsOf(world, policy)) {
      const own = policy.select.type === "shared" ? [root.region] : [];
      for (const region of [...own, ...policy.to.filter((to) => to !== root.region)]) {
        const encrypted = isEncrypted(policy, region);
        const key = copyText(root.imageId, region, encrypted);
        all.set(key, { root, region, encrypted, policies: [...(all.get(key)?.policies ?? []), policy] });
      }
    }
  }
  return [...all.values()];
}

/** One text for one copy. */
export function copyText(rootId: string, region: string, encrypted: boolean): string {
  return `${rootId} → ${region}${encrypted ? ", encrypted" : ""}`;
}

export function isEncrypted(policy: Policy, region: string): boolean {
  return (policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt) !== false;
}

/** The sources that a policy takes now. */
function rootsOf(world: World, policy: Policy): StoredImage[] {
  const taken = policy.from
    .flatMap((region) => [...(world.images.get(region)?.values() ?? [])])
    .filter((image) => isLike(image, policy) && !image.deprecated && !tagsOf(image).has(IGNORE_TAG));
  const { newest = Number.POSITIVE_INFINITY } = policy.select;
  const counts = new Map<string, number>();
  return taken
    .sort((a, b) => secondsOf(b) - secondsOf(a) || (a.imageId < b.imageId ? 1 : -1))
    .filter(({ family }) => {
      counts.set(family, (counts.get(family) ?? 0) + 1);
      return (counts.get(family) ?? 0) <= newest;
    });
}

/** When an image was made, as the API shows it. */
export function secondsOf({ createdAt }: StoredImage): number {
  return Math.floor(createdAt / 1000);
}

/** Whether a policy would take an image, were it not recalled or too old. */
export function isLike(image: StoredImage, { from, select }: Policy): boolean {
  if (!from.includes(image.region) || image.copiedFrom) return false;
  if (select.type === "shared") return image.owner !== OURS && image.owner !== "" && image.shares.has(OURS);
  if (image.owner !== OURS) return false;
  const globs = select.name ?? [];
  const fits = (glob: string) =>
    glob.startsWith("*") ? image.name.endsWith(glob.slice(1)) : image.name.startsWith(glob.slice(0, -1));
  return (
    globs.some((glob) => !glob.startsWith("!") && fits(glob)) &&
    !globs.some((glob) => glob.startsWith("!") && fits(glob.slice(1)))
  );
}

/** The family that a copy is to have; empty if none. */
export function familyOf({ root, policies }: Expected): string {
  const families = policies.map(({ copy: { family } }) => (family === "inherit" ? root.family : (family ?? "")));
  return families.find((family) => family !== "") ?? "";
}

/** Whether the policies of one copy say different things of it. */
export function isContradictory({ root, region, policies }: Expected): boolean {
  const differ = (of: (policy: Policy) => string | undefined) =>
    new Set(policies.map(of).filter((value) => value !== undefined)).size > 1;
  return (
    differ(({ copy }) => copy.name) ||
    differ(({ copy }) => copy.description ?? root.description) ||
    differ(({ copy: { family } }) => (family === "inherit" ? root.family || undefined : family)) ||
    differ(({ copy }) => copy.regions[region]?.tags?.set?.["team"] ?? copy.tags.set["team"])
  );
}
