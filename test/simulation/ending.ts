// Judges the end of a simulation: every copy is finished, and no work is left.
import { shownState } from "../../emulator/actions/shared/image-view.ts";
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { copyId, isActive, ROLLED_BACK_TAG, TAG_PREFIX, tokenIn } from "../../lib/model/identity.ts";
import type { Copy } from "../../lib/model/types.ts";
import type { Action } from "../../lib/plan/types.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import {
  copyText,
  type FinalCopy,
  finalCopies,
  finalFamilyOf,
  isContradictory,
  textOfFinal,
} from "../oracle/desired-copies.ts";
import { byVersion, matches } from "../oracle/selection.ts";
import { ACCOUNT } from "../support/builders.ts";
import type { SimulationContext } from "./context.ts";
import { doublesOf } from "./invariants.ts";
import { isAlwaysBusy, whyLeft } from "./left-copies.ts";
import { whyRecalledLeads } from "./recalls.ts";
import { FRIEND, NOBODY, OURS } from "./setting.ts";
import { whyStillShared } from "./taking-back.ts";

/** Reasons that excuse a copy which is not ready after the faults. */
const EXCUSES = new Set([
  "name-taken",
  "name-conflict",
  "stuck",
  "source-failed",
  "source-stuck",
  "unidentified-stuck",
  "quota",
  "ImageQuotaLimitExceeded",
  "InvalidImageName.Duplicate",
  "copy-failed",
  "cross-border",
  "contradiction",
  "UnsupportedOperation.SharedImageModifyUnsupported",
  "too-large",
  "unidentified",
]);

interface Ready {
  readonly copy: Copy;
  readonly image: StoredImage;
  readonly expected: FinalCopy;
}

/**
 * How a simulation must end after the faults: every copy that can be ready is, and the last sweep
 * found no work.
 */
export function findUnfinished(sim: SimulationContext, last: Report): string | undefined {
  if (sim.visibleTooLate) return unreported(sim, last);
  const expected = finalCopies(sim.world, sim.policies);
  const byText = new Map(expected.map((one) => [textOfFinal(one), one]));
  const ready = last.copies.flatMap((copy): Ready[] => {
    const image = copy.phase === "ready" ? sim.imageOf(copy) : undefined;
    const desired = byText.get(textOf(copy));
    return image && desired ? [{ copy, image, expected: desired }] : [];
  });
  return (
    workLeft(sim, last) ??
    last.copies.map((copy) => whyUnfinished(sim, copy)).find(Boolean) ??
    ready.map((one) => whyUnlike(sim, one)).find(Boolean) ??
    whyMispointed(sim, ready) ??
    whyRecalledLeads(sim, last, (image) => isLocked(sim, image)) ??
    whyMissing(sim, last.copies) ??
    whyStillShared(sim, expected) ??
    whyLeft(sim, last, expected)
  );
}

/**
 * If copies stay invisible longer than `SETTLE`, second copies may exist; all but one must be
 * reported.
 */
function unreported(sim: SimulationContext, last: Report): string | undefined {
  const read = new Set([
    ...sim.policies.flatMap(({ enabled, from, to }) => (enabled ? [...from, ...to] : [])),
    // No program reads a region for a copy that ended before it was requested.
    ...last.copies.flatMap(({ key, phase, claimCount }) => (phase === "ended" && claimCount === 0 ? [] : [key.region])),
  ]);
  for (const [key, ids] of doublesOf(sim)) {
    // After a loss of the state, no program reads a region that no policy names any more.
    if (!sim.ourCopies().some(({ imageId, region }) => ids.includes(imageId) && read.has(region))) continue;
    const reported = ids.filter((id) =>
      last.plan.problems.some(({ code, text }) => code === "duplicate" && text.includes(id)),
    );
    if (reported.length < ids.length - 1)
      return `of the copies ${ids.join(", ")} of ${key} only ${reported.length} are reported`;
    sim.count("double-reported");
  }
  return undefined;
}

/**
 * One more sweep does nothing, except that what cannot be done is retried from time to time: a copy
 * blocked for an excused reason, and a repair that the cloud ignores.
 */
function workLeft(sim: SimulationContext, last: Report): string | undefined {
  const excused = new Set(last.copies.filter((copy) => isExcused(sim, copy)).map((copy) => copyId(copy.key)));
  const isRetry = (action: Action) =>
    action.do === "send"
      ? isAlwaysBusy(sim, action.source.imageId) ||
        action.claimRequests.every((claimRequest) => excused.has(copyId(claimRequest.copy.key)))
      : excused.has(copyId(action.copy.key)) || isIgnored(sim, action.copy) || isRefused(action.copy);
  const left = last.plan.actions.filter((action) => !isRetry(action));
  if (left.length === 0) return undefined;
  return `one more sweep has something to do: ${JSON.stringify(left.map((a) => (a.do === "record" ? [a.event, a.text] : a.do)))}`;
}

