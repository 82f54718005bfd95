// A clock whose time passes at once, whenever everything else waits for it.

import { createRandom } from "../../../emulator/world/random.ts";
import type { Clock } from "../../../lib/adapters/tencent/transport/pace.ts";

/** A clock with chance from `seed`. Its time passes only inside `during`. */
export function fakeClock(seed: number) {
  let now = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const chance = createRandom(seed);
  const clock: Clock = {
    now: () => now,
    random: () => chance.fraction(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason as Error);
        const wake = () => {
          signal.removeEventListener("abort", stop);
          resolve();
        };
        signal.addEventListener("abort", stop, { once: true });
        sleepers.push({ until: now + ms, wake });
      }),
  };
  /** Lets time pass until `work` has ended. */
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await new Promise((done) => setImmediate(done));
      if (ended) return await work;
      sleepers.sort((a, b) => a.until - b.until);
      const next = sleepers.shift();
      if (next) now = Math.max(now, next.until);
      next?.wake();
    }
  };
  return { clock, during };
}
