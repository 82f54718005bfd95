// Runs simulated processes step by step, from gate to gate.
import type { Millis } from "../../lib/model/types.ts";
import type { SeededRandom } from "./random.ts";

/** A branch of a process runs on when its gate opens. */
interface Gate {
  readonly label: string;
  readonly go: () => void;
  /** Not opened before then: the call behind it is slow. */
  readonly readyAt: Millis;
  /** The request that may have left here still arrives although the process dies. Answers false if it cannot have left. */
  readonly arrives?: () => boolean;
}

/** One instance of the program in the simulation. */
export interface Process {
  readonly name: string;
  /** How far its clock is off. */
  readonly skew: Millis;
  /** When its platform kills it. */
  readonly killAt: Millis;
  /** Killed: nothing that it awaits ever answers. */
  dead: boolean;
  /** Frozen until then. */
  frozenUntil: Millis;
  /** Where it waits: one gate for each of its running branches. */
  readonly gates: Gate[];
  /** Its run has ended, well or not. */
  ended: boolean;
}

/** How slow a gate is, and the request that may still arrive after a kill. */
export interface Passage {
  readonly delay?: Millis;
  readonly arrives?: () => boolean;
}

/**
 * Lets the processes run on one by one. Each call of the cloud or the state is a gate before and after its effect:
 * everything that a kernel, a network or an operator could do to a process between two of its instructions happens there.
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

  /** Waits at a gate until the scheduler lets this process go on; for ever if it is killed meanwhile. */
  at(process: Process, label: string, { delay = 0, arrives }: Passage = {}): Promise<void> {
    if (process.dead) return new Promise(() => {});
    return new Promise((go) => {
      process.gates.push({ label, go, readyAt: this.now + delay, ...(arrives && { arrives }) });
    });
  }

  /** Those that stand at a gate and may go on now. */
  ready(): Process[] {
    return this.processes.filter((p) => !p.dead && p.frozenUntil <= this.now && this.#open(p).length > 0);
  }

  #open(process: Process): Gate[] {
    return process.gates.filter((gate) => gate.readyAt <= this.now);
  }

  /** Lets one branch of a process go on to its next gate, and a little time pass. */
  async step(process: Process): Promise<void> {
    const gate = this.#random.pick(this.#open(process));
    process.gates.splice(process.gates.indexOf(gate), 1);
    gate.go();
    await this.#drain();
    this.pass(this.#random.roll(0.95) ? this.#random.between(1, 300) : this.#random.between(1_000, 15_000));
  }

  /** Lets time pass, and whatever was under way arrive when it is due: later than that the cloud would refuse it. */
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

  /** Whether a request is under way whose sender has given it up. */
  get isLateUnderWay(): boolean {
    return this.#late.length > 0;
  }

  kill(process: Process): void {
    process.dead = true;
    process.ended = true;
    process.gates.length = 0;
  }

  /** Until nothing runs any more: every process stands at a gate or has ended. */
  async #drain(): Promise<void> {
    // Nothing real is waited for, so that one turn of the loop lets every branch come to its gate.
    for (let turns = 0; turns < 2 || this.processes.some((p) => !p.ended && p.gates.length === 0); turns += 1) {
      if (turns > 1_000) throw new Error("a process waits for something that no gate controls");
      await new Promise((done) => setImmediate(done));
    }
  }

  /** Starts a run and lets it come to its first gate. */
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
