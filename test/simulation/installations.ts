// The installations of a simulation: a laptop beside the main one in some seeds, and who made which copy.
import { makeImages } from "../../emulator/control/console.ts";
import { progressOf, type StoredImage } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { State } from "../../lib/model/ports.ts";
import type { AccountRecord, Millis } from "../../lib/model/types.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { copyText, finalCopies, textOfFinal } from "../oracle/desired-copies.ts";
import { copySettings, policy } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import type { Actor, SimulationContext } from "./context.ts";
import { isAlwaysBusy } from "./left-copies.ts";
import { HOME } from "./setting.ts";

/** Which installation a process belongs to. */
export type InstallationName = "main" | "laptop";

/**
 * The laptop's policy has the name of one of the main installation, and deletes. Its sources are
 * others: two installations that request one copy at the same moment are outside of the promise.
 */
const LAPTOP_POLICIES: readonly Policy[] = [
  policy({
    name: "golden",
    select: { type: "custom", name: ["laptop-*"], newest: 2 },
    to: ["ap-shanghai", "ap-beijing"],
    attempts: 20,
    copy: copySettings({ family: "laptop" }),
    prune: { delete: true, minAge: 180_000 },
  }),
];

/** A process as a member of its installation. */
export interface Member {
  readonly by: InstallationName;
  /** Whether the user gave it the id of its installation. */
  readonly hasId: boolean;
  readonly startedAt: Millis;
}

/** Who made a copy, and when it was requested. */
interface Making {
  readonly by: InstallationName;
  readonly at: Millis;
}

/** The installations of one seed. */
export class Installations {
  /** A second installation works on the account, with a state of its own. */
  readonly hasLaptop: boolean;
  /** The id that the user gives to the main installation; undefined: its state makes one. */
  given: string | undefined;
  /** The id of a state that was lost without a given id. The user gives it later. */
  lostId: string | undefined;
  /** When a state was lost without a given id; that happens once. */
  lostAt: Millis | undefined;
  /** The laptop's last process. */
  laptop: Actor | undefined;
  /** The last report of the laptop. */
  last: Report | undefined;
  readonly laptopState: State = memoryState();
  readonly #made = new Map<string, Making>();
  /** A process that outlived the loss had made the lost id, and made the same one for the new state. */
  #hasReturned = false;

  constructor(seed: number) {
    this.hasLaptop = seed % 4 === 1;
    this.given = seed % 5 === 2 ? undefined : "main";
  }

  policiesOf(name: InstallationName, main: readonly Policy[]): readonly Policy[] {
    return name === "laptop" ? LAPTOP_POLICIES : main;
  }

  /** The id for the environment of a new process. */
  idFor(name: InstallationName): { readonly installation?: string } {
    if (name === "laptop") return { installation: "laptop" };
    return this.given === undefined ? {} : { installation: this.given };
  }

  addLaptopImages(world: World): void {
    if (!this.hasLaptop) return;
    for (const name of ["laptop-1", "laptop-2"]) makeImages(world, { region: HOME, name, sizeGiB: 20, silent: true });
  }

  /** A process has stored the account record. Its own id is the same as long as it runs. */
  noteAccount({ installations: [id] }: AccountRecord, { by, startedAt }: Member): void {
    const isOlder = by === "main" && this.lostAt !== undefined && startedAt < this.lostAt;
    if (isOlder && id === this.lostId) this.#hasReturned = true;
  }

  noteMade(imageId: string, { by }: Member, at: Millis): void {
    if (!this.#made.has(imageId)) this.#made.set(imageId, { by, at });
  }

  /** The installation that made an image; undefined if none did. */
  makerOf(imageId: string): InstallationName | undefined {
    return this.#made.get(imageId)?.by;
  }

  /** Why a process may not change an image: another installation made it, or its own lost state did, whose id nobody gave. */
  whyNotToChange(imageId: string, { by, startedAt, hasId }: Member): string | undefined {
    const made = this.#made.get(imageId);
    if (!made) return undefined;
    if (made.by !== by) return `the installation ${made.by} made it, and ${by} changes it`;
    const { lostAt } = this;
    // Once a process was given the id, the state holds it for all of them.
    const isUnknown = !hasId && this.given === undefined && !this.#hasReturned;
    const isLost = by === "main" && isUnknown && lostAt !== undefined && made.at < lostAt && startedAt > lostAt;
    return isLost ? "nobody has given the id of the installation that made it" : undefined;
  }

  /** What the laptop has not finished. */
  whyUnfinished(sim: SimulationContext, isExcused: (copy: Report["copies"][number]) => boolean): string | undefined {
    if (!this.hasLaptop || sim.visibleTooLate) return undefined;
    const done = new Set(
      this.last?.copies
        .filter((copy) => copy.phase === "ready" || isExcused(copy))
        .map(({ key }) => copyText(key.rootId, key.region, false)),
    );
    const isNormal = (root: StoredImage) => progressOf(root, sim.world.workNow()).state === "NORMAL";
    const missing = finalCopies(sim.world, LAPTOP_POLICIES).find(
      (one) => isNormal(one.root) && !isAlwaysBusy(sim, one.root.imageId) && !done.has(textOfFinal(one)),
    );
    return missing && !sim.mayCountAsSource(HOME) ? `the laptop has not finished ${textOfFinal(missing)}` : undefined;
  }
}
