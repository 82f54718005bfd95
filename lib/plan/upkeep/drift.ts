import { isAside, isIntermediate, isProven, lineageOf, lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { ImageAttributes } from "../../model/ports.ts";
import type { Copy, Image, Ready, Retired } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { NOTHING, note } from "../transitions.ts";
import type { Act, Circumstances, Step } from "../types.ts";
import { putAside } from "./put-aside.ts";
import { asKnown, isAboutToBeMarked, knownText, ROLLBACK } from "./refresh-record.ts";
import { AND, type Difference, drifted, ended, isTried, mend } from "./repair.ts";
import { missingShares } from "./shares.ts";

/** A copy has a family that points to it, and not to the copy of a newer version. */
const USURPS = "family, which is a newer version's";

/**
 * Compares a finished copy with what the policy and its source say today: tags, description, family, deprecation, shares. What
 * differs is set right or reported. Its name is what it was named once; a tag or a share that somebody added stays.
 */
export function maintain(remembered: Ready, image: Image, want: Want, c: Circumstances): Step {
  const copy = asKnown(remembered, image, want);
  // What shall become of it does not show; or it was a step for another, and who wants it for himself may not have it.
  const isStep = isIntermediate(image, copy.key) && !want.intermediate;
  if (want.block && (want.block.code === "contradiction" || isStep)) return settle(remembered, image, c);
  if (copy.adopted || image.state !== "NORMAL" || !(c.sweep || copy.mending)) return NOTHING;
  // Who stands in whose way is found out by a look at everything alone: a look at less must not take it for set right.
  if (!c.sweep && isTried(copy, USURPS)) return NOTHING;
  if (copy.deprecatedByUs && !image.deprecated) {
    const { deprecatedByUs: _, ...rest } = copy;
    return note({ ...rest, updatedAt: c.now }, "undeprecated", `${image.imageId} is not deprecated any more`);
  }
  const { shareWith } = want.release;
  const owed = rolledBack(copy, image, shareWith) ? undefined : giveBack(copy, image, shareWith, c);
  if (owed) return owed;
  const { found, first } = differences(copy, image, want, c);
  const repaired = want.policy.onDrift === "repair" ? found : found.filter(({ always }) => always);
  // What is not known yet is asked for all the same: what cannot be set right shall not hold up the rest.
  if (repaired.length > 0) return { ...mend(copy, image, repaired, c), ...(first?.asks && { asks: first.asks }) };
  // Nothing more is set right by itself: what was is over, also where something else differs or cannot be known.
  const known = copy === remembered ? NOTHING : note({ ...copy, updatedAt: c.now }, "known", knownText(copy, image));
  const over = first?.asks ? NOTHING : copy.mending ? ended(copy, image, found, c) : known;
  const reported = found.map(({ what }) => what).join(AND);
  const remedy = "set it right by hand, or set onDrift: repair in the policy";
  return { ...over, ...first, ...(reported && { problem: drifted(copy, image, reported, remedy) }) };
}

/**
 * Whoever wants a finished copy, if anybody does: a rollback that a person has asked for is carried out, and what was taken away for a
 * moment is given back.
 */
export function settle(copy: Ready | Retired, image: Image, c: Circumstances): Step {
  if (!isProven(image, copy.key) || copy.adopted || image.state !== "NORMAL" || !(c.sweep || copy.mending))
    return NOTHING;
  const shareWith = c.policies.filter((policy) => isOf(copy, policy)).flatMap((policy) => policy.copy.shareWith);
  const back = rolledBack(copy, image, shareWith);
  if (back) return mend(copy, image, [back], c);
  const owed = giveBack(copy, image, shareWith, c);
  if (owed) return owed;
  // What was being set right has nobody who says what is right.
  if (!c.sweep || copy.state !== "ready" || !copy.mending) return NOTHING;
  const { mending, ...rest } = copy;
  return note({ ...rest, updatedAt: c.now }, "mended", `${image.imageId}: ${mending.what} is left as it is`);
}

/**
 * A copy that nobody wants any more still follows its source in one thing: whether it is deprecated. And it leaves its family
 * where that points to it instead of to a newer version.
 */
export function follow(copy: Retired, image: Image, observation: Observation, c: Circumstances): Step {
  const settled = settle(copy, image, c);
  if (settled !== NOTHING) return settled;
  const { key } = copy;
  const root = seen(observation, { region: key.rootRegion, imageId: key.rootId });
  const recalled = typeof root !== "string" && root.deprecated;
  const policy = c.policies.find(({ name }) => name === copy.policy) ?? c.policies.find((one) => isOf(copy, one));
  if (!isProven(image, key) || copy.adopted || !policy?.enabled || image.state !== "NORMAL") return NOTHING;
  if (!c.sweep && isTried(copy, USURPS)) return NOTHING;
  const { shareWith } = policy.copy;
  const found =
    (recalled && !image.deprecated ? deprecate(image, shareWith) : undefined) ??
    (c.usurps(image) ? giveWay(image, shareWith) : undefined);
  const marked = recalled && !copy.deprecatedByUs ? { ...copy, deprecatedByUs: true as const } : copy;
  // The state may have been lost since it was deprecated: it follows its source when that is not deprecated any more.
  if (!found && marked !== copy)
    return note({ ...marked, updatedAt: c.now }, "known", `${image.imageId} is deprecated, as its source is`);
  if (!found) return ended(copy, image, [], c);
  return mend(marked, image, [found], c);
}

/** Whether a policy had a copy made, or may have: it may have had another name. */
function isOf({ policy, key }: Copy, { name, enabled, from, to }: Policy): boolean {
  if (name === policy) return true;
  return enabled && from.includes(key.rootRegion) && (to.includes(key.region) || key.region === key.rootRegion);
}

/** Everything in which a copy differs, in the order in which it is set right; and what has to be known before that is all. */
function differences(
  copy: Ready,
  image: Image,
  want: Want,
  c: Circumstances,
): { found: readonly Difference[]; first?: Step } {
  const { family, shareWith } = want.release;
  const modify = (what: string, attributes: ImageAttributes, always?: true): Difference => ({
    what,
    act: (of) => ({ do: "modify", copy: of, image, attributes, mayWithdraw: shareWith }),
    ...(always && { always }),
  });
  const back = rolledBack(copy, image, shareWith);
  const found: Difference[] = back ? [back] : [];
  const tags = tagsToSet(copy, image, want);
  if (Object.keys(tags).length > 0) {
    const what = `tags ${Object.keys(tags).join(", ")}`;
    found.push({ what, act: (of) => ({ do: "tag", copy: of, image, tags }) });
  }
  const { name, description } = want.settings;
  // It was there for others, or put aside for one: it is published once it has its own name again.
  const isUnnamed = !want.intermediate && (isIntermediate(image, copy.key) || isAside(image, copy.key));
  if (isUnnamed) {
    const holder = c.holderOf(want);
    const aside = holder && putAside(holder, want, c);
    found.push(aside ? { what: "name", act: () => aside, always: true } : modify("name", { name }, true));
  }
  if (image.description !== description) found.push(modify("description", { description }));
  const isRolledBack = back !== undefined || image.tags[ROLLED_BACK_TAG] !== undefined;
  if (image.deprecated && copy.deprecatedByUs && !isRolledBack)
    found.push(modify("deprecation", { deprecated: false }, true));
  if (!back && c.usurps(image)) found.push(giveWay(image, shareWith));
  else if (
    family !== undefined &&
    image.family !== family &&
    c.leads(copy.key) &&
    !isRolledBack &&
    !isUnnamed &&
    !c.awaits(want)
  )
    found.push(modify(`family ${family}`, { family }, isBegun(copy, family)));
  if (shareWith.length === 0 || want.intermediate || isUnnamed) return { found };
  const shares = missingShares(image, shareWith, c.answers);
  if (!("missing" in shares)) return { found, first: shares };
  const { missing } = shares;
  const share = (of: Copy): Act => ({ do: "share", copy: of, image, accounts: missing });
  if (missing.length > 0) found.push({ what: `shares ${missing.join(", ")}`, act: share });
  return { found };
}

/** A rollback has begun to give it the family. */
function isBegun(copy: Ready, family: string): true | undefined {
  return isTried(copy, ROLLBACK) || isTried(copy, `family ${family}`) || undefined;
}

/** Its shares, which a call of ours took away for a moment and did not get to give back; but for those that are not wanted any more. */
function giveBack(
  copy: Ready | Retired,
  image: Image,
  shareWith: readonly string[],
  c: Circumstances,
): Step | undefined {
  const { unshared, ...rest } = copy;
  if (!unshared) return undefined;
  const wanted = unshared.filter((account) => shareWith.includes(account));
  const shares = wanted.length === 0 ? { missing: [] } : missingShares(image, wanted, c.answers);
  if (!("missing" in shares)) return shares;
  const accounts = shares.missing;
  const whom = wanted.length > 0 ? `shared with ${wanted.join(", ")} again` : "to be shared with nobody any more";
  if (accounts.length === 0) return note({ ...rest, updatedAt: c.now }, "shared", `${image.imageId} is ${whom}`);
  const what = `shares ${accounts.join(", ")}, taken away to modify it`;
  return mend(copy, image, [{ what, act: (of) => ({ do: "share", copy: of, image, accounts }) }], c);
}

/** An image that was rolled back leaves its family: by being deprecated, and by having none. The mark comes first. */
function rolledBack(of: Ready | Retired, image: Image, mayWithdraw: readonly string[]): Difference | undefined {
  if (image.tags[ROLLED_BACK_TAG] === undefined) {
    if (!isAboutToBeMarked(of)) return undefined;
    const tags = { [ROLLED_BACK_TAG]: of.rolledBack ?? "" };
    return { what: ROLLBACK, act: (copy) => ({ do: "tag", copy, image, tags }), always: true };
  }
  // Where an empty family changes nothing it stays deprecated, which is enough.
  if (image.deprecated) return undefined;
  const attributes = { family: "", deprecated: true };
  const act = (copy: Copy): Act => ({ do: "modify", copy, image, attributes, mayWithdraw });
  return { what: "deprecation, rolled back", act, always: true };
}

function deprecate(image: Image, mayWithdraw: readonly string[]): Difference {
  const attributes = { deprecated: true };
  return { what: "deprecation", act: (copy) => ({ do: "modify", copy, image, attributes, mayWithdraw }), always: true };
}

function giveWay(image: Image, mayWithdraw: readonly string[]): Difference {
  const attributes = { family: "" };
  return { what: USURPS, act: (copy) => ({ do: "modify", copy, image, attributes, mayWithdraw }), always: true };
}

/** Tags of the policy and the source, and the lineage where it is not whole. */
function tagsToSet(copy: Ready, image: Image, want: Want): Record<string, string> {
  const lineage = lineageOf(image);
  const parent = lineage?.parent ?? { region: want.root.region, imageId: want.root.imageId };
  const wanted = { ...want.settings.tags, ...lineageTags(copy.key, parent, want.policy.name, image.imageId) };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => image.tags[key] !== value));
}
