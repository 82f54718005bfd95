// Judges the end of a simulation: every copy is finished, and no work is left.
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { copyId, ROLLED_BACK_TAG, TAG_PREFIX, tokenIn } from "../../lib/model/identity.ts";
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
import { createdAtOf, matches } from "../oracle/selection.ts";
import type { SimulationContext } from "./context.ts";
import { doublesOf } from "./invariants.ts";
import { FRIEND, OURS, PARTNER } from "./setting.ts";

/** Reasons that excuse a copy which is not ready after the faults. */
const EXCUSES = new Set([
  "name-taken",
  "name-conflict",
  "stuck",
  "source-failed",
  "quota",
  "ImageQuotaLimitExceeded",
  "InvalidImageName.Duplicate",
  "copy-failed",
  "cross-border",
  "contradiction",
  "UnsupportedOperation.SharedImageModifyUnsupported",
  "too-large",
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
    const image = copy.state === "ready" ? sim.imageOf(copy) : undefined;
    const desired = byText.get(textOf(copy));
    return image && desired ? [{ copy, image, expected: desired }] : [];
  });
  return (
    workLeft(sim, last) ??
    last.copies.map((copy) => whyUnfinished(sim, copy)).find(Boolean) ??
    ready.map((one) => whyUnlike(sim, one)).find(Boolean) ??
    whyMispointed(sim, ready) ??
    whyMissing(sim, last, expected) ??
    whyLeft(sim, last, expected)
  );
}

/**
 * If copies stay invisible longer than `SETTLE`, second copies may exist; all but one must be
 * reported.
 */
