// Judges which orphaned copies are left at the end of a simulation.
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { ROLLED_BACK_TAG, TAG_PREFIX, tokenIn } from "../../lib/model/identity.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { copyText, type FinalCopy, textOfFinal } from "../oracle/desired-copies.ts";
import { byVersion, isRecalled, matches } from "../oracle/selection.ts";
import type { SimulationContext } from "./context.ts";
import { staysInFamily } from "./recalls.ts";
import { FRIEND, PARTNER } from "./setting.ts";

/** Every copy that the policies and the cloud allow to be deleted is deleted. */
export function whyLeft(sim: SimulationContext, last: Report, expected: readonly FinalCopy[]): string | undefined {
  const desired = new Set(expected.map((one) => textOfFinal(one)));
  const retired = new Map(
    last.copies.flatMap((copy) => (copy.phase === "retired" ? [[copy.imageId, copy] as const] : [])),
  );
  const left = sim.ourCopies().find((image) => {
    const { rootId = "" } = sim.originOf(image.imageId) ?? {};
    const record = retired.get(image.imageId);
    if (!record || desired.has(copyText(rootId, image.region, image.encrypted))) return false;
    // A policy that stopped encrypting desires the plain copy itself.
    const isStep = image.name.includes("--plain-") && !image.encrypted && !record.desiredDirectly;
    const encrypted = sim.encryptedOf(rootId, image.region);
    const isEncryptedDesired = desired.has(copyText(rootId, image.region, true));
    if (!image.encrypted && isEncryptedDesired && !encrypted) return false;
    // Tags that were removed by hand are not restored where the policy only reports drift.
    const isProven = encrypted && tagsOf(encrypted).get(`${TAG_PREFIX}self`) === encrypted.imageId;
    // An older one that nobody desires any more was made from another plain copy.
    const isMadeFromIt = encrypted && (isEncryptedDesired || encrypted.createdAt >= image.createdAt);
    const isSuperseded = isProven && isMadeFromIt && !sim.isUnrecognisable(encrypted);
    const isAwaited = isStep && encrypted && isEncryptedDesired;
    const permitted = isStep && isSuperseded ? true : !isAwaited && isPermitted(sim, record.policy, rootId);
    const isNeeded = !isStep && (!isReplaced(sim, last, image) || staysInFamily(sim, image, last));
    return permitted && isDeletable(sim, image) && !isNeeded;
  });
  return left && `${left.imageId} ("${left.name}") in ${left.region} could be deleted, and still exists`;
}

/** Whether a newer copy of the same policy and family is certainly usable, and no rule keeps this one. */
function isReplaced(sim: SimulationContext, { copies }: Report, image: StoredImage): boolean {
  const own = copies.find((copy) => copy.phase === "retired" && copy.imageId === image.imageId);
  const root = sim.rootOf(own?.key.rootId ?? "");
  if (!own || !root || sim.policies.some(({ prune }) => prune.keep)) return false;
  if (image.shares.size > 0 && sim.policies.some(({ prune }) => prune.shared !== "delete")) return false;
  return copies.some((copy) => {
    const other = copy.phase === "ready" && copy.pendingReshare === undefined ? sim.imageOf(copy) : undefined;
    const newer = sim.rootOf(copy.key.rootId);
    if (!other || !newer || isRecalled(newer) || other.deprecated || tagsOf(other).has(ROLLED_BACK_TAG)) return false;
    // One that does not show any more that it is a copy of ours replaces nothing.
    if (tagsOf(other).get(`${TAG_PREFIX}self`) !== other.imageId || sim.isUnrecognisable(other)) return false;
    const isSame = copy.policy === own.policy && copy.family === own.family && copy.rootFamily === own.rootFamily;
    const isThere = progressOf(other, sim.world.workNow()).state === "NORMAL" && other.family === (copy.family ?? "");
    const isFinal = !/--(plain|aside)-/.test(other.name) && (image.family === "" || image.family === other.family);
    return copy.key.region === image.region && isSame && isThere && isFinal && byVersion(newer, root) > 0;
  });
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
  const isKeptShared = sim.policies.some(({ prune }) => prune.shared !== "delete");
  const isShared = [...image.shares.keys()].some(
    (uin) => isKeptShared || uin !== FRIEND || sim.takingBack.isForgotten(sim, image.imageId),
  );
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

/** A stuck copy keeps its source busy, if copies make their source busy. */
export function isAlwaysBusy(sim: SimulationContext, imageId: string): boolean {
  return sim
    .images()
    .some(({ copiedFrom, work }) => copiedFrom?.imageId === imageId && work?.sticksAtPercent !== undefined);
}
