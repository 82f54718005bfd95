// The journal of a simulation: what it says, what is stored of it, and the log that it is sent to.
import { StateError } from "../../lib/model/errors.ts";
import { copyId } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import type { LogService } from "../../lib/model/ports.ts";
import type { Delivery, JournalEntry, JournalLine, Millis } from "../../lib/model/types.ts";
import type { SimulationContext } from "./context.ts";
import type { FaultKind } from "./faults.ts";
import { type SeededRandom, seededRandom } from "./random.ts";
import { OURS } from "./setting.ts";

/** The journal entries so far. They are kept when the state is lost. */
export class SimulatedJournal implements LogService {
  readonly #claims = new Set<string>();
  readonly #images = new Set<string>();
  readonly #deletions = new Set<string>();
  /** The lines that are stored, and those that the log has: by what they say, since a save answers no ids. */
  #written = new Set<string>();
  readonly #received = new Set<string>();
  readonly #sim: SimulationContext;
  #ownRandom: SeededRandom | undefined;

  constructor(sim: SimulationContext) {
    this.#sim = sim;
  }

  add(entries: readonly JournalEntry[]): void {
    for (const { event, text, key, image } of entries) {
      if (event === "claimed") this.#claims.add(`${key?.region} ${/"(.*)"/.exec(text)?.[1]}`);
      if (event === "delete" && image) this.#deletions.add(`${image.region} ${image.imageId} ${key?.rootId}`);
      if (image) this.#images.add(`${image.region} ${image.imageId}`);
    }
  }

  hasClaim(region: string, token: string): boolean {
    return this.#claims.has(`${region} ${token}`);
  }

  /** Whether the journal contains the deletion of this image as a copy of this root. */
  deletes(region: string, imageId: string, rootId: string | undefined): boolean {
    return this.#deletions.has(`${region} ${imageId} ${rootId}`);
  }

  hasImage(region: string, imageId: string): boolean {
    return this.#images.has(`${region} ${imageId}`);
  }

  /** Takes note of lines that the current state has stored. */
  expect(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#written.add(lineOf(entry));
  }

  /** The state is lost, and with it what the log does not have. */
  forgetWaiting(): void {
    this.#written = new Set([...this.#written].filter((line) => this.#received.has(line)));
  }

  /** The log: at times away, at times its answer is lost, at times it takes a part. */
  async send(lines: readonly JournalLine[]): Promise<Delivery> {
    const failure = reason("journal-late", { since: "", ago: "" });
    if (this.#fails("log-away")) return { taken: [], failure };
    const count = this.#fails("log-in-part") ? this.#random.between(0, lines.length) : lines.length;
    const taken = lines.slice(0, count);
    for (const { entry } of taken) if (entry) this.#received.add(lineOf(entry));
    if (this.#fails("log-answer-lost")) return { taken: [], failure };
    return { taken: taken.map(({ id }) => id), ...(count < lines.length && { failure }) };
  }

  /** Marks lines in the state; at times the process ends before or after it, as far as the log can tell. */
  async mark(work: () => Promise<void>): Promise<void> {
    if (this.#fails("log-mark-fails")) {
      if (this.#random.roll(0.5)) await work();
      throw new StateError(storedText("simulated: the mark was lost"));
    }
    await work();
  }

  /** Why the journal is not complete at the end: each stored line is in the log, or waits in the state for a short time. */
  async whyIncomplete(): Promise<string | undefined> {
    const waiting = await this.#sim.state.unsent(OURS, 100_000);
    const left = new Set(waiting.flatMap(({ entry }) => (entry ? [lineOf(entry)] : [])));
    const lost = [...this.#written].find((line) => !this.#received.has(line) && !left.has(line));
    if (lost !== undefined) return `this line of the journal is neither in the log nor in the state: ${lost}`;
    const old = waiting.find(({ at }) => at < this.#sim.scheduler.now - LONGEST_WAIT);
    return old && `a line of the journal waits since ${new Date(old.at).toISOString()}`;
  }

  /** Its own, so that the faults of the log change nothing else in a seed. */
  get #random(): SeededRandom {
    this.#ownRandom ??= seededRandom(this.#sim.seed + 1_000_003);
    return this.#ownRandom;
  }

  #fails(fault: FaultKind): boolean {
    const fails = this.#sim.faultsOn && this.#random.roll(0.1);
    if (fails) this.#sim.count(fault);
    return fails;
  }
}

/** Between the last runs of a simulation less time passes. */
const LONGEST_WAIT: Millis = 86_400_000;

const lineOf = ({ at, runId, event, text, key }: JournalEntry) =>
  `${at} ${runId} ${event} ${key ? copyId(key) : ""} ${text}`;
