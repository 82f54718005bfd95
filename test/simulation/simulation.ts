import { endFaults } from "../../emulator/api/faults.ts";
import { parseEvent } from "../../lib/event/parse-event.ts";
import type { Replicator } from "../../lib/model/ports.ts";
import type { Copy, ImageRef, Millis } from "../../lib/model/types.ts";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { rollback } from "../../lib/replicator/rollback-family.ts";
import { type RunRequest, requestForImages, requestForTimer } from "../../lib/replicator/run-requests.ts";
import { simulatedCloud } from "./cloud.ts";
import { findUnfinished, isExcused } from "./ending.ts";
import type { FaultKind } from "./faults.ts";
import { findWrongRecord } from "./invariants.ts";
import { somebodyActs } from "./people.ts";
import { type Actor, Scene, type Unanswered } from "./scene.ts";
import type { Process } from "./scheduler.ts";
import { editedPolicies, FAMILY, furnish, OURS, onlyNewest, SETTLE } from "./setting.ts";
import { simulatedState } from "./state.ts";

const SKEW: Millis = 28_000;
const SWEEP_EVERY: Millis = 600_000;
/** What the functions keep back before they are killed (`CLOSING` of invoke.ts). */
const CLOSING: Millis = 3_000;

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violation?: string;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly trace: readonly string[];
}

type Kind = "timer" | "sweep" | "event" | "retry" | "rebuild" | "rollback";
const UNANSWERED = ["unanswered-uses", "unanswered-quota", "unanswered-shares", "unanswered-family"] as const;

function isLooking({ gates }: Process): boolean {
  return gates.some(({ label }) => /^DescribeImages (?!done|failed)/.test(label));
}

function isClaiming({ gates }: Process): boolean {
  return gates.some(({ label }) => label === "state saveCopy");
}

/** A world, its people, its faults and up to eight processes; everything follows from the seed. */
export class Simulation extends Scene {
  last: Report | undefined;
  readonly #mostAtOnce: number;
  readonly #dead = new Set<string>();
  #started = 0;
  #delivered = 0;

  constructor(seed: number) {
    super(seed);
    this.#mostAtOnce = this.random.pick([1, 2, 3, 5, 8]);
  }

  /** The whole life of one seed. */
  async run(steps: number): Promise<Outcome> {
    await this.open();
    let violation: string | undefined;
    try {
      furnish(this.world, this.random, this.callFaults > 0, this.crowded);
      this.touched();
      if (this.crowded || this.random.roll(0.5)) await this.#begin();
      if (this.crowded) this.policies = onlyNewest(this.policies);
      for (let i = 0; i < steps && !violation; i += 1) {
        await this.#happen();
        violation = this.check();
      }
      violation ??= await this.#calm();
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

  /** What was there at first is copied and finished before anything goes wrong: most of what a policy says is about that. */
  async #begin(): Promise<void> {
    this.chaos = false;
    for (let round = 0; round < 8; round += 1) {
      await this.#alone(round % 2 === 0 ? "sweep" : "timer");
      this.scheduler.pass(this.random.between(200_000, 600_000));
    }
    this.chaos = true;
  }

  /** One thing happens: a process goes on, or something goes wrong. */
  async #happen(): Promise<void> {
    const { random, scheduler } = this;
    const alive = scheduler.processes.filter((p) => !p.ended);
    const isRestless = scheduler.now < this.restlessUntil;
    const due = alive.find((p) => p.killAt <= scheduler.now);
    if (due) return this.#kill(due, "killed-at-deadline");
    if (alive.length < this.#mostAtOnce && random.roll(alive.length === 0 ? 0.5 : isRestless ? 0.1 : 0.02)) {
      const byHand = random.pick(["retry", "retry", "rebuild", "rollback"] as const);
      if (alive.length === 1) this.count("overlap");
      if (alive.length === 7) this.count("eight-at-once");
      return this.#start(random.pick(["timer", "timer", "sweep", "sweep", "sweep", "event", "event", byHand]));
    }
    if (random.roll(0.018)) return somebodyActs(this);
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
    // Most of all while another process, with a plan from before, is about to claim what is being sent.
    if (this.#isSending(alive) && random.roll(alive.some(isClaiming) ? 0.05 : 0.01))
      return this.#loseState("state-lost-while-sending");
    const process = alive.length > 0 ? random.pick(alive) : undefined;
    if (process && random.roll(this.#isAboutToSend(process) ? 0.04 : 0.006)) return this.#kill(process, "killed");
    // For about as long as a claim lives, or until others may have taken it over.
    if (process && this.#isAboutToSend(process) && random.roll(0.1))
      return this.#freeze(
        process,
        "frozen-before-send",
        random.roll(0.5) ? random.between(20_000, 90_000) : random.between(540_000, 1_200_000),
      );
    if (process && isClaiming(process) && random.roll(0.02))
      return this.#freeze(process, "frozen-before-claim", random.between(60_000, 1_200_000));
    if (process && random.roll(isLooking(process) ? 0.015 : 0.005))
      return this.#freeze(process, "frozen", random.between(20_000, 900_000));
    const ready = scheduler.ready();
    if (ready.length > 0) await scheduler.step(random.pick(ready));
    else scheduler.pass(isRestless ? random.between(2_000, 20_000) : random.between(10_000, 240_000));
  }

  /** Whether a SyncImages is about to leave, or is under way. */
  #isSending(processes: readonly Process[]): boolean {
    return processes.some(({ gates }) => gates.some(({ label }) => label.startsWith("SyncImages")));
  }

  #isAboutToSend({ gates }: Process): boolean {
    return gates.some(({ label }) => /^SyncImages (?!done|failed)/.test(label));
  }

  #freeze(process: Process, kind: FaultKind, length: Millis): void {
    process.frozenUntil = this.scheduler.now + length;
    this.count(kind);
  }

