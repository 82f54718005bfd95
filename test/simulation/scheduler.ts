// Runs simulated processes step by step, from gate to gate.
import type { Millis } from "../../lib/model/types.ts";
import type { SeededRandom } from "./random.ts";

/** The point at which a branch of a process waits until the scheduler opens it. */
interface Gate {
  readonly label: string;
  readonly go: () => void;
  /** Not opened before this time, because the call behind the gate is slow. */
  readonly readyAt: Millis;
  /**
   * Lets a request that may have left at this gate arrive after the process was killed. False if it
   * cannot have left.
   */
  readonly arrives?: () => boolean;
}

/** One instance of the program in the simulation. */
export interface Process {
  readonly name: string;
  /** The error of its clock. */
  readonly skew: Millis;
  /** The time at which its platform kills it. */
  readonly killAt: Millis;
  /** Whether it was killed: none of its pending calls ever returns. */
  dead: boolean;
  /** Frozen until this time. */
  frozenUntil: Millis;
  /** The gates at which it waits: one for each of its running branches. */
  readonly gates: Gate[];
  /** Whether its run has ended, with or without an error. */
  ended: boolean;
}

/** The delay of a gate, and the request that may still arrive after a kill. */
export interface Passage {
  readonly delay?: Millis;
  readonly arrives?: () => boolean;
}

/**
 * Lets the processes continue one by one. Each call of the cloud or the state has a gate before and
 * after its effect. A kernel, a network or an operator can affect a process between two
 * instructions; here this happens at the gates.
 */
export class Scheduler {
  now: Millis;
  readonly processes: Process[] = [];
  readonly #random: SeededRandom;
  #late: { readonly at: Millis; readonly run: () => void }[] = [];

  constructor(start: Millis, random: SeededRandom) {
    this.now = start;
    this.#random = random;
  }

  /**
   * Waits at a gate until the scheduler lets this process continue; forever if the process is
   * killed meanwhile.
   */
  at(process: Process, label: string, { delay = 0, arrives }: Passage = {}): Promise<void> {
    if (process.dead) return new Promise(() => {});
    return new Promise((go) => {
      process.gates.push({ label, go, readyAt: this.now + delay, ...(arrives && { arrives }) });
    });
  }

  /** The processes that wait at a gate and may continue now. */
  ready(): Process[] {
    return this.processes.filter((p) => !p.ended && p.frozenUntil <= this.now && this.#open(p).length > 0);
  }

  /** How long until the first process may continue; infinite if none waits for a time. */
  untilReady(): Millis {
    const times = this.processes
      .filter((p) => !p.ended)
      .map((p) => Math.max(p.frozenUntil, Math.min(...p.gates.map(({ readyAt }) => readyAt))));
    return Math.max(0, Math.min(...times) - this.now);
  }

  #open(process: Process): Gate[] {
    return process.gates.filter((gate) => gate.readyAt <= this.now);
  }

  /** Lets one branch of a process continue to its next gate, and lets a little time pass. */
  async step(process: Process): Promise<void> {
    const gate = this.#random.pick(this.#open(process));
    process.gates.splice(process.gates.indexOf(gate), 1);
    gate.go();
    await this.#drain();
    this.pass(this.#random.roll(0.95) ? this.#random.between(1, 300) : this.#random.between(1_000, 15_000));
  }

  /**
   * Lets time pass. Delayed effects happen when they are due, because the cloud would refuse a
   * later request.
   */
  pass(ms: Millis): void {
    const end = this.now + ms;
    const due = this.#late.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    this.#late = this.#late.filter(({ at }) => at > end);
    for (const { at, run } of due) {
      this.now = Math.max(this.now, at);
      run();
    }
    this.now = end;
  }

  later(delay: Millis, run: () => void): void {
    this.#late.push({ at: this.now + delay, run });
  }

  /** Whether a request whose sender has given up may still arrive. */
  get isLateUnderWay(): boolean {
    return this.#late.length > 0;
  }

  kill(process: Process): void {
    process.dead = true;
    process.ended = true;
    process.gates.length = 0;
  }

  /** Waits until no process runs: each one waits at a gate or has ended. */
  async #drain(): Promise<void> {
    // No process waits for real I/O, so one turn of the event loop lets every branch reach its
    // gate.
    for (let turns = 0; turns === 0 || this.processes.some((p) => !p.ended && p.gates.length === 0); turns += 1) {
      if (turns > 1_000) throw new Error("a process waits for something that no gate controls");
      await new Promise((done) => setImmediate(done));
    }
  }

  /** Starts a run and lets it reach its first gate. */
  async start(process: Process, run: Promise<unknown>): Promise<void> {
    this.processes.push(process);
    const ended = () => {
      process.ended = true;
    };
    run.then(ended, ended);
    await this.#drain();
    this.processes.splice(0, this.processes.length, ...this.processes.filter((p) => !p.ended));
  }
}
