// Judges what the program takes back: only what no policy says, and only once one policy has run alone.
import { progressOf, type StoredImage } from "../../emulator/world/image.ts";
import type { AccountRecord, Millis } from "../../lib/model/types.ts";
import { type FinalCopy, finalCopies, isContradictory } from "../oracle/desired-copies.ts";
import { matches } from "../oracle/selection.ts";
import type { Actor, SimulationContext } from "./context.ts";
import { FRIEND, OURS, SWEEP_EVERY } from "./setting.ts";

/** The largest difference between two clocks, twice 28 s, and the time in which a request arrives. */
const SLACK: Millis = 90_000;

/** What a simulation knows of the policies that ran, and of what the program shared. */
export class TakingBack {
  /** Whenever a process wrote that another policy runs for the account than before. */
  readonly #changes: { readonly at: Millis; readonly by: string }[] = [];
  #hash: string | undefined;
  /** The images that the program shared with FRIEND, by id, and when the process that did it started. */
  readonly sharedAt = new Map<string, Millis>();

  noteAccount({ account, policy }: AccountRecord, by: string): void {
    if (account !== OURS || policy === undefined || policy.hash === this.#hash) return;
    this.#hash = policy.hash;
    // By the clock of the process, which may have been frozen before the change was stored.
    this.#changes.push({ at: policy.since, by });
  }

  /** Whether the program lost its record of the share, and a policy that would restore it may be gone. */
  isForgotten({ stateLostAt, policies }: SimulationContext, imageId: string): boolean {
    const isSaid = policies.every(({ name, copy }) => name !== "golden" || copy.shareWith.length > 0);
    return !isSaid && (this.sharedAt.get(imageId) ?? 0) <= stateLostAt;
  }

  /** Whether the process may take something back: no other policy has run shortly before it started. */
  whyBraked({ member, name }: Actor, leftAt: Millis): string | undefined {
    const since = leftAt - 2 * SWEEP_EVERY + SLACK;
    const change = this.#changes.find(({ at, by }) => at > since && (at < member.startedAt || by === name));
    return change && `the policy has run alone for ${Math.round((leftAt - change.at) / 1000)} s only`;
  }
}

/** An image that the program shared, and that no policy shares, must not stay shared. */
export function whyStillShared(sim: SimulationContext, expected: readonly FinalCopy[]): string | undefined {
  const left = sim.ourCopies().find((image) => isGivenForNothing(sim, image, expected));
  return left && `${left.imageId} ("${left.name}") in ${left.region} is still shared with ${FRIEND}`;
}

function isGivenForNothing(sim: SimulationContext, image: StoredImage, expected: readonly FinalCopy[]): boolean {
  const at = sim.takingBack.sharedAt.get(image.imageId);
  const own = expected.find((one) => one.region === image.region && one.root === rootOf(sim, image));
  // A disabled policy keeps what it gave; after a rollback another policy of the region may desire the copy.
  const isSaid = sim.policies.some(
    ({ enabled, to, copy }) => to.includes(image.region) && (!enabled || copy.shareWith.length > 0),
  );
  return (
    at !== undefined &&
    at > sim.stateLostAt &&
    own !== undefined &&
    !isContradictory(own) &&
    !isSaid &&
    image.shares.has(FRIEND) &&
    [...image.shares.keys()].every((account) => account === FRIEND) &&
    sim.recorded.has(image.imageId) &&
    !sim.isUnrecognisable(image) &&
    progressOf(image, sim.world.workNow()).state === "NORMAL"
  );
}

function rootOf(sim: SimulationContext, { imageId }: StoredImage): StoredImage | undefined {
  return sim.rootOf(sim.originOf(imageId)?.rootId ?? "");
}

/** Whether a policy of the process shares copies of the image's source. */
export function isShared(sim: SimulationContext, { policies }: Actor, image: StoredImage): boolean {
  const root = rootOf(sim, image);
  const expected = finalCopies(sim.world, policies).find((one) => one.root === root && one.region === image.region);
  const desiring = expected?.policies ?? policies.filter((one) => root && matches(one, root, sim.world.now()));
  const isPublished = image.region !== root?.region || root.owner === OURS;
  return isPublished && desiring.some(({ copy }) => copy.shareWith.length > 0);
}
