// A simulation: its random steps, and its end without faults.

import { endFaults } from "../../emulator/api/faults.ts";
import { recordOf } from "../support/records.ts";
import type { Unanswered } from "./context.ts";
import type { FaultKind } from "./faults.ts";
import { finishInTime } from "./finish.ts";
import { changeByHand } from "./manual-changes.ts";
import { ProgramRuns } from "./program-runs.ts";
import type { Process } from "./scheduler.ts";
import { addFirstImages, editedPolicies, OURS, onlyNewest, REGIONS, SETTLE, SWEEP_EVERY } from "./setting.ts";
import { SICKNESSES } from "./sick-regions.ts";

/** The outcome of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violation?: string;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly trace: readonly string[];
}

const UNANSWERED = ["unanswered-uses", "unanswered-quota", "unanswered-shares", "unanswered-family"] as const;

function isLooking({ gates }: Process): boolean {
  return gates.some(({ label }) => /^DescribeImages (?!done|failed)/.test(label));
}

function isClaiming({ gates }: Process): boolean {
  return gates.some(({ label }) => label === "state save");
}

/** A cloud, manual changes, faults and up to eight processes. The seed decides every choice. */
export class Simulation extends ProgramRuns {
  readonly #mostAtOnce: number;

  constructor(seed: number) {
    super(seed);
    this.#mostAtOnce = this.random.pick([1, 2, 3, 5, 8]);
  }

  /** Runs one seed to its end. `steps`: the number of steps before the faults stop. */
  async run(steps: number): Promise<Outcome> {
    await this.open();
    let violation: string | undefined;
    try {
      addFirstImages(this.world, this.random, this.callFaults > 0, this.manyVersions);
      this.installations.addLaptopImages(this.world);
      this.touched();
      if (this.manyVersions || this.random.roll(0.5)) await this.#copyFirstImages();
      if (this.manyVersions) await this.#selectOnlyNewest();
      for (let i = 0; i < steps && !violation; i += 1) {
        await this.#next();
        violation = this.check();
      }
      violation ??= await this.#finishWithoutFaults();
    } catch (error) {
      violation = `the simulation itself failed: ${(error as Error).stack}`;
    } finally {
      await this.close();
    }
    for (const { effect, fired } of this.world.faults)
      if (fired.length > 0) this.counts.set(effect.kind as FaultKind, fired.length);
    const faults = Object.fromEntries(this.counts);
    return { seed: this.seed, faults, trace: this.trace, ...(violation !== undefined && { violation }) };
  }

