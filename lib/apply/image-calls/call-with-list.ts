// Calls that name several accounts or tags: what the cloud refuses is recorded, the rest is done.
import { TAG_PREFIX } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import type { ListAnswer } from "../../model/ports.ts";
import type { Copy, Refusal } from "../../model/types.ts";
import { without } from "../../plan/transitions.ts";
import type { CloudCall } from "../../plan/types.ts";
import type { ApplyContext } from "../types.ts";

/** A call that names several accounts or tags. */
export type ListCall = Extract<CloudCall, { do: "tag" | "share" }>;

/** What came of a call: its request id, and the call with the items that the cloud accepted. */
export interface Done<C> {
  readonly requestId: string;
  /** Undefined if no item was accepted. */
  readonly call: C | undefined;
}

/**
 * Records the items that the cloud refused, so that the copy goes on without them. Throws the error
 * of a tag of our own: without its ownership mark a copy must not go on.
 */
export async function recordAnswer<C extends ListCall>(
  call: C,
  { requestId, refused }: ListAnswer,
  copy: Copy,
  ctx: ApplyContext,
): Promise<Done<C>> {
  const [first] = refused.values();
  if (!first) return { requestId, call };
  for (const [item, error] of refused) if (call.do === "tag" && item.startsWith(TAG_PREFIX)) throw error;
  const at = ctx.now();
  const kind = call.do === "tag" ? "tag" : "account";
  const refusals = [...refused].map(([item, { code }]): Refusal => ({ kind, item, code, at }));
  const message = journal("refused", { items: [...refused.keys()], text: first.message });
  await ctx.note(without(copy, refusals, at), message, first);
  return { requestId, call: accepted(call, refused) };
}

function accepted<C extends ListCall>(call: C, refused: ListAnswer["refused"]): C | undefined {
  if (call.do === "tag") {
    const tags = Object.fromEntries(Object.entries(call.tags).filter(([key]) => !refused.has(key)));
    return Object.keys(tags).length > 0 ? { ...call, tags } : undefined;
  }
  const accounts = call.accounts.filter((account) => !refused.has(account));
  return accounts.length > 0 ? { ...call, accounts } : undefined;
}
