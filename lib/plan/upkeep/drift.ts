// A finished copy against its policy and source: what differs.
import { isAside, isIntermediate, isProven, lineageOf, lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { ImageAttributes } from "../../model/ports.ts";
import type { Copy, Image, Ready, Retired } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { NOTHING, recordChange } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";
import { putAside } from "./put-aside.ts";
import { isAboutToBeMarked, ROLLBACK, refreshed, refreshRecord } from "./refresh-record.ts";
import { AND, type Difference, driftProblem, endRepair, isTried, repairNext } from "./repair.ts";
import { missingShares } from "./shares.ts";

/** A copy has a family that points to it, and not to the copy of a newer version. */
const WRONGLY_LEADING = "family, which is a newer version's";

/**
 * Compares a finished copy with what the policy and its source say today: tags, description, family, deprecation, shares. What
 * differs is set right or reported. Its name is what it was named once; a tag or a share that somebody added stays.
 */
export function reconcileReady(recorded: Ready, image: Image, desired: DesiredCopy, ctx: PlanContext): Step {
  const copy = refreshRecord(recorded, image, desired);
  // What shall become of it does not show; or it was a step for another, and who wants it for himself may not have it.
  const isStep = isIntermediate(image, copy.key) && !desired.intermediate;
  if (desired.block && (desired.block.code === "contradiction" || isStep)) return finishRollback(recorded, image, ctx);
  if (copy.adopted || image.state !== "NORMAL" || !(ctx.sweep || copy.repair)) return NOTHING;
  // Who stands in whose way is found out by a look at everything alone: a look at less must not take it for set right.
  if (!ctx.sweep && isTried(copy, WRONGLY_LEADING)) return NOTHING;
  if (copy.deprecatedByUs && !image.deprecated) {
    const { deprecatedByUs: _, ...rest } = copy;
    return recordChange({ ...rest, updatedAt: ctx.now }, journal("undeprecated", { imageId: image.imageId }));
  }
  const { shareWith } = desired.publication;
  const owed = rollbackDifference(copy, image, shareWith) ? undefined : reshare(copy, image, shareWith, ctx);
  if (owed) return owed;
  const { found, first } = differences(copy, image, desired, ctx);
  const repaired = desired.policy.onDrift === "repair" ? found : found.filter(({ always }) => always);
  // What is not known yet is asked for all the same: what cannot be set right shall not hold up the rest.
  if (repaired.length > 0)
    return { ...repairNext(copy, image, repaired, ctx), ...(first?.questions && { questions: first.questions }) };
  // Nothing more is set right by itself: what was is over, also where something else differs or cannot be known.
  const known = copy === recorded ? NOTHING : recordChange({ ...copy, updatedAt: ctx.now }, refreshed(copy, image));
  const over = first?.questions ? NOTHING : copy.repair ? endRepair(copy, image, found, ctx) : known;
  const reported = found.map(({ what }) => what).join(AND);
  const remedy = "set it right by hand, or set onDrift: repair in the policy";
  return { ...over, ...first, ...(reported && { problem: driftProblem(copy, image, reported, remedy) }) };
}

/**
 * Whoever wants a finished copy, if anybody does: a rollback that a person has asked for is carried out, and what was taken away for a
 * moment is given back.
 */
export function finishRollback(copy: Ready | Retired, image: Image, ctx: PlanContext): Step {
  if (!isProven(image, copy.key) || copy.adopted || image.state !== "NORMAL" || !(ctx.sweep || copy.repair))
    return NOTHING;
  const shareWith = ctx.policies
    .filter((policy) => mayHaveCreated(copy, policy))
    .flatMap((policy) => policy.copy.shareWith);
  const back = rollbackDifference(copy, image, shareWith);
  if (back) return repairNext(copy, image, [back], ctx);
  const owed = reshare(copy, image, shareWith, ctx);
  if (owed) return owed;
  // What was being set right has nobody who says what is right.
  if (!ctx.sweep || copy.state !== "ready" || !copy.repair) return NOTHING;
  const { repair, ...rest } = copy;
  const message = journal("repaired", { imageId: image.imageId, differences: repair.what, end: "abandoned" });
  return recordChange({ ...rest, updatedAt: ctx.now }, message);
}

/**
 * A copy that nobody wants any more still follows its source in one thing: whether it is deprecated. And it leaves its family
 * where that points to it instead of to a newer version.
 */
export function followSource(copy: Retired, image: Image, observation: Observation, ctx: PlanContext): Step {
  const settled = finishRollback(copy, image, ctx);
  if (settled !== NOTHING) return settled;
  const { key } = copy;
  const root = seen(observation, { region: key.rootRegion, imageId: key.rootId });
  const recalled = typeof root !== "string" && root.deprecated;
  const policy =
    ctx.policies.find(({ name }) => name === copy.policy) ?? ctx.policies.find((one) => mayHaveCreated(copy, one));
  if (!isProven(image, key) || copy.adopted || !policy?.enabled || image.state !== "NORMAL") return NOTHING;
  if (!ctx.sweep && isTried(copy, WRONGLY_LEADING)) return NOTHING;
  const { shareWith } = policy.copy;
  const found =
    (recalled && !image.deprecated ? deprecate(image, shareWith) : undefined) ??
    (ctx.isWronglyLeading(image) ? leaveFamily(image, shareWith) : undefined);
  const marked = recalled && !copy.deprecatedByUs ? { ...copy, deprecatedByUs: true as const } : copy;
  // The state may have been lost since it was deprecated: it follows its source when that is not deprecated any more.
  if (!found && marked !== copy)
    return recordChange(
      { ...marked, updatedAt: ctx.now },
      journal("refreshed", { imageId: image.imageId, deprecated: true }),
    );
  if (!found) return endRepair(copy, image, [], ctx);
  return repairNext(marked, image, [found], ctx);
}

/** Whether a policy had a copy made, or may have: it may have had another name. */
function mayHaveCreated({ policy, key }: Copy, { name, enabled, from, to }: Policy): boolean {
  if (name === policy) return true;
  return enabled && from.includes(key.rootRegion) && (to.includes(key.region) || key.region === key.rootRegion);
}

/** Everything in which a copy differs, in the order in which it is set right; and what has to be known before that is all. */
function differences(
  copy: Ready,
  image: Image,
  desired: DesiredCopy,
  ctx: PlanContext,
): { found: readonly Difference[]; first?: Step } {
  const { family, shareWith } = desired.publication;
  const modify = (what: string, attributes: ImageAttributes, always?: true): Difference => ({
    what,
    call: (of) => ({ do: "modify", copy: of, image, attributes, mayUnshareTemporarily: shareWith }),
    ...(always && { always }),
  });
  const back = rollbackDifference(copy, image, shareWith);
  const found: Difference[] = back ? [back] : [];
  const tags = tagsToSet(copy, image, desired);
  if (Object.keys(tags).length > 0) {
    const what = `tags ${Object.keys(tags).join(", ")}`;
    found.push({ what, call: (of) => ({ do: "tag", copy: of, image, tags }) });
  }
  const { name, description } = desired.settings;
  // It was there for others, or put aside for one: it is published once it has its own name again.
  const isUnnamed = !desired.intermediate && (isIntermediate(image, copy.key) || isAside(image, copy.key));
  if (isUnnamed) {
    const holder = ctx.holderOf(desired);
    const aside = holder && putAside(holder, desired, ctx);
    found.push(aside ? { what: "name", call: () => aside, always: true } : modify("name", { name }, true));
  }
  if (image.description !== description) found.push(modify("description", { description }));
  const isRolledBack = back !== undefined || image.tags[ROLLED_BACK_TAG] !== undefined;
  if (image.deprecated && copy.deprecatedByUs && !isRolledBack)
    found.push(modify("deprecation", { deprecated: false }, true));
  if (!back && ctx.isWronglyLeading(image)) found.push(leaveFamily(image, shareWith));
  else if (
    family !== undefined &&
    image.family !== family &&
    ctx.leads(copy.key) &&
    !isRolledBack &&
    !isUnnamed &&
    !ctx.publicationHoldOf(desired)
  )
    found.push(modify(`family ${family}`, { family }, isRollbackBegun(copy, family)));
  if (shareWith.length === 0 || desired.intermediate || isUnnamed) return { found };
  const shares = missingShares(image, shareWith, ctx.answers);
  if (!("missing" in shares)) return { found, first: shares };
  const { missing } = shares;
  const share = (of: Copy): CloudCall => ({ do: "share", copy: of, image, accounts: missing });
  if (missing.length > 0) found.push({ what: `shares ${missing.join(", ")}`, call: share });
  return { found };
}

/** A rollback has begun to give it the family. */
function isRollbackBegun(copy: Ready, family: string): true | undefined {
  return isTried(copy, ROLLBACK) || isTried(copy, `family ${family}`) || undefined;
}

/** Its shares, which a call of ours took away for a moment and did not get to give back; but for those that are not wanted any more. */
function reshare(
  copy: Ready | Retired,
  image: Image,
  shareWith: readonly string[],
  ctx: PlanContext,
): Step | undefined {
  const { pendingReshare, ...rest } = copy;
  if (!pendingReshare) return undefined;
  const wanted = pendingReshare.filter((account) => shareWith.includes(account));
  const shares = wanted.length === 0 ? { missing: [] } : missingShares(image, wanted, ctx.answers);
  if (!("missing" in shares)) return shares;
  const accounts = shares.missing;
  const message = journal("shared", { imageId: image.imageId, accounts: wanted, again: true });
  if (accounts.length === 0) return recordChange({ ...rest, updatedAt: ctx.now }, message);
  const what = `shares ${accounts.join(", ")}, taken away to modify it`;
  return repairNext(copy, image, [{ what, call: (of) => ({ do: "share", copy: of, image, accounts }) }], ctx);
}

/** An image that was rolled back leaves its family: by being deprecated, and by having none. The mark comes first. */
function rollbackDifference(
  of: Ready | Retired,
  image: Image,
  mayUnshareTemporarily: readonly string[],
): Difference | undefined {
  if (image.tags[ROLLED_BACK_TAG] === undefined) {
    if (!isAboutToBeMarked(of)) return undefined;
    const tags = { [ROLLED_BACK_TAG]: of.rolledBackFrom ?? "" };
    return { what: ROLLBACK, call: (copy) => ({ do: "tag", copy, image, tags }), always: true };
  }
  // Where an empty family changes nothing it stays deprecated, which is enough.
  if (image.deprecated) return undefined;
  const attributes = { family: "", deprecated: true };
  const call = (copy: Copy): CloudCall => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily });
  return { what: "deprecation, rolled back", call, always: true };
}

function deprecate(image: Image, mayUnshareTemporarily: readonly string[]): Difference {
  const attributes = { deprecated: true };
  return {
    what: "deprecation",
    call: (copy) => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily }),
    always: true,
  };
}

function leaveFamily(image: Image, mayUnshareTemporarily: readonly string[]): Difference {
  const attributes = { family: "" };
  return {
    what: WRONGLY_LEADING,
    call: (copy) => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily }),
    always: true,
  };
}

/** Tags of the policy and the source, and the lineage where it is not whole. */
function tagsToSet(copy: Ready, image: Image, desired: DesiredCopy): Record<string, string> {
  const lineage = lineageOf(image);
  const parent = lineage?.parent ?? { region: desired.root.region, imageId: desired.root.imageId };
  const wanted = { ...desired.settings.tags, ...lineageTags(copy.key, parent, desired.policy.name, image.imageId) };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => image.tags[key] !== value));
}
