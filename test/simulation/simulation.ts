import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../emulator/accounts.ts";
import { endFaults } from "../../emulator/faults.ts";
import { progressOf, type StoredImage } from "../../emulator/image.ts";
import type { World } from "../../emulator/world.ts";
import { parseEvent } from "../../lib/core/event/event.ts";
import type { ReadableJournal, State } from "../../lib/ports/state.ts";
import type { Replicator } from "../../lib/shell/memory.ts";
import { orderForImages, orderForTimer } from "../../lib/shell/orders.ts";
import { type Order, type Report, replicate } from "../../lib/shell/replicate.ts";
import { openState } from "../../lib/state/open.ts";
import type { Copy, ImageRef, Millis, Policy } from "../../lib/types.ts";
import { NOW } from "../support/builders.ts";
import { simulatedCloud } from "./cloud.ts";
import { createDice, type Dice } from "./dice.ts";
import { findUnfinished, isExcused } from "./ending.ts";
import type { FaultKind } from "./faults.ts";
import { findViolation, findWrongRecord, ToldJournal } from "./invariants.ts";
import { somebodyActs } from "./people.ts";
import { type Process, Scheduler } from "./scheduler.ts";
import { editedPolicies, furnish, OURS, SETTLE, simulatedPolicies, simulatedWorld } from "./setting.ts";
import { simulatedState } from "./state.ts";

const SKEW: Millis = 28_000;
const SWEEP_EVERY: Millis = 600_000;
/** What the functions keep back before they are killed (`CLOSING` of invoke.ts). */
const CLOSING: Millis = 3_000;
const IN_MEMORY = "/dev/shm";

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violation?: string;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly trace: readonly string[];
}

type Kind = "timer" | "sweep" | "event";

/** One world, its people, its faults and up to eight processes; everything follows from the seed. */
export class Simulation {
  readonly seed: number;
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly world: World;
  readonly trace: string[] = [];
  readonly journal = new ToldJournal();
  /** Copies that people made unrecognisable: without both marks, no program could know them. */
  readonly unmarked = new Set<string>();
  /** Copies that people made by the same API. */
  readonly byHand = new Set<string>();
  /** Roots that people recalled, and when. */
  readonly recalled = new Map<string, Millis>();
  /** Images whose ids the present state knows. */
  readonly recorded = new Set<string>();
  /** Copies stay invisible for longer than `SETTLE`: what is promised then is to tell. */
  readonly beyond: boolean;
  readonly callFaults: number;
  readonly stateFaults: number;
  /** Faults happen. */
  chaos = true;
  state!: State & ReadableJournal;
  policies: readonly Policy[] = simulatedPolicies();
  last: Report | undefined;

