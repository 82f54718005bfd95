// Compares a finished copy with its policy and its source, one attribute after the other.
import {
  hasSteppedAside,
  isIntermediate,
  lineageOf,
  lineageTags,
  ownInstallationOf,
  ROLLED_BACK_TAG,
} from "../../model/identity.ts";
import { difference } from "../../model/messages/upkeep.ts";
import type { Image, Ready, Refusal } from "../../model/types.ts";
import { placeOf } from "../family/recall/in-families.ts";
import type { Kept } from "../lifecycle/stages.ts";
import type { PlanContext, Step } from "../types.ts";
import { type Compared, deprecate, emptyFamily, modify, rollbackDifference } from "./differences.ts";
import { isLeftOut, wasRefused } from "./giving/refusals.ts";
import { missingShares } from "./giving/shares.ts";
import { endShares, leaveFamily, removeTags } from "./giving/take-back.ts";
import { ROLLBACK } from "./refresh-record.ts";
import { stepAside } from "./step-aside.ts";
import { type Difference, isTried } from "./try-repair.ts";

/**
 * In the order in which differences are repaired: a rollback comes before everything that it undoes,
 * shares end before anything else is modified, the own name comes before the family that it
 * publishes, and the shares come last, because a shared image cannot be modified.
 */
export const COMPARISONS: readonly ((copyCase: Kept, ctx: PlanContext) => Compared)[] = [
  rollbackDifference,
  endShares,
  removeTags,
  compareTags,
  compareName,
  compareDescription,
  compareDeprecation,
  leaveFamily,
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
function compareTags({ key, record, image, desired }: Kept, { now, installations }: PlanContext): Compared {
  const lineage = lineageOf(image);
  const parent = lineage?.parent ?? { region: desired.root.region, imageId: desired.root.imageId };
  const making = { parent, policy: desired.policy.name, installation: ownInstallationOf(image, installations) };
  const lineageExpected = lineageTags(key, image.imageId, making);
  if (hasAll(image, desired.settings.tags) && hasAll(image, lineageExpected)) return undefined;
  const expected = { ...desired.settings.tags, ...lineageExpected };
  const isMissing = ([name, value]: [string, string]) =>
    image.tags[name] !== value && !isLeftOut(record, "tag", name, now);
  const tags = Object.fromEntries(Object.entries(expected).filter(isMissing));
  const keys = Object.keys(tags);
  if (keys.length === 0) return undefined;
  const what = difference("tags", { keys }).text;
  return { what, call: (copy) => ({ do: "tag", copy, image, tags }), ...ifRefused(keys, "tag", record) };
}

function hasAll(image: Image, tags: Readonly<Record<string, string>>): boolean {
  for (const name of Object.keys(tags)) if (image.tags[name] !== tags[name]) return false;
  return true;
}

/** A copy keeps the name it was given when it was finished, except for a temporary one. */
function compareName(copyCase: Kept, ctx: PlanContext): Compared {
  const { desired } = copyCase;
  if (!isUnnamed(copyCase)) return undefined;
  const holder = ctx.holderOf(desired);
  const aside = holder && stepAside(holder, desired, ctx);
  if (aside && holder.state !== "NORMAL") return undefined;
  const what = difference("name").text;
  if (aside) return { what, call: () => aside, always: true, takesBack: true };
  return { what, call: modify(copyCase, { name: desired.settings.name }), always: true };
}

function compareDescription(copyCase: Kept): Compared {
  const { description } = copyCase.desired.settings;
  if (copyCase.image.description === description) return undefined;
  return { what: difference("description").text, call: modify(copyCase, { description }) };
}

/** The source is not recalled any more. */
function compareDeprecation(copyCase: Kept): Compared {
  const { record, image } = copyCase;
  if (!image.deprecated || !record.deprecatedByUs || isRolledBack(copyCase)) return undefined;
  return deprecate(copyCase, false);
}

function compareFamily(copyCase: Kept, ctx: PlanContext): Compared {
  const { key, record, image, desired } = copyCase;
  if (!rollbackDifference(copyCase) && ctx.isWronglyLeading(image)) return emptyFamily(copyCase);
  const { family } = desired.publication;
  if (family === undefined || image.family === family || !ctx.leads(key)) return undefined;
  if (isRolledBack(copyCase) || isUnnamed(copyCase) || ctx.publicationHoldOf(desired)) return undefined;
  const what = difference("family", { family }).text;
  // Joining the family completes a rollback or a recall that has begun or ended; the image did not drift.
  const hasCause =
    isTried(record, ROLLBACK) ||
    isTried(record, what) ||
    record.deprecatedByUs ||
    ctx.recall.isUrgent(placeOf(desired));
  return { what, call: modify(copyCase, { family }), ...(hasCause && { always: true as const }) };
}

function compareShares(copyCase: Kept, ctx: PlanContext): Compared {
  const { record, stored, image, desired, shareWith } = copyCase;
  if (desired.intermediate || isUnnamed(copyCase)) return undefined;
  // After a loss of the state it is not known whether others share the image; if they do, they may end it.
  if (shareWith.length === 0 && stored.given && !stored.sharedByOthers?.length) return undefined;
  const shares = missingShares(image, shareWith, ctx.answers);
  if (!("missing" in shares)) return shares;
  const accounts = shares.missing.filter((account) => !isLeftOut(record, "account", account, ctx.now));
  if (accounts.length === 0) return undefined;
  const what = difference("shares", { accounts }).text;
  return {
    what,
    call: (copy) => ({ do: "share", copy, image, accounts }),
    ...ifRefused(accounts, "account", record),
  };
}

/** The image never had what the cloud refused, so trying it again repairs no drift. */
function ifRefused(items: readonly string[], kind: Refusal["kind"], record: Ready): Pick<Difference, "always"> {
  return items.some((item) => wasRefused(record, kind, item)) ? { always: true } : {};
}

/** An intermediate or put-aside copy is published only after it has its own name again. */
function isUnnamed({ key, image, desired }: Kept): boolean {
  return !desired.intermediate && (isIntermediate(image, key) || hasSteppedAside(image, key));
}

function isRolledBack(copyCase: Kept): boolean {
  return rollbackDifference(copyCase) !== undefined || copyCase.image.tags[ROLLED_BACK_TAG] !== undefined;
}
