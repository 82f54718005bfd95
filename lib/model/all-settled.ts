// Waits for every promise before an error is thrown, so that no call is left running.

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