  /**
   * Finishes the copies of the first images before any fault, because most keys of a policy concern
   * finished copies.
   */
  async #copyFirstImages(): Promise<void> {
    this.faultsOn = false;
    for (let round = 0; round < (this.manyVersions ? 6 : 3); round += 1) {
      await this.runAlone(round === 1 ? "timer" : "sweep");
      this.scheduler.pass(this.random.between(500_000, 1_200_000));
    }
    this.faultsOn = true;
  }

  /** Lets the policies select less, and waits until a run may delete the rest. */
  async #selectOnlyNewest(): Promise<void> {
    this.policies = onlyNewest(this.policies);
    this.faultsOn = false;
    await this.runAlone("sweep");
    this.scheduler.pass(2 * SWEEP_EVERY);
    this.faultsOn = true;
  }

  /** Takes one step: a process continues, or a fault or a manual change happens. */
  async #next(): Promise<void> {
    const { random, scheduler } = this;
    const alive = scheduler.processes.filter((p) => !p.ended);
    const isRisky = scheduler.now < this.riskyUntil;
    const due = alive.find((p) => p.killAt <= scheduler.now);
    if (due) return this.kill(due, "killed-at-deadline");
    if (alive.length < this.#mostAtOnce && random.roll(alive.length === 0 ? 0.5 : isRisky ? 0.1 : 0.02)) {
      const byHand = random.pick(["retry", "retry", "rebuild", "rollback"] as const);
      if (alive.length === 1) this.count("overlap");
      if (alive.length === 7) this.count("eight-at-once");
      return this.start(random.pick(["timer", "timer", "sweep", "sweep", "sweep", "event", "event", byHand]));
    }
    const isLaptopAsleep = !alive.some((one) => one === this.installations.laptop);
    if (this.installations.hasLaptop && isLaptopAsleep && random.roll(0.02)) return this.start("sweep", "laptop");
    if (this.installations.lostId !== undefined && random.roll(0.01)) return this.#giveId();
    if (random.roll(0.018)) return changeByHand(this);
    if (random.roll(0.004)) {
      this.unanswered.set(random.pick<Unanswered>(UNANSWERED), scheduler.now + random.between(300_000, 3_600_000));
      return;
    }
    if (random.roll(0.003)) return this.#loseState("state-lost");
    if (random.roll(0.002)) {
      this.otherAccountUntil = scheduler.now + random.between(1_000, 30_000);
      return;
    }
    if (!this.sick.isAny(scheduler.now) && random.roll(0.001))
      return this.sick.begin(
        random.pick(REGIONS),
        random.pick(SICKNESSES),
        scheduler.now + random.between(300_000, 3_600_000),
      );
    if (random.roll(0.004)) {
      const before = this.policies;
      this.policies = editedPolicies(before, random);
      if (JSON.stringify(before) === JSON.stringify(this.policies)) return;
      this.olderPolicies = before;
      if (random.roll(0.4)) this.olderUntil = scheduler.now + random.between(300_000, 7_200_000);
      this.policiesChangedAt = scheduler.now;
      return this.count("policy-changed");
    }
    // More often while another process, with an older plan, is about to claim the copy that is
    // being sent.
    if (this.#isSending(alive) && random.roll(alive.some(isClaiming) ? 0.05 : 0.01))
      return this.#loseState("state-lost-while-sending");
    const process = alive.length > 0 ? random.pick(alive) : undefined;
    if (process && random.roll(this.#isAboutToSend(process) ? 0.04 : 0.006)) return this.kill(process, "killed");
    // Freezes it for about the life of a claim, or until other processes may have taken the claim
    // over.
    if (process && this.#isAboutToSend(process) && random.roll(0.1))
      return this.freeze(
        process,
        "frozen-before-send",
        random.roll(0.5) ? random.between(20_000, 90_000) : random.between(540_000, 1_200_000),
      );
    if (process && isClaiming(process) && random.roll(0.02))
      return this.freeze(process, "frozen-before-claim", random.between(60_000, 1_200_000));
    if (process && random.roll(isLooking(process) ? 0.015 : 0.005))
      return this.freeze(process, "frozen", random.between(20_000, 900_000));
    const ready = scheduler.ready();
    if (ready.length > 0) await scheduler.step(random.pick(ready));
    else
      scheduler.pass(
        Math.min(isRisky ? random.between(2_000, 20_000) : random.between(10_000, 240_000), scheduler.untilReady()),
      );
  }

  /** Whether a SyncImages call is about to be sent, or is in progress. */
  #isSending(processes: readonly Process[]): boolean {
    return processes.some(({ gates }) => gates.some(({ label }) => label.startsWith("SyncImages")));
  }

  #isAboutToSend({ gates }: Process): boolean {
    return gates.some(({ label }) => /^SyncImages (?!done|failed)/.test(label));
  }

  /**
   * Loses the state only while the cloud shows one of our copies, in a region that the policies name:
   * without one, no program can notice the loss.
   */
  async #loseState(kind: FaultKind): Promise<void> {
    const named = new Set(this.policies.flatMap(({ enabled, from, to }) => (enabled ? [...from, ...to] : [])));
    const visible = this.ourCopies().some(
      (image) => image.visibleFrom <= this.world.workNow() && !this.isHidden(image.imageId) && named.has(image.region),
    );
    const record = await recordOf(this.state, OURS);
    // With a given id the state finds its own copies again, but not those of an id that it once made.
    if (!visible || !record || this.installations.lostAt !== undefined) return;
    const hasNoId = this.installations.given === undefined;
    if (hasNoId) [this.installations.lostId] = record.installations;
    this.count(kind);
    this.riskyUntil = this.scheduler.now + 2 * SETTLE;
    await this.close();
    await this.open();
    // A process that starts meanwhile may still have read the old state.
    if (hasNoId) this.installations.lostAt = this.scheduler.now;
    this.recorded.clear();
    this.journal.forgetWaiting();
    this.stateLostAt = this.scheduler.now;
  }

  /** The user gives the id of the installation whose state was lost. */
  #giveId(): void {
    this.count("id-given-late");
    this.installations.given = this.installations.lostId;
    this.installations.lostId = undefined;
  }

  /**
   * Stops all faults. Every copy that can become ready must become ready in time, and then no work
   * may be left.
   */
  async #finishWithoutFaults(): Promise<string | undefined> {
    this.log("faults stop");
    this.faultsOn = false;
    this.unanswered.clear();
    if (this.installations.lostId !== undefined) this.#giveId();
    endFaults(this.world);
    this.otherAccountUntil = 0;
    this.olderUntil = 0;
    this.sick.end();
    return finishInTime(this);
  }
}
