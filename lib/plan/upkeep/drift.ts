// Compares a finished copy with its policy and its source, and plans the repair of what differs.
import { isAside, isIntermediate, isProven, lineageOf, lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { difference } from "../../model/messages/upkeep.ts";
import { seen } from "../../model/observation.ts";
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

/** The difference of a copy whose family points to it instead of to the copy of a newer version. */
const WRONGLY_LEADING = difference("family-wrongly-led").text;

/**
 * Compares a finished copy with its policy and source as they are now: tags, description, family,
 * deprecation, shares. A difference is repaired or reported, as `onDrift` says. The copy keeps the
 * name it was given when it was finished, and tags and shares that were added by hand stay.
 * `recorded`: the copy as recorded; `image`: its image in the cloud.
 */
export function reconcileReady(recorded: Ready, image: Image, desired: DesiredCopy, ctx: PlanContext): Step {
  const copy = refreshRecord(recorded, image, desired);
  // A contradiction leaves the desired settings undefined. An intermediate copy whose direct policy
  // is blocked stays as is.
  const isUnpublished = isIntermediate(image, copy.key) && !desired.intermediate;
  if (desired.block && (desired.block.code === "contradiction" || isUnpublished))
    return finishRollback(recorded, image, ctx);
  if (copy.adopted || image.state !== "NORMAL" || !(ctx.sweep || copy.repair)) return NOTHING;
  // Only a sweep reads a whole family; a poll must not conclude that a leader was corrected.
  if (!ctx.sweep && isTried(copy, WRONGLY_LEADING)) return NOTHING;
  if (copy.deprecatedByUs && !image.deprecated) {
    const { deprecatedByUs: _, ...rest } = copy;
    return recordChange({ ...rest, updatedAt: ctx.now }, journal("undeprecated", { imageId: image.imageId }));
  }
  const { shareWith } = desired.publication;
  const resharing = rollbackDifference(copy, image, shareWith) ? undefined : reshare(copy, image, shareWith, ctx);
  if (resharing) return resharing;
  const { found, first } = differences(copy, image, desired, ctx);
  const repaired = desired.policy.onDrift === "repair" ? found : found.filter(({ always }) => always);
  // Open questions are asked as well, so that a failing repair does not hold up the rest.
  if (repaired.length > 0)
    return { ...repairNext(copy, image, repaired, ctx), ...(first?.questions && { questions: first.questions }) };
  // Nothing is left to repair automatically. That ends the last repair, even if other differences
  // are reported or unknown.
  const ifRefreshed =
    copy === recorded ? NOTHING : recordChange({ ...copy, updatedAt: ctx.now }, refreshed(copy, image));
  const step = first?.questions ? NOTHING : copy.repair ? endRepair(copy, image, found, ctx) : ifRefreshed;
  const reported = found.map(({ what }) => what).join(AND);
  return { ...step, ...first, ...(reported && { problem: driftProblem(copy, image, reported, "report") }) };
}

/**
 * The upkeep that every finished copy of ours gets, desired or orphaned: complete a rollback that a
 * user requested, and restore shares that were removed temporarily.
 */
export function finishRollback(copy: Ready | Retired, image: Image, ctx: PlanContext): Step {
  if (!isProven(image, copy.key) || copy.adopted || image.state !== "NORMAL" || !(ctx.sweep || copy.repair))
    return NOTHING;
  const shareWith = ctx.policies
    .filter((policy) => mayHaveCreated(copy, policy))
    .flatMap((policy) => policy.copy.shareWith);
  const rolledBack = rollbackDifference(copy, image, shareWith);
  if (rolledBack) return repairNext(copy, image, [rolledBack], ctx);
  const resharing = reshare(copy, image, shareWith, ctx);
  if (resharing) return resharing;
  // No policy defines the desired settings now, so a repair in progress ends.
  if (!ctx.sweep || copy.state !== "ready" || !copy.repair) return NOTHING;
  const { repair, ...rest } = copy;
  const message = journal("repaired", { imageId: image.imageId, differences: repair.what, end: "abandoned" });
  return recordChange({ ...rest, updatedAt: ctx.now }, message);
}

/**
 * The upkeep of an orphaned copy: it is deprecated if its source is, and it leaves its family if
 * the family points to it instead of to a newer version.
 */
export function followSource(copy: Retired, image: Image, ctx: PlanContext): Step {
  const settled = finishRollback(copy, image, ctx);
  if (settled !== NOTHING) return settled;
  const { key } = copy;
  const root = seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId });
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
  // After a loss of the state the record lacks this flag. With it, the deprecation ends together
  // with the source's.
  if (!found && marked !== copy)
    return recordChange(
      { ...marked, updatedAt: ctx.now },
      journal("refreshed", { imageId: image.imageId, deprecated: true }),
    );
  if (!found) return endRepair(copy, image, [], ctx);
  return repairNext(marked, image, [found], ctx);
}

