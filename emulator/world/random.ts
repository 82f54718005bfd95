/** Everything that is random in a world comes from one seed, so that a run can be repeated. */
export interface Random {
  /** From 0 up to but not including 1. */
  fraction(): number;
  /** E.g. `id("img")` → `img-3f8k2m9q`. */
  id(prefix: string): string;
  /** In the form of a request id: a version 4 UUID. */
  uuid(): string;
  /** The seed with which another generator would go on from here. */
  state(): number;
}

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The generator is mulberry32: small, and even enough for ids and durations. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const digits = (count: number, base: number) =>
    Array.from({ length: count }, () => LETTERS[Math.floor(fraction() * base)]).join("");
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