/** Whether a repair was tried before and is without effect, because the cloud lets no image leave its family. */
function isIgnored({ world }: SimulationContext, copy: Copy): boolean {
  if (world.switches.emptyFamily !== "ignored" || !("repair" in copy) || !copy.repair) return false;
  return copy.repair.tries > 1 && copy.repair.differences.every((one) => one.startsWith("family"));
}

/** Whether an account was refused that does not exist, which is tried again once a day. */
function isRefused(copy: Copy): boolean {
  return "refusals" in copy && copy.refusals?.some(({ item }) => item === NOBODY) === true;
}

/** Blocked or failed for a reason that remains after the faults. */
export function isExcused(sim: SimulationContext, copy: Copy): boolean {
  if (copy.phase !== "blocked" && copy.phase !== "stuck" && copy.phase !== "failed") return false;
  const isReported = sim.policies.some(({ name, onDrift }) => name === copy.policy && onDrift === "report");
  if (copy.reason.code === "name-taken" && !isNameKept(sim, copy, copy.reason.text)) return false;
  if (copy.reason.code === "unidentified" && hasRecognisable(sim, copy)) return false;
  // A stuck copy keeps the image busy from which this one is made, or which has its name.
  if (/SYNCING|busy/.test(copy.reason.text) && isAlwaysBusy(sim, /img-\w+/.exec(copy.reason.text)?.[0] ?? ""))
    return true;
  // Only as long as the source is not shared with the account.
  if (copy.reason.code === "source-revoked") return !sim.rootOf(copy.key.rootId)?.shares.has(OURS);
  return EXCUSES.has(copy.reason.code) || (copy.reason.code === "gone" && isReported);
}

/** Whether the region has an image that shows that it is this copy. */
function hasRecognisable(sim: SimulationContext, { key }: Copy): boolean {
  const text = copyText(key.rootId, key.region, key.variant !== "plain");
  return sim
    .ourCopies()
    .some(
      (image) =>
        copyText(sim.originOf(image.imageId)?.rootId ?? "", image.region, image.encrypted) === text &&
        !sim.isUnrecognisable(image),
    );
}

/**
 * Whether the image that a reason names keeps the name of a copy: not if it is a copy of ours that
 * no policy desires, not even after a rollback, and that is shared with nobody.
 */
function isNameKept(sim: SimulationContext, { key }: Copy, text: string): boolean {
  const [imageId = ""] = /img-\w+/.exec(text) ?? [];
  const holder = sim.ourCopies().find((image) => image.imageId === imageId);
  if (!holder || holder.shares.size > 0 || sim.isUnrecognisable(holder)) return true;
  const { rootId = "" } = sim.originOf(imageId) ?? {};
  const [root, own] = [sim.rootOf(rootId), sim.rootOf(key.rootId)];
  const isNewer = root !== undefined && own !== undefined && byVersion(root, own) > 0;
  const isDesired = finalCopies(sim.world, sim.policies).some(
    ({ root, region }) => root.imageId === rootId && region === key.region,
  );
  return isDesired || isNewer || isAlwaysBusy(sim, imageId) || mayBeRetained(sim, key.region);
}

/** Whether a version was rolled back in the region, so that an older one may be desired in its place. */
function mayBeRetained(sim: SimulationContext, region: string): boolean {
  return sim.images().some((image) => image.region === region && tagsOf(image).has(ROLLED_BACK_TAG));
}

/** A copy must be ready in the cloud, too, or have an excuse. No claim may be left open. */
export function whyUnfinished(sim: SimulationContext, copy: Copy): string | undefined {
  const where = `${copy.rootName} ${copy.key.rootId} → ${copy.key.region}`;
  switch (copy.phase) {
    case "ready": {
      const image = sim.imageOf(copy);
      if (!image || progressOf(image, sim.world.workNow()).state !== "NORMAL")
        return `${where} counts as ready, but ${copy.imageId} is not`;
      if (tokenIn(image.name)) return `${where} counts as ready, but ${copy.imageId} is still named ${image.name}`;
      return undefined;
    }
    case "retired":
    case "ended":
      return undefined;
    case "blocked":
    case "stuck":
    case "failed":
      return isExcused(sim, copy) ? undefined : `${where} is ${copy.phase}: ${copy.reason.text}`;
    case "waiting":
      // The first step of a chain has its own excuse. A stuck copy keeps its source busy.
      if (copy.reason.code === "parent-not-ready" || /SYNCING|busy/.test(copy.reason.text)) return undefined;
      // What was waited for, ours or not, is SYNCING for ever.
      if (isAlwaysBusy(sim, /img-\w+/.exec(copy.reason.text)?.[0] ?? "")) return undefined;
      return `${where} is still waiting: ${JSON.stringify(copy.reason)}`;
    case "requested":
    case "copying":
    case "finishing":
    case "retrying":
      return `${where} is still ${copy.phase}: ${JSON.stringify(copy)}`;
  }
}

/**
 * A finished copy must have the attributes of its policies and root. If a policy only reports,
 * manual changes stay.
 */
