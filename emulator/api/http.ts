// The API over HTTP: reads requests, waits for faults, writes responses.
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../errors.ts";
import type { World } from "../world/types.ts";
import { beginCall, type CallRequest } from "./dispatch.ts";
import { MAX_BODY_BYTES, openEnvelope } from "./envelope.ts";
import { answerTransportFault, type HttpContext, hold, rawTarget } from "./lost-answers.ts";
import { logRequest } from "./request-log.ts";

/** Answers a request to the API. */
export async function answerApi(world: World, context: HttpContext): Promise<Response> {
  const headers = Object.fromEntries(context.req.raw.headers);
  const tooLong = Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES;
  const url = new URL(context.req.url);
  let call: CallRequest;
  try {
    call = openEnvelope(world, {
      method: context.req.method,
      path: url.pathname,
      query: queryIn(rawTarget(context)),
      // A body over the limit is not read: its length is enough to reject it.
      body: tooLong ? new Uint8Array(MAX_BODY_BYTES + 1) : new Uint8Array(await context.req.arrayBuffer()),
      headers: { ...headers, host: headers["host"] ?? url.host },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return rejectRequest(world, headers, error);
  }
  const pending = beginCall(world, call);
  if (pending.delayMs > 0) await sleep(pending.delayMs);
  const result = pending.finish();
  for (const fault of result.holds) await hold(fault);
  if (result.kind === "transport") return answerTransportFault(context, result.fault);
  if (result.kind === "answer") return Response.json({ Response: { ...result.response, ...(await result.later) } });
  return errorAnswer(result.error, result.requestId);
}

function queryIn(target: string): string {
  return target.includes("?") ? target.slice(target.indexOf("?") + 1) : "";
}

function errorAnswer(error: ApiError, requestId: string): Response {
  return Response.json({ Response: { Error: { Code: error.code, Message: error.message }, RequestId: requestId } });
}

/**
 * Logs and answers a request that failed before it was parsed. The log has only the header values.
 */
function rejectRequest(world: World, headers: Readonly<Record<string, string>>, error: ApiError): Response {
  const requestId = world.random.uuid();
  logRequest(world, {
    at: world.now(),
    requestId,
    account: "",
    service: "",
    action: headers["x-tc-action"] ?? "",
    region: headers["x-tc-region"] ?? "",
    params: {},
    result: error.code,
    effects: [],
    faults: [],
  });
  return errorAnswer(error, requestId);
}
