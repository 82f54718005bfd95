// Paces the calls of each action and region by what the cloud grants.
import PQueue from "p-queue";
import type { Millis } from "../../../model/types.ts";

/** Time and chance, for pauses. */
export interface Clock {
  now(): Millis;
  /** Ends after `ms`, or rejects with the signal's reason once the signal aborts. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
  /** A number from 0 to below 1. */
  random(): number;
}

/** The time and the chance of this machine. */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(), // a clock that nobody sets back
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        resolve();
      }, ms);
      signal.addEventListener("abort", stop, { once: true });
    }),
};

/** What is counted together: the calls of an action in a region. `host` is the server that counts. */
export interface Lane {
  readonly host: string;
  readonly action: string;
  readonly region: string | undefined;
}

/** The right to start one call now. */
export interface Turn {
  /** Reports what the cloud answered, `ok` or its error code. Not called without an answer. */
  answered(code: string): void;
}

/** Waits until a call may start. Rejects with the signal's reason if the signal aborts first. */
export type TakeTurn = (lane: Lane, signal: AbortSignal) => Promise<Turn>;

/** Whether the cloud refused a call because of its rate limit. Such a call had no effect. */
export const isThrottled = (code: string): boolean => /^RequestLimitExceeded(\.|$)/.test(code);

// Calls per second. 8 are below the 10 that SyncImages, ModifyImageAttribute and similar actions
// allow (cvm 2017-03-12), because this program counts starts and the cloud counts arrivals.
const FASTEST = 8;
const SLOWEST = 0.5;
/** Each granted call raises the pace by this: from one call a second to the fastest in 40 s. */
const RAISE = 0.05;
/** A refusal leaves at most this part of the pace, whatever was granted before it. */
const LEAST_LOWERED = 0.9;
/** A pause is up to this much longer than the pace asks, so that processes do not stay in step. */
const JITTER = 0.2;

/**
 * Makes the pace of this process. The limit is the account's, and other processes may use a part of
 * it that is not known. So a refusal halves the pace, though not below what the cloud granted within
 * the last second, and every granted call raises it a little.
 */
export function pacing(clock: Clock): TakeTurn {
  const paces = new Map<string, Pace>();
  const prefixOf = ({ host, action }: Lane) => `${host} ${action} `;
  return async (lane, signal) => {
    const key = `${prefixOf(lane)}${lane.region}`;
    const pace = paces.get(key) ?? new Pace(clock);
    paces.set(key, pace);
    const startedAt = await pace.start(signal);
    return {
      answered(code) {
        if (!isThrottled(code)) return pace.raise(startedAt);
        // Only the plain code is about one region; the others are about the account or the address.
        if (code === "RequestLimitExceeded") return pace.lower(startedAt);
        for (const [other, same] of paces) if (other.startsWith(prefixOf(lane))) same.lower(startedAt);
      },
    };
  };
}

class Pace {
  readonly #clock: Clock;
  /** One waits for its turn, the others behind it. */
  readonly #queue = new PQueue({ concurrency: 1 });
  #perSecond = FASTEST;
  #nextAt: Millis = Number.NEGATIVE_INFINITY;
  #loweredAt: Millis = Number.NEGATIVE_INFINITY;
  /** The starts of the calls that were granted within the last second. */
  #granted: Millis[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  // The queue holds only the wait: if it held the call, an abort would hide how far the call came.
  async start(signal: AbortSignal): Promise<Millis> {
    return await this.#queue.add(
      async () => {
        // A refusal may move the turn while it is awaited.
        for (let left = this.#left(); left > 0; left = this.#left()) await this.#clock.sleep(left, signal);
        signal.throwIfAborted();
        const now = this.#clock.now();
        this.#nextAt = now + this.#pause();
        return now;
      },
      { signal },
    );
  }

  raise(startedAt: Millis): void {
    this.#granted = [...this.#lastGranted(), startedAt];
    this.#perSecond = Math.min(FASTEST, this.#perSecond + RAISE);
  }

  lower(startedAt: Millis): void {
    // A call from before says nothing about the pace since then.
    if (startedAt <= this.#loweredAt) return;
    const now = this.#clock.now();
    const granted = Math.max(this.#perSecond / 2, this.#lastGranted().length);
    this.#perSecond = Math.max(SLOWEST, Math.min(granted, this.#perSecond * LEAST_LOWERED));
    this.#loweredAt = now;
    this.#nextAt = now + this.#pause();
  }

  #lastGranted(): Millis[] {
    const from = this.#clock.now() - 1000;
    return this.#granted.filter((at) => at > from);
  }

  #left(): Millis {
    return this.#nextAt - this.#clock.now();
  }

  #pause(): Millis {
    return (1000 / this.#perSecond) * (1 + JITTER * this.#clock.random());
  }
}
