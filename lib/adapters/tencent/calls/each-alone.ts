// A list is refused as a whole because of one of its items: sends each item by itself.
import { CloudError } from "../../../model/errors.ts";
import type { ListAnswer } from "../../../model/ports.ts";
import { isTransient } from "../errors/verdicts.ts";

/**
 * Sends a list in batches of `size`. It is not documented whether a call that names one bad item has
 * an effect for the others, so every item of a refused batch is sent again in a call of its own;
 * `send` may be repeated. Throws `CloudError` if the cause is none of the items: the image, the
 * caller's key, the network, or too many requests.
 */
export async function sendAll(
  items: readonly string[],
  size: number,
  send: (items: readonly string[]) => Promise<string>,
): Promise<ListAnswer> {
  const refused = new Map<string, CloudError>();
  let requestId = "";
  const sendBatch = async (batch: readonly string[]): Promise<void> => {
    try {
      requestId = await send(batch);
    } catch (error) {
      if (!mayConcernOneItem(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) refused.set(only, error);
      else for (const item of batch) await sendBatch([item]);
    }
  };
  for (let at = 0; at < items.length; at += size) await sendBatch(items.slice(at, at + size));
  return { requestId, refused };
}

function mayConcernOneItem(error: unknown): error is CloudError {
  return (
    error instanceof CloudError &&
    error.about === "call" &&
    error.outcome !== "requeue" &&
    error.code !== "BadAnswer" &&
    !isTransient(error.code)
  );
}
