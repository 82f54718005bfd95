// Regions of the simulated cloud that hang, crawl or are down.
import { STALE, SYNC_TIMEOUT } from "../../lib/model/time.ts";
import type { Millis } from "../../lib/model/types.ts";
import type { FaultKind } from "./faults.ts";
import type { SeededRandom } from "./random.ts";

/** What is wrong with a sick region. */
export type Sickness = Extract<FaultKind, `region-${string}`>;

export const SICKNESSES: readonly Sickness[] = ["region-hangs", "region-crawls", "region-down"];

/** The code and the duration of a call that has no answer. */
interface NoAnswer {
  readonly code: "Timeout" | "Network";
  readonly after: Millis;
}

/** A region that hangs takes the whole time limit of each call; one that is down takes all repetitions. */
const NO_ANSWER: Readonly<Partial<Record<Sickness, NoAnswer>>> = {
  "region-hangs": { code: "Timeout", after: SYNC_TIMEOUT },
  "region-down": { code: "Network", after: 13_000 },
};

/** What a sick region does to one call: it takes this long, and may then fail. */
export interface Symptom {
  readonly kind: Sickness;
  readonly delay: Millis;
  readonly code?: NoAnswer["code"];
}

/** The sick regions of one simulation. One region is sick at a time. */
export class SickRegions {
  readonly #random: SeededRandom;
  #sick: { readonly region: string; readonly kind: Sickness; readonly until: Millis } | undefined;
  readonly #lists = new Map<string, Millis>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Makes a region sick. */
  begin(region: string, kind: Sickness, until: Millis): void {
    this.#sick = { region, kind, until };
  }

  /** Makes all regions healthy again. */
  end(): void {
    this.#sick = undefined;
  }

  isAny(now: Millis): boolean {
    return this.#sick !== undefined && now < this.#sick.until;
  }

  /** What happens to a call on this region; undefined if the region is healthy. */
  symptomOf(region: string | undefined, now: Millis): Symptom | undefined {
    if (!this.#sick || this.#sick.region !== region || now >= this.#sick.until) return undefined;
    const { kind } = this.#sick;
    const noAnswer = NO_ANSWER[kind];
    return noAnswer
      ? { kind, delay: noAnswer.after, code: noAnswer.code }
      : { kind, delay: this.#random.between(8_000, SYNC_TIMEOUT - 1_000) };
  }

  /** Notes a page of a list. True if the list has just become older than `STALE` while it is read. */
  notePage(reader: string, region: string, offset: number, now: Millis): boolean {
    const list = `${reader} ${region}`;
    if (offset === 0) this.#lists.set(list, now);
    const isLong = now - (this.#lists.get(list) ?? now) > STALE;
    if (isLong) this.#lists.delete(list);
    return isLong;
  }
}
