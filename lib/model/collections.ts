// Helpers for lists: elements by key, what is made once it is needed, and promises that all have to end.

/** Groups items by their key. Groups and the items of a group stay in the order of the items. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** What `make` answers, made when it is first needed, and once. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * Waits until every promise is settled, then answers their values in order. If any of them
 * rejected, throws the error that came first in time. `Promise.all` would throw at once and leave
 * the other calls running unobserved.
 */
export async function settleAll<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const errors: unknown[] = [];
  const results = await Promise.allSettled(
    [...promises].map((promise) =>
      promise.catch((error: unknown) => {
        errors.push(error);
        throw error;
      }),
    ),
  );
  if (errors.length > 0) throw errors[0];
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
