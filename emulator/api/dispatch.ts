// One API call: applies faults, checks the call, runs the action, logs and audits it.
import { ACTIONS, findAction } from "../actions/registry.ts";
import type { Action } from "../actions/shared/define-action.ts";
import { ApiError, errors, type TransportFault } from "../errors.ts";
import { checkRequest } from "../model/check-request.ts";
import type { Service } from "../model/model.ts";
import { deliverDue } from "../services/events/deliver.ts";
import { checkPermission } from "../services/identity/enforce.ts";
import type { Account } from "../settings/accounts.ts";
import type { ActiveFault } from "../settings/faults.ts";
import type { ImageAt, World } from "../world/types.ts";
import { audit } from "./audit-events.ts";
import { callFaultsOf, copyFaultsOf, faultsFor, type InjectedError } from "./faults.ts";
import { countCall } from "./rate-limit.ts";
import { logRequest, withoutCode } from "./request-log.ts";

/** An authenticated call. */
export interface CallRequest {
  readonly account: Account;
  readonly service: Service;
  readonly action: string;
  readonly version: string;
  /** The header X-TC-Region; optional for actions that are not regional. */
  readonly region?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  /** Whether numbers and booleans are text, as in a GET request. */
  readonly text?: boolean;
  /** The body of an action that takes bytes instead of JSON. */
  readonly body?: Uint8Array | undefined;
}

export type CallResult =
  | {
      readonly kind: "answer";
      readonly response: Record<string, unknown>;
      /** Members that replace those of the response once they are known. Never rejects. */
      readonly later: Promise<Record<string, unknown>> | undefined;
      readonly holds: readonly ActiveFault[];
    }
  | {
      readonly kind: "error";
      readonly error: ApiError;
      readonly requestId: string;
      readonly holds: readonly ActiveFault[];
    }
  | { readonly kind: "transport"; readonly fault: TransportFault; readonly holds: readonly ActiveFault[] };

/** An authenticated call whose faults are chosen and which has not run yet. */
export interface PendingCall {
  /** How long to wait before `finish`, because of delay faults. */
  readonly delayMs: number;
  /** Runs the call, logs it and returns its result. */
  finish(): CallResult;
}

/**
 * Calls an action without HTTP and without waiting: delay, hold and hang faults take no time.
 * Throws `ApiError` or `TransportFault`.
 */
export function callAction(world: World, request: CallRequest): Record<string, unknown> {
  const result = beginCall(world, request).finish();
  switch (result.kind) {
    case "answer":
      return result.response;
    case "error":
      throw result.error;
    case "transport":
      throw result.fault;
  }
}

/** Chooses the faults that hit an authenticated call. The call is not validated yet. */
export function beginCall(world: World, request: CallRequest): PendingCall {
  deliverDue(world);
  const requestId = world.random.uuid();
  const dryRun = request.params["DryRun"] === true || String(request.params["DryRun"]) === "true";
  const faults = faultsFor(world, {
    service: request.service,
    action: request.action,
    region: request.region ?? "",
    account: request.account.uin,
    dryRun,
    requestId,
  });
  const { delayMs } = callFaultsOf(faults);
  return { delayMs, finish: () => finishCall(world, request, requestId, dryRun, faults) };
}

