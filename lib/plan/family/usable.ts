// Which copies can be used now, and which of them replaces an older one in its region.
import { groupBy, lazily } from "../../model/collections.ts";
import {
  copyId,
  hasSteppedAside,
  IGNORE_TAG,
  isAside,
  isIntermediate,
  isProven,
  tokenIn,
  versionOf,
} from "../../model/identity.ts";
import { compareVersions } from "../../model/image.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Copy, CopyKey, Image, Ready, Retired } from "../../model/types.ts";
import type { RolledBack } from "./rolled-back.ts";

/** The usable copies, by region. */
export interface Usable {
  /** Whether instances can be started from this copy as its owner intends. */
  readonly isUsable: (copy: Copy) => copy is Ready;
  /**
   * The newest usable copy that replaces this one: of a newer version of the same policy and family
   * in the same region; without a family, of the same policy.
   */
  readonly replacementOf: (copy: Copy) => Ready | undefined;
  /**
   * The usable and published versions that the region keeps without this orphaned copy: newer ones,
   * or any if this one is not usable itself. They may be orphaned as well, so that of several
   * orphaned versions the newest one is the last.
   */
  readonly replacementsOf: (copy: Retired) => readonly (Ready | Retired)[];
  /**
   * How many usable orphaned copies of the same policy, family and region are newer than this one;
   * infinite if this one is not usable itself.
   */
  readonly newerOrphans: (copy: Retired) => number;
}

/** Whether the owner recalled a source: it is deprecated, or has the ignore tag. */
export function isRecalled({ rootRegion: region, rootId: imageId }: CopyKey, observation: Observation): boolean {
  const root = seen(observation, { region, imageId });
  const shared = typeof root === "string" ? seen(observation, { region, imageId }, "shared") : root;
  return typeof shared !== "string" && (shared.deprecated || Object.hasOwn(shared.tags, IGNORE_TAG));
}

/**
 * Finds the usable copies: ready, there and NORMAL, neither recalled nor rolled back. An image that
 * was deprecated by any user counts as recalled, except by `prune.deprecateAfter`.
 */
export function usableCopies(copies: readonly Copy[], observation: Observation, rollbacks: RolledBack): Usable {
  const imageOf = ({ key: { region }, imageId }: Ready | Retired) => seen(observation, { region, imageId });
  const isGood = (copy: Ready | Retired): boolean => {
    const image = imageOf(copy);
    if (copy.missingSince !== undefined || typeof image === "string" || image.state !== "NORMAL") return false;
    // Unfinished: it has neither its tags nor its family yet.
    if (tokenIn(image.name)) return false;
    if (image.deprecated && !copy.deprecatedByAge) return false;
    // A person who removed our tags may do with the image whatever they want.
    if (copy.adopted ? !isStillAdopted(image, copy) : !isProven(image, copy.key)) return false;
    return rollbacks.of(copy.key, copy) === undefined && !isRecalled(copy.key, observation);
  };
  /** The family that the image is in, whatever its policy says by now. */
  const familyOf = (copy: Ready | Retired): string | undefined => {
    const image = imageOf(copy);
    return typeof image === "string" ? undefined : image.family;
  };
  const isUsable = (copy: Copy): copy is Ready => copy.phase === "ready" && isGood(copy);
  /** Found by users under its own name, in its family, and not unshared for a moment. */
  const isPublished = (copy: Ready | Retired): boolean => {
    const image = imageOf(copy);
    if (typeof image === "string" || isIntermediate(image, copy.key) || isAside(image, copy.key)) return false;
    // Without a family, nobody finds it under the name that it gave up.
    if (copy.family === undefined && hasSteppedAside(image, copy.key)) return false;
    return copy.pendingReshare === undefined && (copy.family === undefined || image.family === copy.family);
  };
  // Only orphaned copies are compared with others, and mostly there is none.
  const good = lazily(() => copies.filter((copy) => copy.phase === "ready" || copy.phase === "retired").filter(isGood));
  const usable = lazily(() => groupBy(good(), placeOf));
  const published = lazily(() => groupBy(good().filter(isPublished), placeOf));
  return {
    isUsable,
    replacementOf: (copy) => {
      const newer = (usable().get(placeOf(copy)) ?? []).filter(isUsable).filter((other) => isNewer(other, copy));
      return newer.reduce<Ready | undefined>((best, one) => (best && isNewer(best, one) ? best : one), undefined);
    },
    replacementsOf: (copy) => {
      const family = familyOf(copy);
      return (published().get(placeOf(copy)) ?? []).filter(
        (other) =>
          copyId(other.key) !== copyId(copy.key) &&
          (family === undefined || familyOf(other) === family) &&
          (!isGood(copy) || comesAfter(other, copy)),
      );
    },
    newerOrphans: (copy) => {
      if (!isGood(copy)) return Number.POSITIVE_INFINITY;
      const orphans = (usable().get(placeOf(copy)) ?? []).filter(({ phase }) => phase === "retired");
      return orphans.filter((other) => comesAfter(other, copy)).length;
    },
  };
}

/** Whether an adopted image is the one that was adopted, as far as it shows: a record may be damaged. */
function isStillAdopted(image: Image, { name, rootCreatedAt = Number.POSITIVE_INFINITY }: Ready | Retired): boolean {
  return image.name === name && image.createdAt > rootCreatedAt;
}

function isNewer(a: Copy, b: Copy): boolean {
  return compareVersions(versionOf(a), versionOf(b)) > 0;
}

/** A strict order: of two variants of one version, the ready one comes after the orphaned one. */
function comesAfter(a: Ready | Retired, b: Ready | Retired): boolean {
  const order = compareVersions(versionOf(a), versionOf(b));
  if (order !== 0) return order > 0;
  return a.phase === b.phase ? copyId(a.key) > copyId(b.key) : a.phase === "ready";
}

/**
 * What must be the same for one copy to replace another. Where the copies have no family, that of
 * the source counts, as it does for `newest`.
 */
function placeOf({ key, policy, family, rootFamily }: Copy): string {
  const group = family === undefined ? ["without family", rootFamily ?? ""] : ["family", family];
  return [key.region, policy, ...group].join("/");
}
