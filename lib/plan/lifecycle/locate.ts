// Finds the image of a copy by its token or lineage, and rebuilds the record.
import { isCopyOf, lineageOf, tokenIn } from "../../model/identity.ts";
import { allCustom, hasFailed, type Observation } from "../../model/observation.ts";
import type { Claim, Copy, CopyKey, Image, ImageRef, Millis } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { copyBase } from "../transitions.ts";

/** Images that carry our mark for one copy. */
export interface Candidates {
  /** The one to go on with: finished before unfinished, further before less far, older before younger. */
  readonly best?: Image;
  /** Highest claim number seen in a token, failed attempts included. */
  readonly lastClaim: number;
  readonly failed: readonly Image[];
}

/** Looks for a copy among all custom images of its region. */
export function candidatesFor(key: CopyKey, images: readonly Image[]): Candidates {
  const ours = images.filter((image) => isCopyOf(image, key));
  const [best] = ours.filter((image) => !hasFailed(image)).sort(furthestFirst);
  return {
    ...(best && { best }),
    lastClaim: Math.max(0, ...ours.map((image) => tokenIn(image.name)?.claimNumber ?? 1)),
    failed: ours.filter(hasFailed),
  };
}

/** Sorts copies of one root: finished before unfinished, further before less far, older before younger. */
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
 * The record for a copy that was found by its mark without an id in our records: after a lost answer, a kill, or the
 * loss of the state. What the lost record held is taken from the marks and from the policy as it is today; a copy that
 * is finished stays as it is, and one that nobody wants and nobody remembers is left alone.
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
  const known = {
    ...base,
    claimCount,
    policy: base.policy || (lineage?.policy ?? ""),
    rootName: base.rootName || image.name,
  };
  if (image.state === "NORMAL" && !token) {
    return {
      ...known,
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
    const text = "found unfinished, and no policy wants it; it is left alone under the name it has";
    const reason = { code: "unfinished-unwanted", text };
    return { ...known, state: "retired", imageId: image.imageId, reason, since: now };
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
  const going = { ...known, claim, imageId: image.imageId, progressedAt: now };
  if (image.state === "NORMAL") return { ...going, state: "finishing" };
  return { ...going, state: "copying", ...(image.syncPercent !== undefined && { percent: image.syncPercent }) };
}

/** What the second step of a chain is made from: the first, as the cloud shows it. */
function intermediateOf(desired: DesiredCopy | undefined, observation: Observation): ImageRef | undefined {
  const all = desired?.parent && allCustom(observation, desired.parent.region);
  const first = all && candidatesFor(desired.parent, all.images).best;
  return first && { region: first.region, imageId: first.imageId };
}