  readonly #counts = new Map<FaultKind, number>();
  readonly #mostAtOnce: number;
  /** All processes run on one host: one clock, and a dead one is known to be dead. */
  readonly #oneHost: boolean;
  readonly #dead = new Set<string>();
  readonly #blinks = new Map<string, Millis>();
  readonly #origins = new Map<string, { readonly rootId: string; readonly depth: number }>();
  readonly #pages = new Map<string, string>();
  #path = "";
  #otherAccountUntil: Millis = 0;
  #images: StoredImage[] | undefined;
  #complaint: string | undefined;
  #started = 0;
  #delivered = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.dice = createDice(seed);
    const { dice } = this;
    this.scheduler = new Scheduler(NOW, dice);
    this.callFaults = dice.pick([0, 0.02, 0.06, 0.15]);
    this.stateFaults = dice.pick([0, 0.01, 0.03]);
    this.beyond = dice.roll(0.04);
    this.#oneHost = dice.roll(0.4);
    this.#mostAtOnce = dice.pick([1, 2, 3, 5, 8]);
    this.world = simulatedWorld(seed, dice, this.beyond, () => this.scheduler.now);
    if (this.world.switches.copyVisibleAfterMs > 0) this.count("late-visibility");
    if (this.world.switches.tagsVisibleAfterMs > 0) this.count("late-tags");
  }

  count(kind: FaultKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.tell(`! ${kind}`);
  }

  tell(text: string): void {
    this.trace.push(`${((this.scheduler.now - NOW) / 1000).toFixed(1).padStart(8)} ${text}`);
  }

  /** Something is wrong; the first complaint counts. */
  complain(complaint: string): void {
    this.#complaint ??= complaint;
  }

  /** Whose credentials the processes have now. */
  callerOf(): Account {
    const [ours, others] = this.world.config.accounts as [Account, Account];
    return this.scheduler.now < this.#otherAccountUntil ? others : ours;
  }

  /** Lets an effect come late, but not later than the protocol allows for. */
  later(effect: () => void, latest: Millis): void {
    this.scheduler.later(this.dice.between(1_000, latest - 2_000), effect);
  }

  /** Whether others can prove this process dead. */
  mayProve(_process: Process): boolean {
    return this.#oneHost;
  }

  /** Lets a recorded image be out of sight for less than `SETTLE`; once, so that it is never absent twice, `SETTLE` apart. */
  blink(imageIds: readonly string[]): void {
    const imageId = imageIds.find((id) => this.recorded.has(id) && !this.#blinks.has(id));
    if (imageId === undefined) return;
    this.#blinks.set(imageId, this.scheduler.now + this.dice.between(1_000, SETTLE - 20_000));
    this.count("blinking-image");
  }

  isBlinking(imageId: string): boolean {
    return this.scheduler.now < (this.#blinks.get(imageId) ?? 0);
  }

  /** Counts lists that change while they are read page by page. */
  notePage(reader: string, region: string, params: object): void {
    const { Offset = 0 } = params as { Offset?: number };
    const now = [...(this.world.images.get(region)?.keys() ?? [])].join();
    const key = `${reader} ${region}`;
    if (Offset === 0) this.#pages.set(key, now);
    else if (this.#pages.get(key) !== now) this.count("pages-shift");
  }

  /** The world has changed, or may have. */
  touched(): void {
    this.#images = undefined;
  }

  /** What belongs to our account. */
  images(): readonly StoredImage[] {
    if (this.#images) return this.#images;
    const all = [...this.world.images.values()].flatMap((images) => [...images.values()]);
    this.#images = all.filter((image) => image.owner === OURS);
    for (const { imageId, copiedFrom } of this.#images) {
      if (!copiedFrom || this.#origins.has(imageId)) continue;
      const parent = this.#origins.get(copiedFrom.imageId);
      const origin = { rootId: parent?.rootId ?? copiedFrom.imageId, depth: (parent?.depth ?? 0) + 1 };
      this.#origins.set(imageId, origin);
    }
    return this.#images;
  }

  /** The root of a copy, also when what lies between is gone. */
  originOf(imageId: string): { readonly rootId: string; readonly depth: number } | undefined {
    return this.#origins.get(imageId);
  }

  /** The image that a record names. */
  imageOf(copy: Copy): StoredImage | undefined {
    const imageId = "imageId" in copy ? copy.imageId : undefined;
    return imageId === undefined ? undefined : this.world.images.get(copy.key.region)?.get(imageId);
  }

  /** What our SyncImages calls have made and is still there; failed ones aside. */
  ourCopies(): StoredImage[] {
    const now = this.world.workNow();
    return this.images().filter(
      (image) =>
        image.copiedFrom &&
        !this.unmarked.has(image.imageId) &&
        !this.byHand.has(image.imageId) &&
        progressOf(image, now).state !== "CREATEFAILED",
    );
  }

  roots(): StoredImage[] {
    return this.images().filter((image) => !image.copiedFrom && /^(golden|back)-\d/.test(image.name));
  }

  /** The whole life of one seed. */
  async run(steps: number): Promise<Outcome> {
    await this.#open();
    let violation: string | undefined;
    try {
      furnish(this.world, this.dice, this.callFaults > 0);
      this.touched();
      for (let i = 0; i < steps && !violation; i += 1) {
        await this.#happen();
        violation = this.#check();
      }
      violation ??= await this.#calm();
    } catch (error) {
      violation = `the simulation itself failed: ${(error as Error).stack}`;
    } finally {
      await this.#close();
    }
    for (const { effect, fired } of this.world.faults)
      if (fired.length > 0) this.#counts.set(effect.kind as FaultKind, fired.length);
    const faults = Object.fromEntries(this.#counts);
    return { seed: this.seed, faults, trace: this.trace, ...(violation !== undefined && { violation }) };
  }

  #checked: readonly StoredImage[] | undefined;

  #check(): string | undefined {
    if (this.#complaint === undefined && this.#checked !== this.images()) {
      this.#checked = this.images();
      this.#complaint = findViolation(this);
    }
    return this.#complaint;
  }

  async #open(): Promise<void> {
    this.#path = join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), `cvm-replicator-sim-${randomUUID()}.db`);
    this.state = await openState(`sqlite:${this.#path}`);
  }

  async #close(): Promise<void> {
    await this.state.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(this.#path + suffix, { force: true });
  }

  /** One thing happens: a process goes on, or something goes wrong. */
  async #happen(): Promise<void> {
    const { dice, scheduler } = this;
    const alive = scheduler.processes.filter((p) => !p.ended);
    const due = alive.find((p) => p.killAt <= scheduler.now);
    if (due) return this.#kill(due, "killed-at-deadline");
    if (alive.length < this.#mostAtOnce && dice.roll(alive.length === 0 ? 0.5 : 0.02)) {
      if (alive.length === 1) this.count("overlap");
      if (alive.length === 7) this.count("eight-at-once");
      return this.#start(dice.pick(["timer", "sweep", "sweep", "event"]));
    }
    if (dice.roll(0.01)) return somebodyActs(this);
    if (dice.roll(0.003)) return this.#loseState("state-lost");
    if (dice.roll(0.002)) {
      this.#otherAccountUntil = scheduler.now + dice.between(1_000, 30_000);
      return this.count("other-account");
    }
    if (dice.roll(0.004)) {
      this.policies = editedPolicies(this.policies, dice);
      return this.count("policy-changed");
    }
    if (this.#isSending(alive) && dice.roll(0.01)) return this.#loseState("state-lost-while-sending");
    const process = alive.length > 0 ? dice.pick(alive) : undefined;
    if (process && dice.roll(0.006)) return this.#kill(process, "killed");
    if (process && this.#isSending([process]) && dice.roll(0.03))
      return this.#freeze(process, "frozen-before-send", dice.between(20_000, 1_200_000));
    if (process && dice.roll(0.005)) return this.#freeze(process, "frozen", dice.between(20_000, 900_000));
    const ready = scheduler.ready();
    if (ready.length > 0) await scheduler.step(dice.pick(ready));
    else scheduler.pass(dice.between(10_000, 240_000));
  }

  /** Whether a SyncImages is about to leave, or is under way. */
  #isSending(processes: readonly Process[]): boolean {
    return processes.some(({ gates }) => gates.some(({ label }) => label.startsWith("SyncImages")));
  }

  #freeze(process: Process, kind: FaultKind, length: Millis): void {
    process.frozenUntil = this.scheduler.now + length;
    this.count(kind);
  }

  #kill(process: Process, kind: FaultKind): void {
    this.count(kind);
    for (const { arrives } of process.gates) {
      if (arrives && this.dice.roll(0.4) && arrives()) this.count("killed-request-under-way");
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
    await this.#close();
    await this.#open();
    this.recorded.clear();
  }

  /** Starts one more process with an order of its kind. */
  async #start(kind: Kind): Promise<void> {
    const { dice, scheduler } = this;
    this.#started += 1;
    const skew = this.#oneHost ? 0 : dice.between(-SKEW, SKEW);
    if (Math.abs(skew) >= 10_000) this.count("clock-skew");
    const limit = this.chaos && dice.roll(0.3) ? dice.between(8_000, 90_000) : Number.POSITIVE_INFINITY;
    const killAt = scheduler.now + limit;
    const process: Process = {
      name: `p${this.#started}`,
      skew,
      killAt,
      dead: false,
      frozenUntil: 0,
      ended: false,
      gates: [],
    };
    const state = simulatedState(this, process);
    const tools: Replicator = {
      cloud: simulatedCloud(this, process),
      state,
      journal: state,
      policies: this.policies,
      me: { id: process.name, ...(this.#oneHost && { host: "host", pid: this.#started }) },
      now: () => scheduler.now + skew,
      stopAt: () => killAt + skew - CLOSING,
      concurrency: 3,
      settle: SETTLE,
      isDead: ({ id, host }) => host !== undefined && this.#dead.has(id),
    };
    this.tell(`${process.name} starts: ${kind}`);
    const run = this.#orderFor(kind, tools).then((order) => replicate({ ...order, acceptVanished: true }, tools));
    run.then(
      (report) => this.#ended(process, report),
      (error: Error) => this.tell(`${process.name} fails: ${error.message.slice(0, 120)}`),
    );
    await scheduler.start(process, run);
  }

  async #orderFor(kind: Kind, tools: Replicator): Promise<Order> {
    if (kind === "timer") return orderForTimer(tools, SWEEP_EVERY);
    if (kind === "sweep") return { why: "sweep", scope: { kind: "sweep" } };
    return orderForImages(this.#nextHints(), tools.policies);
  }

  #ended(process: Process, report: Report): void {
    this.last = report;
    const wrong = findWrongRecord(this, report);
    if (wrong) this.complain(wrong);
    if (report.run.stoppedEarly) this.count("stopped-early");
    if (Object.keys(report.run.actions).length > 0)
      this.tell(`${process.name} ends: ${JSON.stringify(report.run.actions)}`);
  }

  /** Events come late, twice, out of order or never. */
  #nextHints(): readonly ImageRef[] {
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
    if (batch.some(({ event }) => event.data.eventTime * 1000 < this.scheduler.now - 600_000)) this.count("event-late");
    if (batch.length > 1 && this.dice.roll(0.3)) {
      this.count("event-reordered");
      batch.reverse();
    }
    return parseEvent(batch.map(({ event }) => event)).hints;
  }

  /** Faults stop. All that can be ready has to become ready, and then there must be nothing left to do. */
  async #calm(): Promise<string | undefined> {
    const { dice, scheduler } = this;
    this.tell("calm");
    this.chaos = false;
    endFaults(this.world);
    this.#otherAccountUntil = 0;
    while (scheduler.processes.some((p) => !p.ended)) {
      const ready = scheduler.ready();
      if (ready.length > 0) await scheduler.step(dice.pick(ready));
      else scheduler.pass(30_000);
      const violation = this.#check();
      if (violation) return violation;
    }
    for (let round = 0; round < 160; round += 1) {
      await this.#alone(round % 4 === 0 ? "sweep" : "timer");
      const violation = this.#check();
      if (violation) return violation;
      if (round % 4 === 0 && this.#isSettled()) break;
      scheduler.pass(dice.between(30_000, 300_000));
    }
    await this.#alone("sweep");
    // By then everything that was made can be seen.
    scheduler.pass(this.world.switches.copyVisibleAfterMs);
    await this.#alone("sweep");
    return this.#check() ?? (this.last ? findUnfinished(this, this.last) : "the last sweep came to no end");
  }

  /** Whether the last sweep found nothing to do and nothing to wait for. */
  #isSettled(): boolean {
    const isOpen = (copy: Copy) =>
      copy.missingSince !== undefined || !(copy.state === "ready" || copy.state === "retired" || isExcused(copy));
    return this.last?.copies.some(isOpen) === false && this.last.plan.actions.length === 0;
  }

  async #alone(kind: Kind): Promise<void> {
    this.last = undefined;
    await this.#start(kind);
    for (let [first] = this.scheduler.ready(); first; [first] = this.scheduler.ready()) {
      await this.scheduler.step(first);
    }
  }
}
