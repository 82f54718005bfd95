// Judges requests that share, unshare, publish or deprecate an image.
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { RequestRecord } from "../../emulator/world/types.ts";
import { ROLLED_BACK_TAG, tokenIn } from "../../lib/model/identity.ts";
import type { Millis } from "../../lib/model/types.ts";
import { copyText, type FinalCopy, finalCopies, finalFamilyOf, textOfFinal } from "../oracle/desired-copies.ts";
import { createdAtOf, isRecalled } from "../oracle/selection.ts";
import type { Actor, SimulationContext } from "./context.ts";
import { isAnyRecalledIn } from "./recalls.ts";
import { FRIEND, NOBODY, OLDEST_READING } from "./setting.ts";
import { isShared } from "./taking-back.ts";

/** A change of one image, at the moment when it arrives. */
interface Change {
  readonly sim: SimulationContext;
  readonly actor: Actor;
  readonly image: StoredImage;
  /** No manual change since then affects which copies are desired. */
  readonly isUnchanged: boolean;
  readonly leftAt: Millis;
  /** The run that decided on the request could see every fact that is older than this. */
  readonly known: Millis;
}

/** Judges a request that shares, publishes or deprecates an image. */
export function judgeChange(
  sim: SimulationContext,
  actor: Actor,
  request: RequestRecord,
  leftAt: Millis,
): string | undefined {
  const { action, region, params } = request;
  const { ImageId: imageId = "" } = params as { ImageId?: string };
  const image = sim.world.images.get(region)?.get(imageId);
  if (!image || sim.isUnrecognisable(image)) return undefined;
  const known = leftAt - OLDEST_READING;
  const root = sim.rootOf(sim.originOf(imageId)?.rootId ?? "");
  const isUnchanged = sim.changedByHandAt < known && !sim.mayCountAsSource(root?.region);
  const change: Change = { sim, actor, image, leftAt, known, isUnchanged };
  if (action === "ModifyImageSharePermission" && request.result === "ok") {
    const { AccountIds, Permission } = params as ShareParams;
    // What was ended for a modification is given back, by whatever run: no record says then that it is ours.
    if (Permission === "SHARE" && AccountIds.includes(FRIEND) && !actor.refusedAsShared.has(imageId))
      sim.takingBack.sharedAt.set(imageId, actor.member.startedAt);
  }
  const wrong =
    action === "ModifyImageSharePermission"
      ? whyNotShared(change, params as ShareParams)
      : action === "ModifyImageAttribute" && request.result === "ok"
        ? whyNotModified(change, params as ModifyParams)
        : undefined;
  return wrong && `${action} of ${imageId} ("${image.name}") in ${region}: ${wrong}`;
}

interface ShareParams {
  readonly AccountIds: readonly string[];
  readonly Permission: "SHARE" | "CANCEL";
}

interface ModifyParams {
  readonly ImageFamily?: string;
  readonly ImageDeprecated?: boolean;
}

function expectedOf({ sim, actor, image }: Change): FinalCopy | undefined {
  const { rootId = "" } = sim.originOf(image.imageId) ?? {};
  const text = copyText(rootId, image.region, image.encrypted);
  return finalCopies(sim.world, actor.policies).find((one) => textOfFinal(one) === text);
}

/**
 * A finished copy may be shared with accounts that a policy names. It may be unshared only to
 * modify it, or when no policy shares it any more.
 */
function whyNotShared(change: Change, { AccountIds, Permission }: ShareParams): string | undefined {
  const { sim, image, actor, isUnchanged, leftAt } = change;
  const unnamed = AccountIds.find((account) => account !== FRIEND && account !== NOBODY);
  if (unnamed) return `no policy names ${unnamed}`;
  const isSaid = isShared(sim, actor, image);
  if (Permission === "CANCEL") {
    if (actor.refusedAsShared.has(image.imageId) || !isUnchanged) return undefined;
    if (isSaid && expectedOf(change)) return "it is desired, and need not be modified";
    return isSaid ? undefined : sim.takingBack.whyBraked(actor, leftAt);
  }
  if (image.encrypted) return "it is encrypted";
  if (tokenIn(image.name)) return "it is not finished";
  // An image unshared for a modification is shared again later, by the same process or by another
  // one.
  return isSaid || !isUnchanged || sim.refusedAsShared.has(image.imageId) ? undefined : "no policy shares it";
}

