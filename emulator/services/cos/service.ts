// One request to COS: checks the signature, applies faults, runs the operation, logs it.
import { type CallFaults, callFaultsOf, faultsFor } from "../../api/faults.ts";
import { logRequest } from "../../api/request-log.ts";
import type { TransportFault } from "../../errors.ts";
import type { ActiveFault } from "../../settings/faults.ts";
import type { Bucket } from "../../world/services/bucket.ts";
import { appIdOf } from "../../world/services/make-bucket.ts";
import type { RequestRecord, World } from "../../world/types.ts";
import { refusalOf } from "../identity/permissions.ts";
import { cosNow } from "./clock.ts";
import { CosError, cosErrors } from "./errors.ts";
import type { CosAnswer, CosCall, Operation } from "./operation.ts";
import { operationOf } from "./operations.ts";
import { type Address, addressOf, type CosRequest } from "./request.ts";
import { verifyCos } from "./signature.ts";
import { type Written, writeXml } from "./xml.ts";

/** A response of COS. */
export interface CosResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for HEAD. */
  readonly body: string | Uint8Array;
}

export type CosResult =
  | { readonly kind: "answer"; readonly response: CosResponse; readonly holds: readonly ActiveFault[] }
  | { readonly kind: "transport"; readonly fault: TransportFault; readonly holds: readonly ActiveFault[] };

/** A request that has arrived and has not taken effect yet. */
export interface PendingCosRequest {
  /** How long to wait before `finish`. */
  readonly delayMs: number;
  /** Lets the request take effect, logs it and returns its result. */
  finish(): CosResult;
}

/** How long a conditional put waits where such puts race, so that two over HTTP can be under way together. */
const RACE_MS = 20;

/**
 * Sends a request without HTTP and without waiting: delay, hold and hang faults take no time. Throws
 * `TransportFault`; an error of COS is a response.
 */
export function callCos(world: World, request: CosRequest): CosResponse {
  const result = beginCos(world, request).finish();
  if (result.kind === "transport") throw result.fault;
  return result.response;
}

/**
 * Takes a request in: its signature is checked now, with the time of its arrival. Between this and `finish` it is
 * under way, as it may be for long in a real network.
 */
export function beginCos(world: World, request: CosRequest): PendingCosRequest {
  const requestId = Buffer.from(world.random.uuid()).toString("base64");
  const entry: LogEntry = { requestId, account: "", action: "", region: "", params: {}, faults: [] };
  let accepted: { call: CosCall; operation: Operation };
  try {
    accepted = authenticate(world, request, entry);
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    log(world, entry, error.code);
    const response = errorResponse(world, request, requestId, error);
    return { delayMs: 0, finish: () => ({ kind: "answer", response, holds: [] }) };
  }
  const { call, operation } = accepted;
  const faults = faultsFor(world, {
    service: "cos",
    action: operation.name,
    region: call.address.region,
    account: call.account.uin,
    dryRun: false,
    requestId,
  });
  entry.faults = faults.map(({ id }) => id);
  const callFaults = callFaultsOf(faults);
  const isRacing = world.switches.cosForbidOverwrite === "racy" && operation.name === "PutObject";
  return {
    delayMs: callFaults.delayMs + (isRacing ? RACE_MS : 0),
    finish: () => finish(call, operation, callFaults, entry),
  };
}

/** What the log has of a request. It fills while the request is read. */
type LogEntry = {
  -readonly [K in "requestId" | "account" | "action" | "region" | "params" | "faults"]: RequestRecord[K];
} & { reason?: string | undefined };

