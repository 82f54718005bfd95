// The copies that provably belong to this program, with their images, ordered by version.
import { groupBy } from "../../model/collections.ts";
import { isProven, rootRefId, tokenIn, versionOf } from "../../model/identity.ts";
import { compareVersions, type Version } from "../../model/image.ts";
import { hasFailed, type Observation, seen } from "../../model/observation.ts";
import type { Copy, CopyImage, Image, Millis } from "../../model/types.ts";

/** A copy that provably belongs to this program, and its image. */
export interface OwnedCopy {
  readonly copy: Extract<Copy, CopyImage>;
  readonly image: Image;
  /** The age of its version, the same in every region: see `withVersionAge`. */
  readonly versionCreatedAt: Millis;
}

/** All of them, the newest version first. */
export function ownedCopies(copies: readonly Copy[], observation: Observation): OwnedCopy[] {
  return withVersionAge(copies.flatMap((copy) => ownedCopyOf(copy, observation) ?? [])).sort((a, b) =>
    isOlder(a, b) ? 1 : isOlder(b, a) ? -1 : 0,
  );
}

/**
 * The copy with its image, if the image is provably ours and has left its token behind. Any state
 * but a failed one will do: an image that is being copied is SYNCING.
 */
function ownedCopyOf(copy: Copy, observation: Observation): Omit<OwnedCopy, "versionCreatedAt"> | undefined {
  if (!("imageId" in copy) || ("adopted" in copy && copy.adopted)) return undefined;
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  if (typeof image === "string" || hasFailed(image) || tokenIn(image.name)) return undefined;
  if (!isProven(image, copy.key)) return undefined;
  return { copy, image };
}

/** Whether two copies are of one version. */
export function isSameRoot({ copy: { key: a } }: { copy: Copy }, { copy: { key: b } }: { copy: Copy }): boolean {
  return rootRefId(a) === rootRefId(b);
}

/** Orders versions as `leaders.ts` does. */
export function isOlder(a: OwnedCopy, b: OwnedCopy): boolean {
  return compareVersions(agedVersionOf(a), agedVersionOf(b)) < 0;
}

function agedVersionOf({ copy, versionCreatedAt }: OwnedCopy): Version {
  return { ...versionOf(copy), createdAt: versionCreatedAt };
}

/**
 * Adds the age of each version: when its root was created, as any record of a copy says, else when
 * its oldest copy was. With ages of their own, a version could be older than itself elsewhere.
 */
function withVersionAge(copies: readonly Omit<OwnedCopy, "versionCreatedAt">[]): OwnedCopy[] {
  const byRoot = groupBy(copies, ({ copy }) => rootRefId(copy.key));
  return [...byRoot.values()].flatMap((version) => {
    const recorded = version.flatMap(({ copy }) => copy.rootCreatedAt ?? []);
    const [versionCreatedAt = 0] =
      recorded.length > 0 ? recorded : [Math.min(...version.map((one) => one.image.createdAt))];
    return version.map((one) => ({ ...one, versionCreatedAt }));
  });
}
