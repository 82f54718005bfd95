// COS over HTTP: reads requests, waits for faults, writes responses.
import { setTimeout as sleep } from "node:timers/promises";
import { answerTransportFault, type HttpContext, hold, rawTarget } from "../../api/lost-answers.ts";
import type { World } from "../../world/types.ts";
import { MAX_OBJECT_BYTES } from "./content.ts";
import { beginCos } from "./service.ts";

/** Answers a request to COS. */
export async function answerCos(world: World, context: HttpContext): Promise<Response> {
  const headers = Object.fromEntries(context.req.raw.headers);
  const isTooLong = Number(headers["content-length"] ?? 0) > MAX_OBJECT_BYTES;
  const pending = beginCos(world, {
    method: context.req.method,
    target: rawTarget(context),
    headers: { ...headers, host: headers["host"] ?? new URL(context.req.url).host },
    // A body over the limit is not read: its length is enough to reject it.
    body: isTooLong ? new Uint8Array(MAX_OBJECT_BYTES + 1) : new Uint8Array(await context.req.arrayBuffer()),
  });
  if (pending.delayMs > 0) await sleep(pending.delayMs);
  const result = pending.finish();
  for (const fault of result.holds) await hold(fault);
  if (result.kind === "transport") return answerTransportFault(context, result.fault);
  const { status, body } = result.response;
  const isEmpty = status === 204 || context.req.method === "HEAD";
  return new Response(isEmpty ? null : Buffer.from(body), { status, headers: result.response.headers });
}