  #kill(process: Process, kind: FaultKind): void {
    this.count(kind);
    for (const { arrives } of process.gates) {
      if (arrives && this.random.roll(0.7) && arrives()) this.count("killed-request-under-way");
    }
    this.#dead.add(process.name);
    this.scheduler.kill(process);
  }

  /** The state is lost where it can be noticed: the cloud shows a copy of ours (see docs/reliability.md). */
  async #loseState(kind: FaultKind): Promise<void> {
    const visible = this.ourCopies().some(
      (image) => image.visibleFrom <= this.world.workNow() && !this.isBlinking(image.imageId),
    );
    if (!visible || !(await this.state.account(OURS))) return;
    this.count(kind);
    this.restlessUntil = this.scheduler.now + 2 * SETTLE;
    await this.close();
    await this.open();
    this.recorded.clear();
    this.stateLostAt = this.scheduler.now;
  }

  /** Starts one more process with an order of its kind. */
  async #start(kind: Kind): Promise<void> {
    const { random, scheduler } = this;
    this.#started += 1;
    const skew = this.oneHost ? 0 : random.between(-SKEW, SKEW);
    if (Math.abs(skew) >= 10_000) this.count("clock-skew");
    const limit = this.chaos && random.roll(0.3) ? random.between(8_000, 90_000) : Number.POSITIVE_INFINITY;
    const killAt = scheduler.now + limit;
    const process: Actor = {
      policies: this.policies,
      isOneRun: kind !== "rollback",
      deletions: 0,
      refusedAsShared: new Set(),
      familyAnswers: new Map(),
      name: `p${this.#started}`,
      skew,
      killAt,
      dead: false,
      frozenUntil: 0,
      ended: false,
      gates: [],
    };
    const state = simulatedState(this, process);
    const deps: Replicator = {
      cloud: simulatedCloud(this, process),
      state,
      journal: state,
      policies: this.policies,
      me: { id: process.name, ...(this.oneHost && { host: "host", pid: this.#started }) },
      now: () => scheduler.now + skew,
      stopAt: () => killAt + skew - CLOSING,
      concurrency: 3,
      settle: SETTLE,
      isDead: ({ id, host }) => host !== undefined && this.#dead.has(id),
    };
    this.tell(`${process.name} starts: ${kind}`);
    if (kind === "retry" || kind === "rebuild" || kind === "rollback") this.count(kind);
    const acceptVanished = !this.chaos || random.roll(0.5);
    const run = this.#run(kind, acceptVanished, deps);
    run.then(
      (report) => report && this.#ended(process, kind, report),
      (error: Error) => this.tell(`${process.name} fails: ${error.message.slice(0, 120)}`),
    );
    await scheduler.start(process, run);
  }

  async #run(kind: Kind, acceptVanished: boolean, deps: Replicator): Promise<Report | undefined> {
    if (kind === "rebuild") return rebuild(deps);
    if (kind === "rollback") {
      await rollback(this.random.pick([FAMILY, "back"]), { further: this.random.roll(0.3) }, deps);
      return undefined;
    }
    return replicate({ ...(await this.#orderFor(kind, deps)), acceptVanished }, deps);
  }

  async #orderFor(kind: Exclude<Kind, "rebuild" | "rollback">, deps: Replicator): Promise<RunRequest> {
    if (kind === "timer") return requestForTimer(deps, SWEEP_EVERY);
    if (kind === "sweep") return { why: "sweep", scope: { kind: "sweep" } };
    if (kind === "retry") return { why: "retry", scope: { kind: "sweep" }, retry: () => true };
    return requestForImages(this.#nextHints(), deps.policies);
  }

  #ended(process: Process, kind: Kind, report: Report): void {
    this.last = report;
    const isWhole = !report.run.stoppedEarly && !report.problems.some(({ code }) => code.startsWith("unreadable"));
    if (kind === "sweep" && isWhole) this.lastSweepAt = report.run.startedAt - process.skew;
    const wrong = findWrongRecord(this, report);
    if (wrong) this.complain(wrong);
    if (report.run.stoppedEarly) this.count("stopped-early");
    if (report.run.skipped !== undefined) this.count("timer-skipped");
    if (Object.keys(report.run.actions).length > 0)
      this.tell(`${process.name} ends: ${JSON.stringify(report.run.actions)}`);
  }

  /** Events come late, twice, out of order or never. */
  #nextHints(): readonly ImageRef[] {
    const { events } = this.world;
    if (this.#delivered < events.length && this.random.roll(0.2)) {
      this.count("event-lost");
      this.#delivered = events.length;
    }
    if (this.#delivered > 0 && this.random.roll(0.2)) {
      this.count("event-repeated");
      this.#delivered = Math.max(0, this.#delivered - this.random.between(1, 5));
    }
    const batch = events.slice(this.#delivered, this.#delivered + this.random.between(1, 6));
    this.#delivered += batch.length;
    if (batch.some(({ event }) => event.data.eventTime * 1000 < this.scheduler.now - 600_000)) this.count("event-late");
    if (batch.length > 1 && this.random.roll(0.3)) {
      this.count("event-reordered");
      batch.reverse();
    }
    return parseEvent(batch.map(({ event }) => event)).hints;
  }

  /** Faults stop. All that can be ready has to become ready, and then there must be nothing left to do. */
  async #calm(): Promise<string | undefined> {
    const { random, scheduler } = this;
    this.tell("calm");
    this.chaos = false;
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
      await this.#alone(round % 4 === 0 ? "sweep" : "timer");
      const violation = this.check();
      if (violation) return violation;
      if (round % 4 === 0) quiet = this.#isSettled() ? quiet + 1 : 0;
      // By the second time everything that was made can be seen.
      scheduler.pass(quiet === 1 ? this.world.switches.copyVisibleAfterMs : random.between(30_000, 300_000));
    }
    // What is blocked for a reason that stands is tried again now and then, and may just have got through.
    let unfinished: string | undefined = "nothing was looked at";
    for (let tries = 0; tries < 7 && unfinished; tries += 1) {
      await this.#alone("sweep");
      unfinished = this.last ? findUnfinished(this, this.last) : "the last sweep came to no end";
      const violation = this.check();
      if (violation) return violation;
      // And what could not be set right for long is tried once a day.
      scheduler.pass(tries === 3 ? 90_000_000 : 600_000);
    }
    return unfinished;
  }

  /** Whether the last sweep found nothing to do and nothing to wait for. */
  #isSettled(): boolean {
    // It goes on as soon as the step before it does.
    const isLater = (copy: Copy) => copy.state === "waiting" && copy.reason.code === "parent-not-ready";
    const isOpen = (copy: Copy) =>
      !isLater(copy) &&
      (copy.missingSince !== undefined ||
        !(copy.state === "ready" || copy.state === "retired" || isExcused(this, copy)));
    const mayGo = ["too-recent", "enough-deleted"];
    const isKept = this.last?.plan.retained.some(({ reason }) => mayGo.includes(reason.code)) ?? false;
    return !isKept && this.last?.copies.some(isOpen) === false && this.last.plan.actions.length === 0;
  }

  async #alone(kind: Kind): Promise<void> {
    this.last = undefined;
    await this.#start(kind);
    for (let [first] = this.scheduler.ready(); first; [first] = this.scheduler.ready()) {
      await this.scheduler.step(first);
    }
  }
}
