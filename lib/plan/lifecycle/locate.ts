// Finds the image of a copy by its token or lineage tags, and rebuilds its record.
import { isCopyOf, lineageOf, tokenIn } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { allCustom, hasFailed, type Observation } from "../../model/observation.ts";
import type { Claim, Copy, CopyKey, Image, ImageRef, Millis } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { copyBase } from "../transitions.ts";

/** The images of one region that have the ownership marker of one copy. */
export interface Candidates {
  /**
   * The one to record: the first by `furthestFirst`, without those that the cloud failed to create.
   */
  readonly best?: Image;
  /**
   * Highest claim number, failed attempts included; 1 for an image without a token, 0 if there is
   * no image.
   */
  readonly lastClaim: number;
  readonly failed: readonly Image[];
}

/** Searches all custom images of a region for those that have the ownership marker of a copy. */
export function candidatesFor(key: CopyKey, images: readonly Image[]): Candidates {
  const ours = images.filter((image) => isCopyOf(image, key));
  const [best] = ours.filter((image) => !hasFailed(image)).sort(furthestFirst);
  return {
    ...(best && { best }),
    lastClaim: Math.max(0, ...ours.map((image) => tokenIn(image.name)?.claimNumber ?? 1)),
    failed: ours.filter(hasFailed),
  };
}

/**
 * Sorts copies of one root: finished before unfinished, then by progress, then the oldest first.
 */
export function furthestFirst(a: Image, b: Image): number {
  return (
    rank(b) - rank(a) ||
    (b.syncPercent ?? 0) - (a.syncPercent ?? 0) ||
    a.createdAt - b.createdAt ||
    Number(a.imageId > b.imageId) - Number(a.imageId < b.imageId)
  );
}

function rank(image: Image): number {
  if (image.state !== "NORMAL") return 0;
  return tokenIn(image.name) ? 1 : 2;
}

/**
 * The record for an image that was found by its ownership marker and whose id is not recorded:
 * after a lost response, a kill, or a loss of the state. The markers and the current policy replace
 * what the lost record held. A finished image becomes `ready` as it is. An unfinished image without
 * a claim and a policy becomes `retired`.
 */
export function recoverRecord(
  image: Image,
  key: CopyKey,
  copy: Copy | undefined,
  desired: DesiredCopy | undefined,
  observation: Observation,
  now: Millis,
): Copy {
  const base = copyBase(key, copy, desired, now);
  const token = tokenIn(image.name);
  const claimCount = Math.max(base.claimCount, token?.claimNumber ?? 1);
  const lineage = lineageOf(image);
  const recovered = {
    ...base,
    claimCount,
    policy: base.policy || (lineage?.policy ?? ""),
    rootName: base.rootName || image.name,
  };
  if (image.state === "NORMAL" && !token) {
    return {
      ...recovered,
      attempts: 0,
      state: "ready",
      imageId: image.imageId,
      name: image.name,
      readyAt: now,
      adopted: false,
    };
  }
  const recorded = copy && "claim" in copy ? copy.claim : undefined;
  const settings = recorded?.settings ?? desired?.settings;
  if (!settings) {
    const why = reason("unfinished-orphan");
    return { ...recovered, state: "retired", imageId: image.imageId, reason: why, since: now };
  }
  const claim: Claim =
    recorded && (!token || recorded.token === image.name)
      ? recorded
      : {
          number: token?.claimNumber ?? claimCount,
          token: token ? image.name : "",
          parent: lineage?.parent ??
            recorded?.parent ??
            intermediateOf(desired, observation) ?? { region: key.rootRegion, imageId: key.rootId },
          settings,
          claimant: { id: "recovered" },
          claimedAt: image.createdAt,
          sendBy: image.createdAt,
          endedAt: image.createdAt,
        };
  const requested = { ...recovered, claim, imageId: image.imageId, progressedAt: now };
  if (image.state === "NORMAL") return { ...requested, state: "finishing" };
  return { ...requested, state: "copying", ...(image.syncPercent !== undefined && { percent: image.syncPercent }) };
}

/** The intermediate copy from which an encrypted copy is made, as the cloud shows it. */
function intermediateOf(desired: DesiredCopy | undefined, observation: Observation): ImageRef | undefined {
  const all = desired?.parent && allCustom(observation, desired.parent.region);
  const intermediate = all && candidatesFor(desired.parent, all.images).best;
  return intermediate && { region: intermediate.region, imageId: intermediate.imageId };
}
