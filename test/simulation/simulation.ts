import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, DEFAULT_ACCOUNTS } from "../../emulator/accounts.ts";
import { makeImages, shareImage } from "../../emulator/console.ts";
import { addFault, endFaults } from "../../emulator/faults.ts";
import { progressOf, type StoredImage } from "../../emulator/image.ts";
import { ALL_SWITCHES, type Switches } from "../../emulator/switches.ts";
import { createWorld, type World } from "../../emulator/world.ts";
import { parseEvent } from "../../lib/core/event/event.ts";
import type { ReadableJournal, State } from "../../lib/ports/state.ts";
import type { Replicator } from "../../lib/shell/memory.ts";
import { orderForImages, orderForTimer } from "../../lib/shell/orders.ts";
import { type Order, type Report, replicate } from "../../lib/shell/replicate.ts";
import { openState } from "../../lib/state/open.ts";
import type { Millis, Policy } from "../../lib/types.ts";
import { NOW, policy } from "../support/builders.ts";
import { simulatedCloud } from "./cloud.ts";
import { createDice, type Dice } from "./dice.ts";
import { findViolation, findWrongRecord } from "./invariants.ts";
import { somebodyActs } from "./people.ts";
import { type Process, Scheduler } from "./scheduler.ts";
import { simulatedState } from "./state.ts";

export const SETTLE: Millis = 120_000;
const SKEW: Millis = 25_000;
const SHM = "/dev/shm";

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violation?: string;
  readonly faults: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

