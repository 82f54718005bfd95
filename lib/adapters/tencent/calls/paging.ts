// Reads a list page by page, or by ids in batches, while it may change.
/** One page of a list, as of the moment of the call. */
interface Page<T> {
  readonly items: readonly T[];
  /** Number of items in the whole list. */
  readonly total: number;
}

export type ReadPage<T> = (offset: number, limit: number) => Promise<Page<T>>;

/**
 * Reads a list by offset once, or answers undefined if it changed meanwhile. If a list loses an
 * item while it is read, the rest moves forward and an item would be missed between two pages. So
 * each page begins with the last item of the page before: if another item is there, or the counts
 * do not add up, the list has changed.
 */
async function readOnce<T>(read: ReadPage<T>, idOf: (item: T) => string, limit: number): Promise<T[] | undefined> {
  const first = await read(0, limit);
  const items = new Map(first.items.map((item) => [idOf(item), item]));
  let last = first.items.at(-1);
  while (items.size < first.total && last !== undefined) {
    const before = items.size;
    const page = await read(before - 1, limit);
    const [again, ...more] = page.items;
    if (page.total !== first.total || again === undefined || idOf(again) !== idOf(last)) return undefined;
    for (const item of more) items.set(idOf(item), item);
    if (items.size === before) return undefined;
    last = more.at(-1);
  }
  return items.size === first.total ? [...items.values()] : undefined;
}

/** Reads a whole list, again if it changes meanwhile. Answers undefined after `tries` reads. */
export async function readAll<T>(
  read: ReadPage<T>,
  idOf: (item: T) => string,
  { limit = 100, tries = 5 } = {},
): Promise<T[] | undefined> {
  for (let n = 0; n < tries; n++) {
    const all = await readOnce(read, idOf, limit);
    if (all) return all;
  }
  return undefined;
}

/**
 * Reads items by id in batches of `limit`. It is not documented whether the API leaves out unknown
 * ids or refuses the whole batch. So if `refusedUnknown` recognises the error of a batch, the batch
 * is read in halves; a single id that is refused does not exist.
 */
export async function readByIds<T>(
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<readonly T[]>,
  refusedUnknown: (error: unknown) => boolean,
  limit = 100,
): Promise<T[]> {
  const all: T[] = [];
  for (let start = 0; start < ids.length; start += limit) {
    const batch = ids.slice(start, start + limit);
    try {
      all.push(...(await read(batch)));
    } catch (error) {
      if (!refusedUnknown(error)) throw error;
      if (batch.length > 1) all.push(...(await readByIds(batch, read, refusedUnknown, Math.ceil(batch.length / 2))));
    }
  }
  return all;
}