function unreported(sim: SimulationContext, last: Report): string | undefined {
  for (const [key, ids] of doublesOf(sim)) {
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
 * One more sweep does nothing, except that a copy blocked for an excused reason is retried from
 * time to time.
 */
function workLeft(sim: SimulationContext, last: Report): string | undefined {
  const excused = new Set(last.copies.filter((copy) => isExcused(sim, copy)).map((copy) => copyId(copy.key)));
  const isRetry = (action: Action) =>
    action.do === "send"
      ? isAlwaysBusy(sim, action.source.imageId) ||
        action.claimRequests.every((claimRequest) => excused.has(copyId(claimRequest.copy.key)))
      : excused.has(copyId(action.copy.key));
  const left = last.plan.actions.filter((action) => !isRetry(action));
  if (left.length === 0) return undefined;
  return `one more sweep has something to do: ${JSON.stringify(left.map((a) => (a.do === "record" ? [a.event, a.text] : a.do)))}`;
}

/** A stuck copy keeps its source busy, if copies make their source busy. */
function isAlwaysBusy(sim: SimulationContext, imageId: string): boolean {
  return sim
    .images()
    .some(({ copiedFrom, work }) => copiedFrom?.imageId === imageId && work?.sticksAtPercent !== undefined);
}

/** Blocked or failed for a reason that remains after the faults. */
export function isExcused(sim: SimulationContext, copy: Copy): boolean {
  if (copy.state !== "blocked" && copy.state !== "failed") return false;
  const isReported = sim.policies.some(({ name, onDrift }) => name === copy.policy && onDrift === "report");
  return EXCUSES.has(copy.reason.code) || (copy.reason.code === "gone" && isReported);
}

/** A copy must be ready in the cloud, too, or have an excuse. No claim may be left open. */
function whyUnfinished(sim: SimulationContext, copy: Copy): string | undefined {
  const where = `${copy.rootName} ${copy.key.rootId} → ${copy.key.region}`;
  switch (copy.state) {
    case "ready": {
      const image = sim.imageOf(copy);
      if (!image || progressOf(image, sim.world.workNow()).state !== "NORMAL")
        return `${where} counts as ready, but ${copy.imageId} is not`;
      if (tokenIn(image.name)) return `${where} counts as ready, but ${copy.imageId} is still named ${image.name}`;
      return undefined;
    }
    case "retired":
      return undefined;
    case "blocked":
    case "failed":
      return isExcused(sim, copy) ? undefined : `${where} is ${copy.state}: ${copy.reason.text}`;
    case "waiting":
      // The first step of a chain has its own excuse. A stuck copy keeps its source busy.
      if (copy.reason.code === "parent-not-ready" || /SYNCING|busy/.test(copy.reason.text)) return undefined;
      return `${where} is still waiting: ${JSON.stringify(copy.reason)}`;
    case "copying":
    case "finishing":
    case "retrying":
      return `${where} is still ${copy.state}: ${JSON.stringify(copy)}`;
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
  const tags = tagsOf(image);
  if (tags.get(`${TAG_PREFIX}self`) !== image.imageId) return `${where} has no lineage`;
  const set = Object.assign({}, ...policies.map(({ copy }) => copy.tags.set)) as Record<string, string>;
  const expectedTags = [...[...tagsOf(root)].filter(([key]) => !key.startsWith(TAG_PREFIX)), ...Object.entries(set)];
  const lacking = expectedTags.find(([key, value]) => tags.get(key) !== value);
  if (lacking) return `${where} lacks the tag ${lacking.join("=")}`;
  const isPublished = expected.region !== root.region || root.owner === OURS;
  const shareWith = isPublished ? policies.flatMap(({ copy }) => copy.shareWith) : [];
  const unshared = shareWith.find((account) => !image.shares.has(account));
  if (unshared) return `${where} is not shared with ${unshared}`;
  if (isLocked(sim, image)) return undefined;
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

/** Shared with an account that no policy names, so that the cloud refuses to modify it. */
function isLocked(sim: SimulationContext, { shares }: StoredImage): boolean {
  return sim.world.switches.modifyWhileShared === "refused" && [...shares.keys()].some((uin) => uin !== FRIEND);
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
  const [x, y] = [a.expected.root, b.expected.root];
  return createdAtOf(x) === createdAtOf(y) ? x.imageId > y.imageId : createdAtOf(x) > createdAtOf(y);
}

/** Every copy that the policies and the cloud allow to be deleted is deleted. */
function whyLeft(sim: SimulationContext, last: Report, expected: readonly FinalCopy[]): string | undefined {
  const desired = new Set(expected.map((one) => textOfFinal(one)));
  const retired = new Map(
    last.copies.flatMap((copy) =>
      copy.state === "retired" && copy.imageId !== undefined ? [[copy.imageId, copy.policy] as const] : [],
    ),
  );
  const left = sim.ourCopies().find((image) => {
    const { rootId = "" } = sim.originOf(image.imageId) ?? {};
    const policy = retired.get(image.imageId);
    if (policy === undefined || desired.has(copyText(rootId, image.region, image.encrypted))) return false;
    const isStep = image.name.includes("--plain-") && !image.encrypted;
    if (!image.encrypted && desired.has(copyText(rootId, image.region, true)) && !sim.encryptedOf(rootId, image.region))
      return false;
    const encrypted = sim.encryptedOf(rootId, image.region);
    const permitted = isStep && encrypted && !sim.isUnrecognisable(encrypted) ? true : isPermitted(sim, policy, rootId);
    return permitted && isDeletable(sim, image);
  });
  return left && `${left.imageId} ("${left.name}") in ${left.region} could be deleted, and still exists`;
}

/** `policy`: the policy that desired the copy last. */
function isPermitted(sim: SimulationContext, policy: string, rootId: string): boolean {
  const root = sim.rootOf(rootId);
  const maker = sim.policies.find(({ name }) => name === policy);
  // Copies of a shared image stay when the image is deleted. Without the root, its other policies
  // are unknown.
  if (!root || root.owner === PARTNER || !maker?.enabled || sim.mayCountAsSource(root.region)) return false;
  return sim.policies.every(
    (other) => other.prune.delete || (other !== maker && !matches(other, root, sim.world.now())),
  );
}

function isDeletable(sim: SimulationContext, image: StoredImage): boolean {
  const isUsed = sim.world.users.some(
    ({ region, imageIds }) => region === image.region && imageIds.includes(image.imageId),
  );
  const isPointedTo = image.family !== "" && sim.familyImage(image.region, image.family) === image.imageId;
  const isMarked = tagsOf(image).get(`${TAG_PREFIX}self`) === image.imageId && !tokenIn(image.name);
  const isNormal = progressOf(image, sim.world.workNow()).state === "NORMAL";
  const isShared = [...image.shares.keys()].some((uin) => uin !== FRIEND);
  return (
    isMarked &&
    isNormal &&
    !isAlwaysBusy(sim, image.imageId) &&
    !isUsed &&
    !isPointedTo &&
    !isShared &&
    !sim.isUnrecognisable(image)
  );
}

/** Every desired copy must be recorded, and must not be retired. */
function whyMissing(sim: SimulationContext, last: Report, expected: readonly FinalCopy[]): string | undefined {
  const open = last.copies.filter(({ state }) => state !== "retired");
  const recorded = new Set(open.map(textOf));
  const missing = expected
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