function finishCall(
  world: World,
  request: CallRequest,
  requestId: string,
  dryRun: boolean,
  faults: readonly ActiveFault[],
): CallResult {
  const { lostBefore, hangs, refusedBefore, lostAfter, refusedAfter, holds } = callFaultsOf(faults);
  const touched: ImageAt[] = [];
  const log = (result: string, reason?: string) => {
    logRequest(world, {
      at: world.now(),
      requestId,
      account: request.account.uin,
      service: request.service,
      action: request.action,
      region: request.region ?? "",
      params: withoutCode(request.params),
      result,
      ...(reason !== undefined && { reason }),
      effects: touched,
      faults: faults.map((fault) => fault.id),
    });
  };
  const transport = (fault: TransportFault): CallResult => {
    log(fault.kind);
    return { kind: "transport", fault, holds: hangs };
  };
  const refused = (error: ApiError): CallResult => {
    error.requestId = requestId;
    log(error.code, error.code.endsWith("UnauthorizedOperation") ? error.message : undefined);
    return { kind: "error", error, requestId, holds };
  };

  if (lostBefore) return transport(lostBefore);
  let response: Record<string, unknown>;
  let later: Promise<Record<string, unknown>> | undefined;
  try {
    if (refusedBefore) throw injectedError(refusedBefore);
    const action = findAction(request.service, request.action, request.version);
    const region = checkRegion(world, action, request.region);
    countCall(world, request.account.uin, action.name, region);
    checkPermission(world, { ...request, requestId, images: imagesInParams(request) });
    const params = checkRequest(action.service, action.name, request.params, request.text);
    const { account, body } = request;
    const answerLater = (members: Promise<Record<string, unknown>>) => {
      later = members;
    };
    const call = { world, account, region, touched, copyFaults: copyFaultsOf(faults), body, answerLater };
    response = { ...action.run(call, params), RequestId: requestId };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    auditCall(world, request, requestId, dryRun, error, touched);
    return refused(error);
  }
  auditCall(world, request, requestId, dryRun, response, touched);

  if (lostAfter) return transport(lostAfter);
  if (refusedAfter) return refused(injectedError(refusedAfter));
  for (const { effect } of faults) {
    if (effect.kind === "lose-image-set") loseImageSet(response, effect.count ?? 1);
    if (effect.kind === "wrong-image-id") nameOtherImage(response, effect.imageId, world, request.account.uin);
  }
  log("ok");
  return { kind: "answer", response, later, holds };
}

function injectedError({ code, message }: InjectedError): ApiError {
  return new ApiError(code, message);
}

function loseImageSet(response: Record<string, unknown>, count: number): void {
  const set = response["ImageSet"];
  if (Array.isArray(set)) response["ImageSet"] = set.slice(0, Math.max(0, set.length - count));
}

function nameOtherImage(response: Record<string, unknown>, id: string | undefined, world: World, owner: string): void {
  const set = response["ImageSet"];
  const last: unknown = Array.isArray(set) ? set.at(-1) : undefined;
  if (!last || typeof last !== "object" || !("Region" in last) || !("ImageId" in last)) return;
  const images = [...(world.images.get(String(last.Region))?.values() ?? [])];
  const others = images.filter((image) => image.owner === owner && image.imageId !== last.ImageId);
  const [oldest] = others.sort((a, b) => a.createdAt - b.createdAt);
  last.ImageId = id ?? oldest?.imageId ?? last.ImageId;
}

function checkRegion(world: World, action: Action, region: string | undefined): string {
  if (region === undefined || region === "") {
    if (action.regional) throw errors.missingParameter("Region");
    return "";
  }
  if (action.regional && !world.images.has(region)) {
    throw new ApiError("UnsupportedRegion", `The region \`${region}\` is not supported by ${action.service}.`);
  }
  return region;
}

/**
 * Audits a write. Calls that failed authentication or that the gateway throttled never reach the
 * product, so they are not audited.
 */
function auditCall(
  world: World,
  request: CallRequest,
  requestId: string,
  dryRun: boolean,
  outcome: ApiError | Record<string, unknown>,
  touched: readonly ImageAt[],
): void {
  const action = ACTIONS.find(({ service, name }) => service === request.service && name === request.action);
  if (!action?.write || dryRun) return;
  if (outcome instanceof ApiError && outcome.code === "RequestLimitExceeded") return;
  const inParams = imagesInParams(request);
  audit(world, {
    account: request.account,
    service: request.service,
    action: request.action,
    region: request.region ?? "",
    params: withoutCode(request.params),
    requestId,
    outcome:
      outcome instanceof ApiError
        ? { code: outcome.code, message: outcome.message }
        : { response: withoutKeys(outcome) },
    images: inParams.length > 0 ? inParams : touched,
  });
}

/** An answer without the credentials that AssumeRole gives out. */
function withoutKeys({ Credentials: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/** The images whose ids are in the parameters of a CVM request. */
function imagesInParams(request: CallRequest): ImageAt[] {
  if (request.service !== "cvm") return [];
  const ids = [request.params["ImageId"], request.params["ImageIds"]].flat();
  return ids.flatMap((id) => (typeof id === "string" ? [{ region: request.region ?? "", imageId: id }] : []));
}