/** One world, its people, its faults and up to eight processes; everything follows from the seed. */
export class Simulation {
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly world: World;
  readonly regions = ["ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-singapore"];
  readonly counts = new Map<string, number>();
  readonly trace: string[] = [];
  /** Copies that people made unrecognisable: without both marks, no program could know them. */
  readonly unmarked = new Set<string>();
  readonly callFaults: number;
  readonly stateFaults: number;
  readonly #provable: boolean;
  chaos = true;
  state!: State & ReadableJournal;
  #path = "";
  #policies: Policy[];
  #otherAccountUntil: Millis = 0;
  #hidden = new Map<string, Millis>();
  #wrong: string | undefined;
  #dead = new Set<string>();
  #started = 0;
  #delivered = 0;

  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.dice = createDice(seed);
    const { dice } = this;
    this.scheduler = new Scheduler(NOW, dice);
    this.callFaults = dice.pick([0, 0.02, 0.06, 0.15]);
    this.stateFaults = dice.pick([0, 0.01, 0.03]);
    this.#provable = dice.roll(0.5);
    this.world = createWorld({
      now: () => this.scheduler.now,
      seed,
      rateLimits: false,
      imageSizeGiB: 20,
      quota: 30,
      accounts: DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved: true })),
      switches: drawSwitches(dice),
    });
    if (this.world.switches.copyVisibleAfterMs > 0) this.count("late-visibility");
    this.#policies = [
      policy({
        name: "golden",
        to: ["ap-shanghai", "ap-beijing", "ap-singapore"],
        crossBorder: "approved",
        attempts: 20,
      }),
      policy({
        name: "back",
        from: ["ap-shanghai"],
        select: { type: "custom", name: ["golden-*", "back-*"] },
        to: ["ap-guangzhou"],
        attempts: 20,
      }),
      policy({
        name: "base",
        select: { type: "shared", creator: ["100000000002"] },
        to: ["ap-shanghai"],
        attempts: 20,
      }),
    ];
  }

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.tell(`! ${kind}`);
  }

  tell(text: string): void {
    this.trace.push(`${((this.scheduler.now - NOW) / 1000).toFixed(1).padStart(8)} ${text}`);
  }

  /** Whose credentials the processes have now. */
  callerOf(): Account {
    const [ours, others] = this.world.config.accounts as [Account, Account];
    return this.scheduler.now < this.#otherAccountUntil ? others : ours;
  }

  /** Lets an effect come late, but within what the protocol allows for. */
  later(effect: () => void): void {
    this.scheduler.later(this.dice.between(1_000, SETTLE / 2 - 2_000), effect);
  }

  /** Whether a lagging replica may hide an image now: once in a while, so that it is never absent twice, SETTLE apart. */
  mayHide(imageId: string): boolean {
    if (this.scheduler.now < (this.#hidden.get(imageId) ?? 0) + 20 * SETTLE) return false;
    this.#hidden.set(imageId, this.scheduler.now);
    return true;
  }

  bake(state: "CREATING" | "NORMAL" = "NORMAL"): void {
    const region = this.dice.pick(["ap-guangzhou", "ap-guangzhou", "ap-shanghai"]);
    const name = `${region === "ap-shanghai" ? "back" : "golden"}-${this.dice.between(1, 1e6)}`;
    makeImages(this.world, { region, name, state, sizeGiB: 20, tags: { team: "web" } });
  }

  images(): StoredImage[] {
    return [...this.world.images.values()]
      .flatMap((images) => [...images.values()])
      .filter((image) => image.owner === "100000000001");
  }

  /** What our SyncImages calls have made and is still there; failed ones aside. */
  ourCopies(): StoredImage[] {
    return this.images().filter(
      (i) =>
        i.copiedFrom && !this.unmarked.has(i.imageId) && progressOf(i, this.world.workNow()).state !== "CREATEFAILED",
    );
  }

  roots(): StoredImage[] {
    return this.images().filter((image) => !image.copiedFrom && /^(golden|back)-\d/.test(image.name));
  }

  unmark(image: StoredImage): void {
    this.unmarked.add(image.imageId);
  }

  async open(): Promise<void> {
    this.#path = join(existsSync(SHM) ? SHM : tmpdir(), `cvm-replicator-sim-${randomUUID()}.db`);
    this.state = await openState(`sqlite:${this.#path}`);
  }

  async close(): Promise<void> {
    await this.state.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(this.#path + suffix, { force: true });
  }

  /** Starts one more process with an order of its kind. */
  async start(kind: "timer" | "sweep" | "event"): Promise<void> {
    this.#started += 1;
    const skew = this.dice.between(-SKEW, SKEW);
    const process: Process = { name: `p${this.#started}`, skew, dead: false, frozenUntil: 0, ended: false, gates: [] };
    const now = () => this.scheduler.now + skew;
    const state = simulatedState(this, process);
    const stopAt =
      this.chaos && this.dice.roll(0.2) ? now() + this.dice.between(5_000, 90_000) : Number.POSITIVE_INFINITY;
    if (stopAt < Number.POSITIVE_INFINITY) this.count("deadline");
    const tools: Replicator = {
      cloud: simulatedCloud(this, process),
      state,
      journal: state,
      policies: this.#policies,
      me: { id: process.name, ...(this.#provable && { host: "host", pid: this.#started }) },
      now,
      stopAt: () => stopAt,
      concurrency: 3,
      settle: SETTLE,
      isDead: ({ id, host }) => host !== undefined && this.#dead.has(id),
    };
    const order = (): Promise<Order> | Order => {
      if (kind === "timer") return orderForTimer(tools, 600_000);
      return kind === "sweep"
        ? { why: "sweep", scope: { kind: "sweep" } }
        : orderForImages(this.#nextHints(), this.#policies);
    };
    this.tell(`${process.name} starts: ${kind}`);
    const run = Promise.resolve(order()).then((o) => replicate({ ...o, acceptVanished: true }, tools));
    run.then(
      (report) => {
        this.last = report;
        this.#wrong ??= findWrongRecord(this, report);
        this.tell(`${process.name} ends: ${JSON.stringify(report.run.actions)}`);
      },
      (error: Error) => this.tell(`${process.name} fails: ${error.message.slice(0, 120)}`),
    );
    await this.scheduler.start(process, run);
  }

  last: Report | undefined;

  /** Events come late, twice, out of order or never. */
  #nextHints() {
    const { events } = this.world;
    if (this.dice.roll(0.2)) {
      this.count("event-lost");
      this.#delivered = events.length;
    }
    if (this.dice.roll(0.2)) {
      this.count("event-repeated");
      this.#delivered = Math.max(0, this.#delivered - this.dice.between(1, 5));
    }
    const batch = events.slice(this.#delivered, this.#delivered + this.dice.between(1, 6));
    this.#delivered += batch.length;
    if (batch.length > 1 && this.dice.roll(0.3)) {
      this.count("event-reordered");
      batch.reverse();
    }
    return parseEvent(batch.map(({ event }) => event)).hints;
  }

  /** One thing happens: a process goes on, or something goes wrong. */
  async #happen(): Promise<void> {
    const { dice, scheduler } = this;
    const alive = scheduler.processes.filter((p) => !p.ended);
    if (alive.length < 8 && dice.roll(alive.length === 0 ? 0.5 : 0.01))
      return this.start(dice.pick(["timer", "timer", "sweep", "event"]));
    if (dice.roll(0.01)) return somebodyActs(this);
    if (dice.roll(0.003)) return this.#loseState();
    if (dice.roll(0.002)) {
      this.#otherAccountUntil = scheduler.now + dice.between(1_000, 30_000);
      return this.count("other-account");
    }
    if (dice.roll(0.004)) return this.#changePolicy();
    const process = alive.length > 0 ? dice.pick(alive) : undefined;
    if (process && dice.roll(0.006)) return this.#kill(process);
    if (process && dice.roll(0.005)) {
      process.frozenUntil = scheduler.now + dice.between(20_000, 900_000);
      return this.count("frozen");
    }
    const ready = scheduler.ready();
    if (ready.length > 0) await scheduler.step(dice.pick(ready));
    else scheduler.pass(dice.between(10_000, 240_000));
  }

  #kill(process: Process): void {
    this.count("killed");
    for (const { late } of process.gates) {
      if (!late || !this.dice.roll(0.4)) continue;
      this.count("killed-request-under-way");
      late();
    }
    this.#dead.add(process.name);
    this.scheduler.kill(process);
  }

  /** The state is lost where it can be noticed: the cloud shows a copy of ours (see docs/reliability.md). */
  async #loseState(): Promise<void> {
    const visible = this.ourCopies().some((image) => image.visibleFrom <= this.world.workNow());
    if (!visible || !(await this.state.account("100000000001"))) return;
    this.count("state-lost");
    await this.close();
    await this.open();
  }

  #changePolicy(): void {
    this.count("policy-changed");
    const to = this.dice.pick([
      ["ap-shanghai"],
      ["ap-shanghai", "ap-beijing"],
      ["ap-shanghai", "ap-beijing", "ap-singapore"],
    ]);
    const name = this.dice.pick(["{{name}}", "{{name}}", "{{name}}-{{sourceRegion}}"]);
    this.#policies = this.#policies.map((p) => (p.name === "golden" ? { ...p, to, copy: { ...p.copy, name } } : p));
  }

  /** The whole life of one seed. */
  async run(steps: number): Promise<Outcome> {
    await this.open();
    let violation: string | undefined;
    try {
      for (let i = this.dice.between(1, 3); i > 0; i -= 1) this.bake();
      const [shared] = makeImages(this.world, {
        region: "ap-guangzhou",
        name: "base-os",
        account: "100000000002",
        sizeGiB: 20,
      });
      if (shared) shareImage(this.world, shared, ["100000000001"]);
      if (this.callFaults > 0) {
        addFault(this.world, {
          match: { action: "SyncImages", times: 0, probability: 0.08 },
          effect: { kind: "fail-copy", percent: 40 },
        });
        addFault(this.world, {
          match: { action: "SyncImages", times: 0, probability: 0.02 },
          effect: { kind: "stick-copy", percent: 60 },
        });
        addFault(this.world, {
          match: { action: "SyncImages", times: 0, probability: 0.05 },
          effect: { kind: "lose-image-set" },
        });
      }
      for (let i = 0; i < steps && !violation; i += 1) {
        await this.#happen();
        violation = this.#wrong ?? findViolation(this);
      }
      violation ??= await this.#calm();
    } catch (error) {
      violation = `the simulation itself failed: ${(error as Error).stack}`;
    } finally {
      await this.close();
    }
    for (const fault of this.world.faults)
      if (fault.fired.length > 0) this.counts.set(fault.effect.kind, fault.fired.length);
    return { seed: this.seed, faults: this.counts, trace: this.trace, ...(violation !== undefined && { violation }) };
  }

  /** Faults stop. All that can be ready has to become ready, and then there must be nothing left to do. */
  async #calm(): Promise<string | undefined> {
    this.tell("calm");
    this.chaos = false;
    endFaults(this.world);
    this.#otherAccountUntil = 0;
    for (let i = 0; i < 60_000; i += 1) {
      const alive = this.scheduler.processes.filter((p) => !p.ended);
      if (alive.length === 0) break;
      const ready = this.scheduler.ready();
      if (ready.length > 0) await this.scheduler.step(this.dice.pick(ready));
      else this.scheduler.pass(30_000);
      const violation = findViolation(this);
      if (violation) return violation;
    }
    for (let round = 0; round < 120; round += 1) {
      await this.#alone(round % 4 === 0 ? "sweep" : "timer");
      const violation = findViolation(this);
      if (violation) return violation;
      if (round % 4 === 0 && this.#isSettled()) break;
      this.scheduler.pass(this.dice.between(30_000, 300_000));
    }
    await this.#alone("sweep");
    await this.#alone("sweep");
    return this.#wrong ?? findViolation(this, this.last);
  }

  /** Whether the last sweep found nothing to do and nothing to wait for. */
  #isSettled(): boolean {
    const settled = this.last?.copies.every(
      (copy) => copy.missingSince === undefined && (copy.state === "ready" || copy.state === "retired"),
    );
    return settled === true && this.last?.plan.actions.length === 0;
  }

  async #alone(kind: "timer" | "sweep"): Promise<void> {
    this.last = undefined;
    await this.start(kind);
    for (let ready = this.scheduler.ready(); ready.length > 0; ready = this.scheduler.ready()) {
      await this.scheduler.step(ready[0] as Process);
    }
  }
}

/** A value for every switch; what is not settled is not settled in combination either. */
function drawSwitches(dice: Dice): Partial<Switches> {
  const drawn = Object.entries(ALL_SWITCHES).map(([name, { values }]) => [
    name,
    dice.pick(values as readonly (string | number)[]),
  ]);
  const copyVisibleAfterMs = dice.pick([0, 0, 5_000, SETTLE / 2 - 1_000]);
  const tagsVisibleAfterMs = dice.pick([0, 0, 1_500, 20_000]);
  return { ...Object.fromEntries(drawn), copyVisibleAfterMs, tagsVisibleAfterMs } as Partial<Switches>;
}
