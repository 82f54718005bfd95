// A simulation: its random steps, and its end without faults.
import { endFaults } from "../../emulator/api/faults.ts";
import type { Copy } from "../../lib/model/types.ts";
import type { Unanswered } from "./context.ts";
import { findUnfinished, isExcused } from "./ending.ts";
import type { FaultKind } from "./faults.ts";
import { changeByHand } from "./manual-changes.ts";
import { ProgramRuns } from "./program-runs.ts";
import type { Process } from "./scheduler.ts";
import { addFirstImages, editedPolicies, OURS, onlyNewest, SETTLE } from "./setting.ts";

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
  return gates.some(({ label }) => label === "state saveCopy");
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
      this.touched();
      if (this.manyVersions || this.random.roll(0.5)) await this.#copyFirstImages();
      if (this.manyVersions) this.policies = onlyNewest(this.policies);
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
    for (let round = 0; round < 8; round += 1) {
      await this.runAlone(round % 2 === 0 ? "sweep" : "timer");
      this.scheduler.pass(this.random.between(200_000, 600_000));
    }
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
    if (random.roll(0.004)) {
      const before = JSON.stringify(this.policies);
      this.policies = editedPolicies(this.policies, random);
      if (before === JSON.stringify(this.policies)) return;
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
    else scheduler.pass(isRisky ? random.between(2_000, 20_000) : random.between(10_000, 240_000));
  }

  /** Whether a SyncImages call is about to be sent, or is in progress. */
  #isSending(processes: readonly Process[]): boolean {
    return processes.some(({ gates }) => gates.some(({ label }) => label.startsWith("SyncImages")));
  }

  #isAboutToSend({ gates }: Process): boolean {
    return gates.some(({ label }) => /^SyncImages (?!done|failed)/.test(label));
  }

  /**
   * Loses the state only while the cloud shows one of our copies: without one, no program can
   * notice the loss.
   */
  async #loseState(kind: FaultKind): Promise<void> {
    const visible = this.ourCopies().some(
      (image) => image.visibleFrom <= this.world.workNow() && !this.isHidden(image.imageId),
    );
    if (!visible || !(await this.state.account(OURS))) return;
    this.count(kind);
    this.riskyUntil = this.scheduler.now + 2 * SETTLE;
    await this.close();
    await this.open();
    this.recorded.clear();
    this.stateLostAt = this.scheduler.now;
  }

  /**
   * Stops all faults. Every copy that can become ready must become ready, and then no work may be
   * left.
   */
  async #finishWithoutFaults(): Promise<string | undefined> {
    const { random, scheduler } = this;
    this.log("faults stop");
    this.faultsOn = false;
    this.unanswered.clear();
    endFaults(this.world);
    this.otherAccountUntil = 0;
    while (scheduler.processes.some((p) => !p.ended)) {
      const ready = scheduler.ready();
      if (ready.length > 0) await scheduler.step(random.pick(ready));
      else scheduler.pass(30_000);
      const violation = this.check();
      if (violation) return violation;
    }
    let quiet = 0;
    for (let round = 0; round < 160 && quiet < 2; round += 1) {
      await this.runAlone(round % 4 === 0 ? "sweep" : "timer");
      const violation = this.check();
      if (violation) return violation;
      if (round % 4 === 0) quiet = this.#isSettled() ? quiet + 1 : 0;
      // Before the second quiet sweep every copy has become visible.
      scheduler.pass(quiet === 1 ? this.world.switches.copyVisibleAfterMs : random.between(30_000, 300_000));
    }
    // A blocked copy is retried from time to time, and may just have succeeded.
    let unfinished: string | undefined = "no sweep has run";
    for (let tries = 0; tries < 7 && unfinished; tries += 1) {
      await this.runAlone("sweep");
      unfinished = this.last ? findUnfinished(this, this.last) : "the last sweep did not end";
      const violation = this.check();
      if (violation) return violation;
      // A repair that failed several times is retried once a day.
      scheduler.pass(tries === 3 ? 90_000_000 : 600_000);
    }
    return unfinished;
  }

  /** Whether the last sweep found no work and nothing to wait for. */
  #isSettled(): boolean {
    // A later step of a chain continues as soon as the step before it does.
    const isLater = (copy: Copy) => copy.state === "waiting" && copy.reason.code === "parent-not-ready";
    const isOpen = (copy: Copy) =>
      !isLater(copy) &&
      (copy.missingSince !== undefined ||
        !(copy.state === "ready" || copy.state === "retired" || isExcused(this, copy)));
    const mayBeDeletedLater = ["too-recent", "enough-deleted"];
    const isRetained = this.last?.plan.retained.some(({ reason }) => mayBeDeletedLater.includes(reason.code)) ?? false;
    return !isRetained && this.last?.copies.some(isOpen) === false && this.last.plan.actions.length === 0;
  }
}
