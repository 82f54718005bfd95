// Compares a finished copy with its policy and its source, one attribute after the other.
import { isAside, isIntermediate, lineageOf, lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { difference } from "../../model/messages/upkeep.ts";
import type { Kept } from "../lifecycle/stages.ts";
import type { PlanContext, Step } from "../types.ts";
import { emptyFamily, modify, rollbackDifference } from "./differences.ts";
import { putAside } from "./put-aside.ts";
import { ROLLBACK } from "./refresh-record.ts";
import { missingShares } from "./shares.ts";
import { type Difference, isTried } from "./try-repair.ts";

/** What differs; or the question or the problem that keeps it from being known. */
type Compared = Difference | Pick<Step, "questions" | "problem"> | undefined;

/**
 * In the order in which differences are repaired: a rollback comes before everything that it undoes,
 * the own name before the family that it publishes, and the shares come last, because a shared image
 * cannot be modified.
 */
export const COMPARISONS: readonly ((copyCase: Kept, ctx: PlanContext) => Compared)[] = [
  rollbackDifference,
  compareTags,
  compareName,
  compareDescription,
  compareDeprecation,
  compareFamily,
  compareShares,
];

/** All differences in their order, and the questions or the problem that keep them incomplete. */
export function compare(
  copyCase: Kept,
  ctx: PlanContext,
): { readonly found: readonly Difference[]; readonly unknown: Pick<Step, "questions" | "problem"> } {
  const compared = COMPARISONS.map((comparison) => comparison(copyCase, ctx)).filter((one) => one !== undefined);
  const found = compared.filter((one) => "what" in one);
  return { found, unknown: Object.assign({}, ...compared.filter((one) => !("what" in one))) as Step };
}

/** The desired tags and lineage tags that the image lacks or has with another value. */
function compareTags({ key, image, desired }: Kept): Compared {
  const lineage = lineageOf(image);
  const parent = lineage?.parent ?? { region: desired.root.region, imageId: desired.root.imageId };
  const expected = { ...desired.settings.tags, ...lineageTags(key, parent, desired.policy.name, image.imageId) };
  const tags = Object.fromEntries(Object.entries(expected).filter(([name, value]) => image.tags[name] !== value));
  const keys = Object.keys(tags);
  if (keys.length === 0) return undefined;
  return { what: difference("tags", { keys }).text, call: (copy) => ({ do: "tag", copy, image, tags }) };
}

/** A copy keeps the name it was given when it was finished, except for a temporary one. */
function compareName(copyCase: Kept, ctx: PlanContext): Compared {
  const { desired } = copyCase;
  if (!isUnnamed(copyCase)) return undefined;
  const holder = ctx.holderOf(desired);
  const aside = holder && putAside(holder, desired, ctx);
  const call = aside ? () => aside : modify(copyCase, { name: desired.settings.name });
  return { what: difference("name").text, call, always: true };
}

function compareDescription(copyCase: Kept): Compared {
  const { description } = copyCase.desired.settings;
  if (copyCase.image.description === description) return undefined;
  return { what: difference("description").text, call: modify(copyCase, { description }) };
}

/** The source is not deprecated any more. */
function compareDeprecation(copyCase: Kept): Compared {
  const { record, image } = copyCase;
  if (!image.deprecated || !record.deprecatedByUs || isRolledBack(copyCase)) return undefined;
  return { what: difference("deprecation").text, call: modify(copyCase, { deprecated: false }), always: true };
}

function compareFamily(copyCase: Kept, ctx: PlanContext): Compared {
  const { key, record, image, desired } = copyCase;
  if (!rollbackDifference(copyCase) && ctx.isWronglyLeading(image)) return emptyFamily(copyCase);
  const { family } = desired.publication;
  if (family === undefined || image.family === family || !ctx.leads(key)) return undefined;
  if (isRolledBack(copyCase) || isUnnamed(copyCase) || ctx.publicationHoldOf(desired)) return undefined;
  const what = difference("family", { family }).text;
  // Joining the family completes a rollback that has begun; the image did not drift.
  const always = isTried(record, ROLLBACK) || isTried(record, what) ? { always: true as const } : {};
  return { what, call: modify(copyCase, { family }), ...always };
}

function compareShares(copyCase: Kept, ctx: PlanContext): Compared {
  const { image, desired, shareWith } = copyCase;
  if (shareWith.length === 0 || desired.intermediate || isUnnamed(copyCase)) return undefined;
  const shares = missingShares(image, shareWith, ctx.answers);
  if (!("missing" in shares)) return shares;
  const { missing: accounts } = shares;
  if (accounts.length === 0) return undefined;
  return { what: difference("shares", { accounts }).text, call: (copy) => ({ do: "share", copy, image, accounts }) };
}

/** An intermediate or put-aside copy is published only after it has its own name again. */
function isUnnamed({ key, image, desired }: Kept): boolean {
  return !desired.intermediate && (isIntermediate(image, key) || isAside(image, key));
}

function isRolledBack(copyCase: Kept): boolean {
  return rollbackDifference(copyCase) !== undefined || copyCase.image.tags[ROLLED_BACK_TAG] !== undefined;
}