function whyUnlike(sim: SimulationContext, { image, expected }: Ready): string | undefined {
  const { root, policies } = expected;
  const where = `${root.imageId} → ${image.region} counts as ready, but ${image.imageId}`;
  if (isReported(sim, expected) || isContradictory(expected)) return undefined;
  // A copy that will never get further keeps its source SYNCING, and what is SYNCING is not repaired: the stuck copy is
  // reported.
  if (shownState(sim.world, ACCOUNT, image) !== "NORMAL") return undefined;
  const tags = tagsOf(image);
  if (tags.get(`${TAG_PREFIX}self`) !== image.imageId) return `${where} has no lineage`;
  const set = Object.assign({}, ...policies.map(({ copy }) => copy.tags.set)) as Record<string, string>;
  const expectedTags = [...[...tagsOf(root)].filter(([key]) => !key.startsWith(TAG_PREFIX)), ...Object.entries(set)];
  const lacking = expectedTags.find(([key, value]) => tags.get(key) !== value);
  if (lacking) return `${where} lacks the tag ${lacking.join("=")}`;
  // A plain copy whose final name another image keeps is not given to anybody under its first name.
  const isNamed = !image.name.includes("--plain-");
  const isPublished = isNamed && (expected.region !== root.region || root.owner === OURS);
  const shareWith = isPublished ? policies.flatMap(({ copy }) => copy.shareWith) : [];
  const unshared = shareWith.find((account) => account !== NOBODY && !image.shares.has(account));
  if (unshared) return `${where} is not shared with ${unshared}`;
  if (isLocked(sim, image) || isAlwaysBusy(sim, image.imageId)) return undefined;
  const description = policies.map(({ copy }) => copy.description ?? root.description)[0];
  if (image.description !== description) return `${where} is described as "${image.description}"`;
  return undefined;
}

/**
 * Drift may only be reported, also by a policy that desires the copy only since a newer version was
 * rolled back.
 */
function isReported(sim: SimulationContext, { root, region }: FinalCopy): boolean {
  return sim.policies.some(
    (one) => one.onDrift === "report" && matches(one, root, sim.world.now()) && one.to.includes(region),
  );
}

/** Shared with an account that counts as added by a person, so that the cloud refuses to modify it. */
function isLocked(sim: SimulationContext, { imageId, shares }: StoredImage): boolean {
  const isOurs = (account: string) => account === FRIEND && !sim.takingBack.isForgotten(sim, imageId);
  return sim.world.switches.modifyWhileShared === "refused" && [...shares.keys()].some((one) => !isOurs(one));
}

/**
 * In each region a family points to the copy of the newest version, unless a manual change prevents
 * it.
 */
function whyMispointed(sim: SimulationContext, ready: readonly Ready[]): string | undefined {
  const currentCopies = new Map<string, Ready>();
  for (const one of ready) {
    const family = finalFamilyOf(one.expected);
    if (family === "" || tagsOf(one.image).has(ROLLED_BACK_TAG)) continue;
    const place = `${one.image.region}/${family}`;
    const other = currentCopies.get(place);
    if (!other || isNewer(one, other)) currentCopies.set(place, one);
  }
  const ours = new Map(ready.map((one) => [one.image.imageId, one]));
  for (const [place, { image, expected }] of currentCopies) {
    const family = finalFamilyOf(expected);
    // An unrecognisable copy may count as a newer version.
    if (sim.policies.some(({ from }) => from.some((region) => sim.mayCountAsSource(region)))) continue;
    if (isReported(sim, expected) || image.deprecated || isLocked(sim, image) || isContradictory(expected)) continue;
    if (image.family !== family)
      return `${image.imageId} must be the current image of ${place} and has the family "${image.family}"`;
    const current = sim.familyImage(image.region, family);
    const wrongCopy = current === image.imageId ? undefined : ours.get(current ?? "");
    const maySet = sim.world.switches.emptyFamily === "clears";
    if (wrongCopy && maySet && !isLocked(sim, wrongCopy.image) && !isContradictory(wrongCopy.expected))
      return `${place} points to ${current} and not to ${image.imageId}, the copy of the newest version`;
  }
  return undefined;
}

function isNewer(a: Ready, b: Ready): boolean {
  return byVersion(a.expected.root, b.expected.root) > 0;
}

/** Every desired copy must be recorded, and must not be retired. `except`: a region that is not read. */
export function whyMissing(sim: SimulationContext, copies: readonly Copy[], except?: string): string | undefined {
  const recorded = new Set(copies.filter(isActive).map(textOf));
  const missing = finalCopies(sim.world, sim.policies)
    .filter(({ root, region }) => root.region !== except && region !== except)
    .filter(
      ({ root }) => progressOf(root, sim.world.workNow()).state === "NORMAL" && !sim.mayCountAsSource(root.region),
    )
    .map((one) => textOfFinal(one))
    .find((text) => !recorded.has(text));
  return missing && `${missing} is not recorded`;
}

function textOf({ key }: Copy): string {
  return copyText(key.rootId, key.region, key.variant !== "plain");
}
