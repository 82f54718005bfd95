// Short forms for tests of the state, beside those of `test/support/records.ts`.
import type { Records, State, Totals } from "../../../lib/model/ports.ts";
import type { AwaitedImage, Copy, JournalEntry } from "../../../lib/model/types.ts";

/** Adds and removes awaited images. */
export async function setAwaited(
  state: State,
  account: string,
  add: readonly AwaitedImage[],
  remove: readonly AwaitedImage[] = [],
): Promise<void> {
  await state.save(account, { awaited: { add, remove } });
}

/** Writes journal lines of one account. */
export async function append(state: State, account: string, entries: readonly JournalEntry[]): Promise<void> {
  await state.save(account, { entries });
}

/** The totals, without the phases that no copy is in: a store may answer 0 or leave them out. */
export function totalsOf({ totals }: Records): Totals {
  return Object.fromEntries(Object.entries(totals).filter(([, count]) => count !== 0));
}

/** The totals that these copies add up to. */
export function counted(copies: readonly Copy[]): Totals {
  return Object.fromEntries(
    [...new Set(copies.map(({ phase }) => phase))].map((phase) => [
      phase,
      copies.filter((copy) => copy.phase === phase).length,
    ]),
  );
}
