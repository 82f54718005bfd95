// One API call: applies faults, checks the call, runs the action, logs and audits it.
import { ACTIONS, findAction } from "../actions/registry.ts";
import type { Action, Service } from "../actions/shared/define-action.ts";
import { validate } from "../actions/shared/parameters.ts";
import { ApiError, errors, TransportFault } from "../errors.ts";
import type { Account } from "../settings/accounts.ts";
import type { ActiveFault, FaultEffect, ImageAt, World } from "../world/types.ts";
import { audit } from "./audit-events.ts";
import { copyFaultsOf, faultsFor } from "./faults.ts";
import { countCall } from "./rate-limit.ts";
import { logRequest } from "./request-log.ts";

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
}

export type CallResult =
  | { readonly kind: "answer"; readonly response: Record<string, unknown>; readonly holds: readonly ActiveFault[] }
  | {
      readonly kind: "error";
      readonly error: ApiError;
      readonly requestId: string;
      readonly holds: readonly ActiveFault[];
    }
  | { readonly kind: "transport"; readonly fault: TransportFault };

/** An authenticated call whose faults are chosen and which has not run yet. */
export interface PendingCall {
  /** How long to wait before `finish`, because of delay faults. */
  readonly delayMs: number;
  /** Runs the call, logs it and returns its result. */
  finish(): CallResult;
}

/**
 * Calls an action without HTTP and without waiting: delay and hold faults take no time.
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
  const delayMs = faults.reduce((ms, { effect }) => ms + (effect.kind === "delay" ? effect.ms : 0), 0);
  return { delayMs, finish: () => finishCall(world, request, requestId, dryRun, faults) };
}

function finishCall(
  world: World,
  request: CallRequest,
  requestId: string,
  dryRun: boolean,
  faults: readonly ActiveFault[],
): CallResult {
  const effects = faults.map((fault) => fault.effect);
  const touched: ImageAt[] = [];
  const log = (result: string) => {
    logRequest(world, {
      at: world.now(),
      requestId,
      account: request.account.uin,
      service: request.service,
      action: request.action,
      region: request.region ?? "",
      params: request.params,
      result,
      effects: touched,
      faults: faults.map((fault) => fault.id),
    });
  };
  const transport = (fault: TransportFault): CallResult => {
    log(fault.kind);
    return { kind: "transport", fault };
  };

  if (has(effects, "drop-before")) return transport(new TransportFault("dropped", false));
  const httpError = effects.find((e) => e.kind === "http");
  if (httpError && !httpError.after) return transport(new TransportFault("http", false, httpError.status));

  const holds = faults.filter((fault) => fault.effect.kind === "hold-after");
  const injected = effects.find((e) => e.kind === "error");
  const refused = (error: ApiError): CallResult => {
    error.requestId = requestId;
    log(error.code);
    return { kind: "error", error, requestId, holds };
  };

  let response: Record<string, unknown>;
  try {
    if (injected && !injected.after) throw injectedError(injected);
    const action = findAction(request.service, request.action, request.version);
    const region = checkRegion(world, action, request.region);
    countCall(world, request.account.uin, action.name, region);
    const params = validate(action.rules, request.params, request.text);
    const call = { world, account: request.account, region, touched, copyFaults: copyFaultsOf(faults) };
    response = { ...action.run(call, params), RequestId: requestId };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    auditCall(world, request, requestId, dryRun, error, touched);
    return refused(error);
  }
  auditCall(world, request, requestId, dryRun, response, touched);

  if (has(effects, "drop-after")) return transport(new TransportFault("dropped", true));
  if (httpError) return transport(new TransportFault("http", true, httpError.status));
  if (has(effects, "not-json")) return transport(new TransportFault("notJson", true));
  if (injected) return refused(injectedError(injected));
  for (const effect of effects) if (effect.kind === "lose-image-set") loseImageSet(response, effect.count ?? 1);
  log("ok");
  return { kind: "answer", response, holds };
}

function has(effects: readonly FaultEffect[], kind: FaultEffect["kind"]): boolean {
  return effects.some((effect) => effect.kind === kind);
}

function injectedError(effect: { code: string; message?: string }): ApiError {
  return new ApiError(effect.code, effect.message ?? "An injected error of the emulator.");
}

function loseImageSet(response: Record<string, unknown>, count: number): void {
  const set = response["ImageSet"];
  if (Array.isArray(set)) response["ImageSet"] = set.slice(0, Math.max(0, set.length - count));
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
    params: request.params,
    requestId,
    outcome: outcome instanceof ApiError ? { code: outcome.code, message: outcome.message } : { response: outcome },
    images: inParams.length > 0 ? inParams : touched,
  });
}

/** The images whose ids are in the parameters of a CVM request. */
function imagesInParams(request: CallRequest): ImageAt[] {
  if (request.service !== "cvm") return [];
  const ids = [request.params["ImageId"], request.params["ImageIds"]].flat();
  return ids.flatMap((id) => (typeof id === "string" ? [{ region: request.region ?? "", imageId: id }] : []));
}
