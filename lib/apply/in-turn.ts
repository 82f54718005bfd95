// Works through calls a few at a time, and saves what came of them before it goes on.
import PQueue from "p-queue";
import type { ApplyContext } from "./types.ts";

/**
 * So many calls for each that runs at the same time are announced or claimed together: few enough
 * that a claim does not end before its request is sent.
 */
const CALLS_PER_SLOT = 4;

/** The calls in parts, each announced or claimed with one save. */
export function partsOf<T>(calls: readonly T[], { concurrency }: Pick<ApplyContext, "concurrency">): readonly T[][] {
  const size = concurrency * CALLS_PER_SLOT;
  return Array.from({ length: Math.ceil(calls.length / size) }, (_, at) => calls.slice(at * size, (at + 1) * size));
}

/**
 * Does `work` for each item, at most `concurrency` at the same time, and saves what was noted. Throws
 * the first error, but only when nothing is left running and the outcomes of the others are saved.
 */
export async function settled<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { concurrency, flush }: Pick<ApplyContext, "concurrency" | "flush">,
): Promise<void> {
  const errors: unknown[] = [];
  const queue = new PQueue({ concurrency });
  for (const item of items) void queue.add(() => work(item).catch((error: unknown) => errors.push(error)));
  await queue.onIdle();
  await flush().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
