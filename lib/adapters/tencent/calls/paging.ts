/** One page of a list, as it stands at this moment. */
interface Page<T> {
  readonly items: readonly T[];
  /** How many items the whole list has. */
  readonly total: number;
}

export type ReadPage<T> = (offset: number, limit: number) => Promise<Page<T>>;

/**
 * Reads a list by offset once, or answers undefined when it changed meanwhile. A list that loses an item while it is
 * read moves the rest forward, and an item would slip through between two pages. So each page begins with the last item
 * of the one before it: if another stands there, or the counts do not add up, the list has changed.
 */
async function readOnce<T>(read: ReadPage<T>, idOf: (item: T) => string, limit: number): Promise<T[] | undefined> {
  const first = await read(0, limit);
  const found = new Map(first.items.map((item) => [idOf(item), item]));
  let last = first.items.at(-1);
  while (found.size < first.total && last !== undefined) {
    const before = found.size;
    const page = await read(before - 1, limit);
    const [again, ...more] = page.items;
    if (page.total !== first.total || again === undefined || idOf(again) !== idOf(last)) return undefined;
    for (const item of more) found.set(idOf(item), item);
    if (found.size === before) return undefined;
    last = more.at(-1);
  }
  return found.size === first.total ? [...found.values()] : undefined;
}

/** Reads a whole list, from the start again whenever it changes meanwhile. Answers undefined after `tries` times. */
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
 * Reads items by id in batches. Whether an API leaves out ids it does not know or refuses the whole batch is not
 * settled, so a batch that `refusedUnknown` recognises is read in halves; a single id that is refused does not exist.
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
