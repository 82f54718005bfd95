import type { Millis } from "../../../model/types.ts";
import { AnswerError, type Json, numberOf, textOf } from "../transport/answer.ts";
import type { Call, Send } from "../transport/call.ts";
import { cloudError } from "../transport/transport.ts";
import { readAll } from "./paging.ts";

/** What every verb is made of: how its calls are repeated and paged. */
export interface Calls {
  /** Sends a call that may be repeated, again and again while it fails with what passes by itself. */
  readonly repeated: Send;
  /** Items a page. */
  readonly page: number;
  readonly timeoutMs: Millis;
}

/** The request id of an answer, for verbs that answer nothing else. */
export const requestIdIn = (answer: Json): string => textOf(answer["RequestId"], "RequestId") ?? "";

/**
 * Reads a list whole, which is paged by Offset and Limit and tells its TotalCount. `mark` tells its items apart. Throws
 * `CloudError` if that cannot be done; `what` then names the list to a person.
 */
export async function wholeList<T extends { readonly mark: string }>(
  { repeated, page }: Calls,
  call: Call,
  what: string,
  items: (answer: Json, offset: number) => T[],
): Promise<T[]> {
  const all = await readAll<T>(
    (offset, limit) =>
      repeated({ ...call, params: { ...call.params, Offset: offset, Limit: limit } }, (answer) => {
        const total = numberOf(answer["TotalCount"], "TotalCount");
        if (total === undefined) throw new AnswerError("TotalCount is absent");
        return { items: items(answer, offset), total };
      }),
    ({ mark }) => mark,
    { limit: page },
  );
  if (!all) throw cloudError(call, { code: "Unstable", text: what }, "none");
  return all;
}