function authenticate(world: World, request: CosRequest, entry: LogEntry): { call: CosCall; operation: Operation } {
  const address = addressOf(request);
  const { bucket, key, query, region } = address;
  entry.region = region;
  entry.params = { Bucket: bucket, ...(key !== "" && { Key: key }), ...Object.fromEntries(query) };
  const operation = operationOf(request, address);
  entry.action = operation.name;
  const now = cosNow(world);
  const clock = { now, leewayMs: world.switches.cosExpiryLeewayMs };
  const account =
    anonymousReader(request, operation, world.buckets.get(bucket), world) ?? verifyCos(request, address, world, clock);
  entry.account = account.uin;
  entry.reason = refusalOf(world, account, `cos:${operation.permission ?? operation.name}`, resourceOf(address));
  if (entry.reason !== undefined) throw cosErrors.accessDenied();
  const existedOnArrival = world.buckets.get(bucket)?.objects.has(key) ?? false;
  return { call: { world, account, address, request, existedOnArrival }, operation };
}

/** Who counts as the sender of an unsigned read of a public bucket: its owner; undefined for every other request. */
function anonymousReader(request: CosRequest, { name }: Operation, bucket: Bucket | undefined, { config }: World) {
  const isRead = name === "ListObjects" || name === "GetObject" || name === "HeadObject";
  if (request.headers["authorization"] !== undefined || !isRead || !bucket?.isPublic) return undefined;
  return config.accounts.find(({ uin }) => uin === bucket.owner);
}

/** The resource that a request needs a permission for; the bucket itself ends with a slash. */
function resourceOf({ bucket, region, key }: Address): string {
  return bucket === "" ? "*" : `qcs::cos:${region}:uid/${appIdOf(bucket) ?? ""}:${bucket}/${key}`;
}

function finish(call: CosCall, operation: Operation, faults: CallFaults, entry: LogEntry): CosResult {
  const { world, request } = call;
  const { requestId } = entry;
  const transport = (fault: TransportFault): CosResult => {
    log(world, entry, fault.kind);
    return { kind: "transport", fault, holds: faults.hangs };
  };
  const answer = (response: CosResponse, result: string): CosResult => {
    log(world, entry, result);
    return { kind: "answer", response, holds: faults.holds };
  };
  const refused = (error: CosError) => answer(errorResponse(world, request, requestId, error), error.code);

  if (faults.lostBefore) return transport(faults.lostBefore);
  if (faults.refusedBefore) return refused(new CosError(faults.refusedBefore.code, faults.refusedBefore.message));
  let answered: CosAnswer;
  try {
    answered = operation.run(call);
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    return refused(error);
  }
  if (faults.lostAfter) return transport(faults.lostAfter);
  if (faults.refusedAfter) return refused(new CosError(faults.refusedAfter.code, faults.refusedAfter.message));
  return answer(respond(world, request, requestId, answered), "ok");
}

function log(world: World, entry: LogEntry, result: string): void {
  const { reason, ...rest } = entry;
  const record = { at: world.now(), service: "cos", effects: [], ...rest, result };
  logRequest(world, reason === undefined ? record : { ...record, reason });
}

function respond(world: World, request: CosRequest, requestId: string, answer: CosAnswer): CosResponse {
  const { status = 200, headers = {}, body = "" } = answer;
  return {
    status,
    headers: {
      ...(typeof body === "string" && body !== "" && { "content-type": "application/xml" }),
      ...headers,
      ...(status !== 204 && { "content-length": String(Buffer.byteLength(body)) }),
      date: new Date(cosNow(world)).toUTCString(),
      server: "tencent-cos",
      "x-cos-request-id": requestId,
    },
    body: request.method === "HEAD" ? "" : body,
  };
}

function errorResponse(world: World, request: CosRequest, requestId: string, error: CosError): CosResponse {
  const { code, message, details, status } = error;
  const document: Written[] = [
    ["Code", code],
    ["Message", message],
    ...Object.entries(details),
    ["Resource", `${request.headers["host"] ?? ""}${request.target.replace(/\?.*$/s, "")}`],
    ["RequestId", requestId],
    ["TraceId", Buffer.from(world.random.uuid()).toString("base64")],
  ];
  return respond(world, request, requestId, { status, body: writeXml(["Error", document]) });
}
