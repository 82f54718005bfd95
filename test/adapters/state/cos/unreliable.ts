// A network between several writers and a bucket: one seed decides the order of requests and every fault.
import { LostAnswer, type RawAnswer } from "../../../../lib/adapters/state/cos/requests/client.ts";
import type { SignedRequest } from "../../../../lib/adapters/state/cos/requests/sign.ts";
import type { Exchange, LocalBucket } from "./cos-place.ts";

/** Numbers from a seed, at least 0 and below 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Runs writers together: whenever all of them wait for a request, one request goes on. */
export interface Network {
  /** The exchange of one writer. */
  readonly through: (writer: number) => (exchange: Exchange) => Exchange;
  /** Waits for as long as the writer is not chosen. */
  readonly pause: (writer: number) => () => Promise<void>;
  /** Runs the writers until all have ended. */
  readonly run: (writers: readonly (() => Promise<void>)[]) => Promise<void>;
}

/** Makes a network with faults. `random` decides. */
export function unreliable({ clock, arrive }: LocalBucket, random: () => number): Network {
  const parked = new Map<number, { readonly go: () => void; readonly frozenUntil: number }>();
  /** Puts that their senders gave up, and that arrive later. */
  const underWay: SignedRequest[] = [];
  let step = 0;
  let changed = () => {};

  const park = (writer: number) =>
    new Promise<void>((go) => {
      // Now and then an instance is frozen, for a long time.
      parked.set(writer, { go, frozenUntil: random() < 0.02 ? step + 30 : 0 });
      changed();
    });

  function passTime(): void {
    const chance = random();
    const longest = chance < 0.01 ? 2 * HOUR : chance < 0.05 ? 15 * MINUTE : 4_000;
    clock.now += Math.floor(random() * longest);
    if (underWay.length > 0 && random() < 0.2) {
      const [request] = underWay.splice(Math.floor(random() * underWay.length), 1);
      arrive(request as SignedRequest)();
    }
  }

  function send(request: SignedRequest): RawAnswer {
    const chance = random();
    const unavailable = { status: 503, date: new Date(clock.now).toUTCString(), body: Buffer.from("") };
    if (chance < 0.03) throw new LostAnswer("lost before");
    if (chance < 0.05) return unavailable;
    if (chance < 0.07 && request.method === "PUT") {
      underWay.push(request);
      throw new LostAnswer("under way");
    }
    const answer = arrive(request)();
    if (chance < 0.1) throw new LostAnswer("lost after");
    return chance < 0.12 ? unavailable : answer;
  }

  return {
    through: (writer) => () => async (request) => {
      await park(writer);
      return send(request);
    },
    pause: (writer) => () => park(writer),
    async run(writers) {
      const running = new Set(writers.keys());
      const ends = writers.map((write, writer) =>
        write().finally(() => {
          running.delete(writer);
          changed();
        }),
      );
      while (running.size > 0) {
        const isSettled = () => [...running].every((writer) => parked.has(writer));
        while (!isSettled()) {
          await new Promise<void>((resolve) => {
            changed = resolve;
          });
        }
        step += 1;
        passTime();
        const awake = [...parked].filter(([, { frozenUntil }]) => frozenUntil <= step);
        const choices = awake.length > 0 ? awake : [...parked];
        const [writer, { go }] = choices.sort(([a], [b]) => a - b)[Math.floor(random() * choices.length)] ?? [
          0,
          { go: () => {} },
        ];
        parked.delete(writer);
        go();
      }
      await Promise.all(ends);
    },
  };
}
