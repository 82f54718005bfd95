// What became of one reading: its value or its error, within a time limit of its own.

import type { Millis } from "../model/types.ts";
import type { Inspection } from "./inspection.ts";

/** How long one reading may take: a service that hangs costs the others nothing. */
export const READING_LIMIT: Millis = 15_000;

/** A reading took longer than `READING_LIMIT`. */
export class Overdue extends Error {}

export type Outcome<T> = { readonly ms: Millis } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown }
);

/** Waits for a reading, at most `READING_LIMIT`. Never rejects. */
export async function outcomeOf<T>(
  { now, pause }: Pick<Inspection, "now" | "pause">,
  work: () => Promise<T>,
): Promise<Outcome<T>> {
  const from = now();
  const late = pause(READING_LIMIT).then(() => {
    throw new Overdue();
  });
  late.catch(() => {});
  try {
    const value = await Promise.race([work(), late]);
    return { ok: true, value, ms: now() - from };
  } catch (error) {
    return { ok: false, error, ms: now() - from };
  }
}
