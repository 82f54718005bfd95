// The source was recalled: its copies are deprecated, and leave their family for another version.
import { ROLLED_BACK_TAG } from "../../../model/identity.ts";
import { journal } from "../../../model/messages/journal.ts";
import { RECALLED, reason } from "../../../model/messages/reasons.ts";
import { difference } from "../../../model/messages/upkeep.ts";
import { seen } from "../../../model/observation.ts";
import type { Retired } from "../../../model/types.ts";
import { whyDeselected } from "../../desired/why-deselected.ts";
import type { RetiredCase, Shared } from "../../lifecycle/stages.ts";
import { recordChange, wait } from "../../lifecycle/steps.ts";
import type { PlanContext, Step } from "../../types.ts";
import { deprecate, modify } from "../../upkeep/differences.ts";
import { type Difference, endRepair, isTried, repairNext } from "../../upkeep/try-repair.ts";
import { isPointedTo } from "./pointed-to.ts";

/** The difference of a recalled copy that has to leave its family. */
const LEAVES = difference("family-recalled").text;

/** A retired copy of ours whose source was recalled, and the accounts that it may be shared with. */
type Recalled = RetiredCase & Shared;

/**
 * The next step of a copy whose source was recalled. It is deprecated at once, and in the same call
 * leaves its family if a good image of another version is there. If that has to be copied first,
 * this one waits for it. If no policy selects any, it stays: a family is never emptied by itself.
 */
export function followRecall(copyCase: Recalled, ctx: PlanContext): Step | "done" {
  const { record: copy, image } = copyCase;
  const isReplaced = ctx.recall.isReplaced(image);
  // A poll may not have read the other version; two differences in turn would reset each other's tries.
  if (!ctx.sweep && !image.deprecated && isTried(copy, LEAVES)) return "done";
  if (!image.deprecated) {
    const due = isReplaced ? leave(copyCase) : deprecate(copyCase);
    // The record says that the deprecation ends with the recall. That of a person does not.
    const record = { ...notByAge(copy), reason: RECALLED, deprecatedByUs: true } as const;
    return { ...(isReplaced ? {} : whyItStays(copyCase, ctx)), ...repairNext({ ...copyCase, record }, [due], ctx) };
  }
  if (copy.reason.code !== RECALLED.code) {
    const next = { ...notByAge(copy), reason: RECALLED, updatedAt: ctx.now };
    return { ...whyItStays(copyCase, ctx), ...recordChange(next, journal("retired", { text: RECALLED.text })) };
  }
  if (image.family === undefined) return copy.repair ? endRepair(copyCase, [], ctx) : "done";
  return isReplaced ? leaveFamily(copyCase, ctx) : stayInFamily(copyCase, ctx);
}

/** The recall is the cause of the deprecation now, whatever it was before. */
function notByAge({ deprecatedByAge: _, ...copy }: Retired): Retired {
  return copy;
}

/** The recall has ended, and no policy selects the source all the same. */
export function endRecall(copyCase: Recalled, ctx: PlanContext): Step | "done" {
  const { key, record, image } = copyCase;
  const root = seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId });
  if (typeof root === "string" || ctx.recall.isHeld(key)) return "done";
  const isRolledBack = image.tags[ROLLED_BACK_TAG] !== undefined || record.rolledBackFrom !== undefined;
  if (record.deprecatedByUs && image.deprecated && !isRolledBack)
    return repairNext(copyCase, [deprecate(copyCase, false)], ctx);
  const { repair: _, deprecatedByUs: ours, ...rest } = record;
  const flag = isRolledBack && ours ? { deprecatedByUs: ours } : {};
  const why = whyDeselected(record, ctx);
  const next = { ...rest, ...flag, reason: why, updatedAt: ctx.now };
  return recordChange(next, journal("retired", { text: why.text }));
}

/** Deprecated and out of its family in one call, as after a rollback. */
function leave(copyCase: Recalled): Difference {
  const deprecated = copyCase.image.deprecated ? {} : { deprecated: true };
  return { what: LEAVES, call: modify(copyCase, { family: "", ...deprecated }), always: true };
}

/**
 * Another version is in the family now. The API may not accept an empty family; then a deprecated
 * image is enough, unless the family points to it all the same, which only a sweep asks.
 */
function leaveFamily(copyCase: Recalled, ctx: PlanContext): Step | "done" {
  const { record: copy, image } = copyCase;
  const isFirstTry = copy.repair !== undefined && (!isTried(copy, LEAVES) || copy.repair.tries === 0);
  if (isFirstTry || ctx.isWronglyLeading(image)) return repairNext(copyCase, [leave(copyCase)], ctx);
  return copy.repair && ctx.sweep ? endRepair(copyCase, [], ctx) : "done";
}

/** A copy that waits has its repair open, so that the run that finishes the other version sees it. */
function stayInFamily(copyCase: Recalled, ctx: PlanContext): Step | "done" {
  const { record: copy, image } = copyCase;
  // A poll may not have read the other version, so that it does not begin again what is tried or was ended.
  const isOpen = ctx.sweep ? isTried(copy, LEAVES) && copy.repair?.tries === 0 : !copy.repair || isTried(copy, LEAVES);
  const stays = whyItStays(copyCase, ctx);
  if (ctx.recall.isReplaceable(image) && !isOpen) {
    const repair = { differences: [LEAVES], tries: 0, at: ctx.now };
    const why = reason("awaits-replacement", placeOf(copyCase));
    return { ...stays, ...recordChange({ ...copy, repair, updatedAt: ctx.now }, journal("recalled", why)) };
  }
  // Only a sweep sees what the policies select.
  if (ctx.sweep && !ctx.recall.isReplaceable(image) && copy.repair)
    return { ...stays, ...endRepair(copyCase, [], ctx) };
  return Object.keys(stays).length > 0 ? stays : "done";
}

/**
 * What the copy waits for, or the problem that nothing can take its place: not if the family points
 * to an image of other origin. If it points to none, the cloud passes over deprecated images.
 */
function whyItStays(copyCase: Recalled, ctx: PlanContext): Step {
  const { record: copy, image, key } = copyCase;
  if (image.family === undefined) return {};
  if (ctx.recall.isReplaceable(image)) return wait(copyCase, reason("awaits-replacement", placeOf(copyCase)));
  // A person may have put it into a family that is not ours. The record is empty after a loss.
  const isOurFamily = copy.family === undefined || copy.family === image.family;
  if (!ctx.sweep || !isOurFamily || !areSourcesRead(ctx)) return {};
  const isCurrent = isPointedTo(image, ctx);
  if (typeof isCurrent === "object") return isCurrent;
  const { rootId } = key;
  const { imageId } = image;
  return isCurrent ? { problem: reason("recalled-and-current", { imageId, rootId, ...placeOf(copyCase) }) } : {};
}

function areSourcesRead({ policies, observation }: PlanContext): boolean {
  return policies.every(({ enabled, from }) => !enabled || from.every((region) => observation.regions.has(region)));
}

function placeOf({ image: { family = "", region } }: Recalled) {
  return { family, region };
}