function whyNotModified(change: Change, { ImageFamily, ImageDeprecated }: ModifyParams): string | undefined {
  const { sim, image, isUnchanged } = change;
  if (!isUnchanged) return undefined;
  const root = sim.rootOf(sim.originOf(image.imageId)?.rootId ?? "");
  const isRolledBack = tagsOf(image).has(ROLLED_BACK_TAG);
  const isToLeave = root !== undefined && isRecalled(root);
  const isByAge = change.actor.policies.some(({ prune }) => prune.deprecateAfter !== undefined);
  if (ImageDeprecated === true && root && !isToLeave && !isRolledBack && !isByAge)
    return "neither the recall of its source nor a rollback deprecates it";
  if (ImageDeprecated === false && (isToLeave || isRolledBack)) return "it must be deprecated";
  return ImageFamily ? whyNotPublished(change, ImageFamily) : undefined;
}

/**
 * The copy of the newest version gets the family; with `publish: together`, once its copies in all
 * regions are ready.
 */
function whyNotPublished(change: Change, family: string): string | undefined {
  const { sim, actor, image, known } = change;
  const expected = expectedOf(change);
  if (!expected) return undefined;
  if (finalFamilyOf(expected) !== family) return `its family is "${finalFamilyOf(expected)}"`;
  if (tagsOf(image).has(ROLLED_BACK_TAG)) return "it was rolled back";
  const all = finalCopies(sim.world, actor.policies);
  const newer = all
    .filter((one) => one.region === image.region && finalFamilyOf(one) === family)
    .filter(({ root }) => createdAtOf(root) > createdAtOf(expected.root))
    .flatMap((one) => {
      const other = existingCopyOf(change, one);
      // One that may wait for other regions does not lead yet.
      const mayBeHeld = one.policies.some(({ copy }) => copy.publish === "together");
      return other && (other.family === family || !mayBeHeld) ? [other] : [];
    })
    .find((other) => isSettled(sim, other, known) && !tagsOf(other).has(ROLLED_BACK_TAG));
  if (newer) return `${newer.imageId} is the copy of a newer version`;
  const isHeld = expected.policies.every(({ copy }) => copy.publish === "together");
  if (!isHeld || isAnyRecalledIn(sim, image.region)) return undefined;
  const unfinished = all
    .filter(({ root, region }) => root === expected.root && region !== image.region)
    .map((one) => existingCopyOf(change, one))
    .find((other) => other && isInProgress(sim, other, known));
  return unfinished && `${unfinished.imageId} in ${unfinished.region} is not finished yet`;
}

function existingCopyOf({ sim }: Change, { root, region, encrypted }: FinalCopy): StoredImage | undefined {
  return sim
    .ourCopies()
    .find(
      (image) =>
        image.region === region &&
        image.encrypted === encrypted &&
        sim.originOf(image.imageId)?.rootId === root.imageId,
    );
}

/** Finished for long enough that the run could know it. */
function isSettled(sim: SimulationContext, image: StoredImage, known: Millis): boolean {
  return (
    sim.recorded.has(image.imageId) &&
    !tokenIn(image.name) &&
    !image.deprecated &&
    (image.work?.endsAt ?? 0) < known &&
    // A copy that a partial reading found without its source is complete only after the next sweep.
    sim.stateLostAt < sim.lastSweepAt &&
    sim.policiesChangedAt < sim.lastSweepAt &&
    sim.lastSweepAt < known
  );
}

/** In progress and recorded for long enough that the run could know it. */
function isInProgress(sim: SimulationContext, image: StoredImage, known: Millis): boolean {
  const { work } = image;
  if (!work || work.sticksAtPercent !== undefined || work.startedAt >= known) return false;
  // Until its image is recorded, a requested copy has made no progress, and may be left out for that.
  const isRecorded = (sim.recorded.get(image.imageId) ?? Number.POSITIVE_INFINITY) < known;
  const isUndisturbed = sim.stateLostAt < known && sim.policiesChangedAt < known;
  return isRecorded && isUndisturbed && progressOf(image, sim.world.workNow()).state === "SYNCING";
}
