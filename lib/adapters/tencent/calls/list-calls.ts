// Reads paged lists of the API whole.
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { Millis } from "../../../model/types.ts";
import { absent, type Json, numberOf, textOf } from "../transport/answer.ts";
import type { Call, Send } from "../transport/call.ts";
import { cloudError } from "../transport/transport.ts";
import { readAll } from "./paging.ts";

/** How the calls of every verb are sent, retried and paged. */
export interface Calls {
  /** Sends a call that may be repeated, and retries it while it fails with a transient error. */
  readonly repeated: Send;
  /** Items per page. */
  readonly page: number;
  readonly timeoutMs: Millis;
}

/** The request id of an answer, for verbs that return nothing else. */
export const requestIdIn = (answer: Json): string => textOf(answer["RequestId"], "RequestId") ?? "";

/**
 * Reads a whole list that is paged by Offset and Limit and has a TotalCount. `mark` distinguishes
 * its items. Throws `CloudError` if the list kept changing; `list` names it in the message.
 */
export async function readWholeList<T extends { readonly mark: string }>(
  { repeated, page }: Calls,
  call: Call,
  list: string,
  items: (answer: Json, offset: number) => T[],
): Promise<T[]> {
  const all = await readAll<T>(
    (offset, limit) =>
      repeated({ ...call, params: { ...call.params, Offset: offset, Limit: limit } }, (answer) => {
        const total = numberOf(answer["TotalCount"], "TotalCount");
        if (total === undefined) throw absent("TotalCount");
        return { items: items(answer, offset), total };
      }),
    ({ mark }) => mark,
    { limit: page },
  );
  if (!all) throw cloudError(call, { code: "Unstable", text: cloudDetail("list", { list }).text }, "none");
  return all;
}
