// A seeded random generator for ids, durations and probabilities.
/** The only source of randomness in a world. It has one seed, so that runs can be repeated. */
export interface Random {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  fraction(): number;
  /** E.g. `id("img")` → `img-3f8k2m9q`. */
  id(prefix: string): string;
  /** A version 4 UUID, the form of a request id. */
  uuid(): string;
  /** The seed with which a new generator continues this sequence. */
  state(): number;
}

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Creates a mulberry32 generator: small, and uniform enough for ids and durations. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const digits = (count: number, base: number) => {
    let text = "";
    for (let i = 0; i < count; i += 1) text += LETTERS[Math.floor(fraction() * base)];
    return text;
  };
  return {
    fraction,
    state: () => state,
    id: (prefix) => `${prefix}-${digits(8, 36)}`,
    uuid: () => {
      const variant = "89ab"[Math.floor(fraction() * 4)];
      return `${digits(8, 16)}-${digits(4, 16)}-4${digits(3, 16)}-${variant}${digits(3, 16)}-${digits(12, 16)}`;
    },
  };
}
