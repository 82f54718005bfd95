// What must hold at every step of a simulation.
import { progressOf } from "../../emulator/world/image.ts";
import type { RequestRecord } from "../../emulator/world/types.ts";
import { CLAIM_LIFE, SIGNATURE_LIFE, SYNC_TIMEOUT } from "../../lib/model/time.ts";
import type { Millis } from "../../lib/model/types.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { copyText } from "../oracle/desired-copies.ts";
import { judgeChange } from "./changes.ts";
import type { Actor, SimulationContext } from "./context.ts";
import { HOME, MAX_GIB, OLDEST_READING, PARTNER } from "./setting.ts";

/**
 * The longest time from a plan to the effect of its request: an image recalled in between is still
 * copied.
 */
const RECALL: Millis = OLDEST_READING + CLAIM_LIFE + SIGNATURE_LIFE + SYNC_TIMEOUT + 60_000;

/** Finds a state of the cloud that must never exist, whatever the processes did. */
export function findViolation(sim: SimulationContext): string | undefined {
  return (sim.visibleTooLate ? undefined : doubled(sim)) ?? copyOfACopy(sim);
}

/** `root → region, variant` → the live copies of it that we made, if there are several. */
export function doublesOf(sim: SimulationContext): ReadonlyMap<string, readonly string[]> {
  const live = new Map<string, string[]>();
  for (const { imageId, region, encrypted } of sim.ourCopies()) {
    const key = copyText(sim.originOf(imageId)?.rootId ?? "", region, encrypted);
    live.set(key, [...(live.get(key) ?? []), imageId]);
  }
  return new Map([...live].filter(([, ids]) => ids.length > 1));
}

function doubled(sim: SimulationContext): string | undefined {
  for (const [key, ids] of doublesOf(sim)) return `two live copies of ${key}: ${ids.join(" and ")}`;
  return undefined;
}

/**
 * A shared image needs one more step, into its own region. So does an encrypted copy, which is made
 * from a plain one.
 */
function copyOfACopy(sim: SimulationContext): string | undefined {
  for (const image of sim.images()) {
    const { imageId, copiedFrom, region, encrypted } = image;
    const origin = sim.originOf(imageId);
    if (!origin || !copiedFrom || sim.byHand.has(imageId) || sim.isUnrecognisable(image)) continue;
    const isShared = sim.rootOf(origin.rootId)?.owner === PARTNER;
    const steps = 1 + (isShared && region !== HOME ? 1 : 0) + (encrypted ? 1 : 0);
    if (encrypted && (origin.depth < 2 || copiedFrom.region !== region))
      return `${imageId} in ${region} is encrypted, and was made from ${copiedFrom.imageId} in ${copiedFrom.region}`;
    if (origin.depth > steps) return `${imageId} in ${region} is a copy of the copy ${copiedFrom.imageId}`;
  }
  return undefined;
}

/** Judges one request that changes something when it arrives. */
export function judgeRequest(sim: SimulationContext, actor: Actor, request: RequestRecord, leftAt: Millis): void {
  const complaint =
    request.action === "SyncImages"
      ? (brokenGuard(sim, request) ?? unexplainedCopy(sim, request))
      : (foreignTouched(sim, request) ??
        othersTouched(sim, actor, request) ??
        unexplainedChange(sim, request) ??
        judgeChange(sim, actor, request, leftAt));
  if (complaint) sim.reportViolation(complaint);
}

/**
 * Our writes may only change our copies. Deletions are judged before their effect: see
 * `deletions.ts`.
 */
function foreignTouched(sim: SimulationContext, { action, params, effects }: RequestRecord): string | undefined {
  const foreign = effects.some(({ region, imageId }) => {
    const image = sim.world.images.get(region)?.get(imageId);
    return image !== undefined && (image.copiedFrom === undefined || sim.byHand.has(imageId));
  });
  return foreign ? `${action} on images that are not ours: ${JSON.stringify(params)}` : undefined;
}

/** Only the installation that made a copy may change it. */
function othersTouched(sim: SimulationContext, actor: Actor, { action, effects }: RequestRecord): string | undefined {
  for (const { imageId } of effects) {
    const why = sim.installations.whyNotToChange(imageId, actor.member);
    if (why) return `${action} of ${imageId}: ${why}`;
  }
  return undefined;
}

/** A SyncImages call that every version of the policies forbids. */
function brokenGuard(sim: SimulationContext, { region, params, result }: RequestRecord): string | undefined {
  const { ImageIds, DestinationRegions, DryRun, Encrypt } = params as SyncParams;
  const [imageId = ""] = ImageIds;
  const root = sim.world.images.get(region)?.get(imageId);
  const broken = (rule: string) =>
    `SyncImages of ${imageId} ("${root?.name}") to ${DestinationRegions.join()}: ${rule}`;
  // Checked also if the cloud refuses the call.
  if (Encrypt && (DestinationRegions.join() !== region || !root?.copiedFrom || sim.byHand.has(imageId)))
    return root && broken("only a copy of ours may be encrypted, and only in its own region");
  if (!root || result !== "ok" || DryRun) return undefined;
  if (root.owner !== PARTNER && root.copiedFrom === undefined) {
    if (root.sizeGiB > MAX_GIB && region === HOME) return broken(`it has ${root.sizeGiB} GiB`);
    if (root.name.endsWith("-test") && region === HOME) return broken("its name is excluded");
    if (region === "ap-shanghai" && DestinationRegions.includes("ap-singapore"))
      return broken("that crosses the border");
  }
  const recalledAt = sim.recalled.get(imageId);
  if (recalledAt !== undefined && sim.scheduler.now > recalledAt + RECALL) return broken("it was recalled long ago");
  return undefined;
}

/** The journal must contain the claim of each destination before the request arrives. */
function unexplainedCopy(sim: SimulationContext, { params }: RequestRecord): string | undefined {
  const { DestinationRegions, ImageName } = params as SyncParams;
  const region = DestinationRegions.find((destination) => !sim.journal.hasClaim(destination, ImageName));
  return region && `the journal does not explain SyncImages of ${ImageName} to ${region}`;
}

/** The journal must name an image before the image is tagged or renamed. */
function unexplainedChange(sim: SimulationContext, { action, effects }: RequestRecord): string | undefined {
  const image = effects.find(({ region, imageId }) => !sim.journal.hasImage(region, imageId));
  return image && `the journal does not explain ${action} of ${image.imageId}`;
}

interface SyncParams {
  readonly ImageIds: readonly string[];
  readonly DestinationRegions: readonly string[];
  readonly ImageName: string;
  readonly DryRun?: boolean;
  readonly Encrypt?: boolean;
}

/** A run must not record a copy as ready that is not NORMAL or not ours (no policy here adopts). */
export function findWrongRecord(sim: SimulationContext, { copies }: Report): string | undefined {
  for (const copy of copies) {
    const image = copy.phase === "ready" ? sim.imageOf(copy) : undefined;
    if (!image) continue;
    if (progressOf(image, sim.world.workNow()).state !== "NORMAL") return `${image.imageId} counts as ready and is not`;
    if (!image.copiedFrom || sim.byHand.has(image.imageId))
      return `${image.imageId} counts as our copy and is not ours`;
    if (image.encrypted !== copy.key.variant.startsWith("encrypted"))
      return `${image.imageId} counts as ${copy.key.variant} and is not`;
  }
  return undefined;
}