/** Whether a policy created the copy, or may have created it under another policy name. */
function mayHaveCreated({ policy, key }: Copy, { name, enabled, from, to }: Policy): boolean {
  if (name === policy) return true;
  return enabled && from.includes(key.rootRegion) && (to.includes(key.region) || key.region === key.rootRegion);
}

/**
 * All differences of a copy, in the order in which they are repaired. `first` has the questions or
 * the problem that keep the list incomplete.
 */
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
  const rolledBack = rollbackDifference(copy, image, shareWith);
  const found: Difference[] = rolledBack ? [rolledBack] : [];
  const tags = tagsToSet(copy, image, desired);
  if (Object.keys(tags).length > 0) {
    const what = difference("tags", { keys: Object.keys(tags) }).text;
    found.push({ what, call: (of) => ({ do: "tag", copy: of, image, tags }) });
  }
  const { name, description } = desired.settings;
  // An intermediate or put-aside copy is published only after it has its own name again.
  const isUnnamed = !desired.intermediate && (isIntermediate(image, copy.key) || isAside(image, copy.key));
  if (isUnnamed) {
    const holder = ctx.holderOf(desired);
    const aside = holder && putAside(holder, desired, ctx);
    const what = difference("name").text;
    found.push(aside ? { what, call: () => aside, always: true } : modify(what, { name }, true));
  }
  if (image.description !== description) found.push(modify(difference("description").text, { description }));
  const isRolledBack = rolledBack !== undefined || image.tags[ROLLED_BACK_TAG] !== undefined;
  if (image.deprecated && copy.deprecatedByUs && !isRolledBack)
    found.push(modify(difference("deprecation").text, { deprecated: false }, true));
  if (!rolledBack && ctx.isWronglyLeading(image)) found.push(leaveFamily(image, shareWith));
  else if (
    family !== undefined &&
    image.family !== family &&
    ctx.leads(copy.key) &&
    !isRolledBack &&
    !isUnnamed &&
    !ctx.publicationHoldOf(desired)
  )
    found.push(modify(difference("family", { family }).text, { family }, isRollbackBegun(copy, family)));
  if (shareWith.length === 0 || desired.intermediate || isUnnamed) return { found };
  const shares = missingShares(image, shareWith, ctx.answers);
  if (!("missing" in shares)) return { found, first: shares };
  const { missing } = shares;
  const share = (of: Copy): CloudCall => ({ do: "share", copy: of, image, accounts: missing });
  if (missing.length > 0) found.push({ what: difference("shares", { accounts: missing }).text, call: share });
  return { found };
}

/** True if a rollback has started to put the copy into the family; undefined otherwise. */
function isRollbackBegun(copy: Ready, family: string): true | undefined {
  return isTried(copy, ROLLBACK) || isTried(copy, difference("family", { family }).text) || undefined;
}

/**
 * Restores the shares that a call of this program removed temporarily and has not restored yet,
 * except for accounts that `shareWith` no longer lists. Undefined if there are none.
 */
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
  const what = difference("shares-removed-temporarily", { accounts }).text;
  return repairNext(copy, image, [{ what, call: (of) => ({ do: "share", copy: of, image, accounts }) }], ctx);
}

/**
 * The next step of a rollback: first the tag; then the image is deprecated and its family emptied
 * in one call. Undefined if the copy is not rolled back, or the rollback is complete.
 */
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
  // The API may not accept an empty family; a deprecated image is enough.
  if (image.deprecated) return undefined;
  const attributes = { family: "", deprecated: true };
  const call = (copy: Copy): CloudCall => ({ do: "modify", copy, image, attributes, mayUnshareTemporarily });
  return { what: difference("deprecation-rolled-back").text, call, always: true };
}

function deprecate(image: Image, mayUnshareTemporarily: readonly string[]): Difference {
  const attributes = { deprecated: true };
  return {
    what: difference("deprecation").text,
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

/** The desired tags and lineage tags that the image lacks or has with another value. */
function tagsToSet(copy: Ready, image: Image, desired: DesiredCopy): Record<string, string> {
  const lineage = lineageOf(image);
  const parent = lineage?.parent ?? { region: desired.root.region, imageId: desired.root.imageId };
  const tags = { ...desired.settings.tags, ...lineageTags(copy.key, parent, desired.policy.name, image.imageId) };
  return Object.fromEntries(Object.entries(tags).filter(([key, value]) => image.tags[key] !== value));
}
