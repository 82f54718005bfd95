// Starts, freezes and kills runs of the program in a simulation, and reads their reports.

import { parseEvent } from "../../lib/event/parse-event.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Replicator } from "../../lib/model/ports.ts";
import type { ImageRef, Millis } from "../../lib/model/types.ts";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { rollback } from "../../lib/replicator/rollback-family.ts";
import { type RunRequest, requestForImages, requestForTimer } from "../../lib/replicator/run-requests.ts";
import { NO_JOURNAL } from "../support/records.ts";
import { simulatedCloud } from "./cloud.ts";
import { type Actor, SimulationContext } from "./context.ts";
import type { FaultKind } from "./faults.ts";
import type { InstallationName } from "./installations.ts";
import { findWrongRecord } from "./invariants.ts";
import type { Process } from "./scheduler.ts";
import { FAMILY, SETTLE, SWEEP_EVERY } from "./setting.ts";
import { simulatedState } from "./state.ts";

/** The largest error of the clock of a process. */
const SKEW: Millis = 28_000;
/** The time that a function reserves before its time limit (`CLOSING` of invoke-function.ts). */
const CLOSING: Millis = 3_000;

/** Why a run starts. */
export type Kind = "timer" | "sweep" | "event" | "retry" | "rebuild" | "rollback";

/** Starts processes and runs the program in them. */
export class ProgramRuns extends SimulationContext {
  /** The report of the run that ended last. */
  last: Report | undefined;
  /** The policies before the last change, and until when some processes still run with them. */
  protected olderPolicies: readonly Policy[] = [];
  protected olderUntil: Millis = 0;
  readonly #dead = new Set<string>();
  #started = 0;
  #delivered = 0;

  freeze(process: Process, kind: FaultKind, length: Millis): void {
    process.frozenUntil = this.scheduler.now + length;
    this.count(kind);
  }

  kill(process: Process, kind: FaultKind): void {
    this.count(kind);
    for (const { arrives } of process.gates) {
      if (arrives && this.random.roll(0.7) && arrives()) this.count("killed-request-under-way");
    }
    this.#dead.add(process.name);
    this.scheduler.kill(process);
  }

  /** Starts one more process that runs the program for this reason. */
  async start(kind: Kind, by: InstallationName = "main"): Promise<void> {
    const { random, scheduler } = this;
    this.#started += 1;
    const skew = this.oneHost ? 0 : random.between(-SKEW, SKEW);
    if (Math.abs(skew) >= 10_000) this.count("clock-skew");
    const limit = this.faultsOn && random.roll(0.3) ? random.between(8_000, 90_000) : Number.POSITIVE_INFINITY;
    const killAt = scheduler.now + limit;
    const id = this.installations.idFor(by);
    const isOlder = by === "main" && scheduler.now < this.olderUntil && random.roll(0.3);
    if (isOlder) this.count("older-policy");
    const policies = isOlder ? this.olderPolicies : this.installations.policiesOf(by, this.policies);
    // Whatever a run with other policies did, a run with the new ones undoes.
    if (by === "main" && scheduler.now < this.olderUntil) this.policiesChangedAt = scheduler.now;
    const process: Actor = {
      policies,
      member: { by, hasId: id.installation !== undefined, startedAt: scheduler.now },
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
    const state = by === "laptop" ? this.installations.laptopState : simulatedState(this, process);
    const deps: Replicator = {
      cloud: simulatedCloud(this, process),
      state,
      // The journal of the main installation is told by its state, that of the laptop here.
      journal: by === "laptop" ? { append: async (entries) => this.journal.add(entries) } : NO_JOURNAL,
      ...(by === "main" && { logService: this.journal }),
      policies,
      ...id,
      me: { id: process.name, ...(this.oneHost && { host: "host", pid: this.#started }) },
      now: () => scheduler.now + skew,
      stopAt: () => killAt + skew - CLOSING,
      concurrency: 3,
      pause: (length) =>
        this.faultsOn || this.sick.isAny(scheduler.now)
          ? scheduler.at(process, "pause", { delay: length })
          : new Promise(() => {}),
      settle: SETTLE,
      sweepEvery: SWEEP_EVERY,
      isDead: ({ id, host }) => host !== undefined && this.#dead.has(id),
    };
    this.log(`${process.name} starts: ${kind}${by === "main" ? "" : ` on the ${by}`}`);
    if (by === "laptop") {
      this.count("second-installation");
      this.installations.laptop = process;
    }
    if (kind === "retry" || kind === "rebuild" || kind === "rollback") this.count(kind);
    const accepted = () => !this.faultsOn || random.roll(0.5);
    const run = this.#run(kind, { acceptVanished: accepted(), acceptRecall: accepted() }, deps);
    run.then(
      (report) => report && this.#ended(process, kind, report),
      (error: Error) => this.log(`${process.name} fails: ${error.message.slice(0, 120)}`),
    );
    await scheduler.start(process, run);
  }

  async #run(
    kind: Kind,
    accepted: Pick<RunRequest, "acceptVanished" | "acceptRecall">,
    deps: Replicator,
  ): Promise<Report | undefined> {
    if (kind === "rebuild") return rebuild(deps);
    if (kind === "rollback") {
      await rollback(this.random.pick([FAMILY, "back"]), { further: this.random.roll(0.3) }, deps);
      return undefined;
    }
    return replicate({ ...(await this.#orderFor(kind, deps)), ...accepted }, deps);
  }

  async #orderFor(kind: Exclude<Kind, "rebuild" | "rollback">, deps: Replicator): Promise<RunRequest> {
    if (kind === "timer") return requestForTimer(deps, SWEEP_EVERY);
    if (kind === "sweep") return { trigger: "sweep", scope: { kind: "sweep" } };
    if (kind === "retry") return { trigger: "retry", scope: { kind: "sweep" }, retry: () => true };
    return requestForImages(this.#nextHints(), deps.policies);
  }

  #ended(process: Actor, kind: Kind, report: Report): void {
    const isMain = process.member.by === "main";
    if (isMain) this.last = report;
    else this.installations.last = report;
    const isWhole = !report.run.stoppedEarly && !report.problems.some(({ code }) => code.startsWith("unreadable"));
    if (isMain && kind === "sweep" && isWhole) this.lastSweepAt = report.run.startedAt - process.skew;
    const wrong = findWrongRecord(this, report);
    if (wrong) this.reportViolation(wrong);
    if (report.run.stoppedEarly) this.count("stopped-early");
    if (report.run.skipped !== undefined) this.count("timer-skipped");
    if (Object.keys(report.run.actions).length > 0)
      this.log(`${process.name} ends: ${JSON.stringify(report.run.actions)}`);
  }

  /** The hints of the next events. Events are delivered late, twice, out of order or never. */
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

  async runAlone(kind: Kind, by: InstallationName = "main"): Promise<void> {
    if (by === "main") this.last = undefined;
    await this.start(kind, by);
    const { scheduler } = this;
    while (scheduler.processes.some((process) => !process.ended)) {
      const [first] = scheduler.ready();
      if (first) await scheduler.step(first);
      else scheduler.pass(scheduler.untilReady());
    }
  }
}
