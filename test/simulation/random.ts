// The random choices of a simulation.
import { createRandom } from "../../emulator/world/random.ts";

/** Random choices that depend on the seed alone. */
export interface SeededRandom {
  /** True in `chance` of the cases, 0 to 1. */
  roll(chance: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
}

export function seededRandom(seed: number): SeededRandom {
  const random = createRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random.fraction() * (high - low + 1));
  return {
    roll: (chance) => random.fraction() < chance,
    between,
    pick: (from) => from[between(0, from.length - 1)] as (typeof from)[number],
  };
}
