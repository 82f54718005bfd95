// Reads the envelope of an HTTP request: common parameters, signature, product and body.
import { ACTIONS } from "../actions/registry.ts";
import { ApiError, errors } from "../errors.ts";
import { modelOf, type Service } from "../model/model.ts";
import { signatureFailure } from "../services/identity/credentials.ts";
import type { World } from "../world/types.ts";
import type { CallRequest } from "./dispatch.ts";
import { parseAuthorization, type SignedRequest, verify } from "./signature.ts";
import { formOf, verifyForm } from "./signature-v1.ts";

/** Size limits: 10 MB for a POST body, 32 KB for a GET query (product documentation 1278/46710). */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_QUERY_BYTES = 32 * 1024;
/** How deep parameters may be nested. Deeper ones could not be written as JSON again, for logs and exports. */
const MOST_LEVELS = 100;

/**
 * Parses and authenticates a request. The real gateway's order of checks is unverified; the
 * emulator uses protocol, size, common parameters, signature, product, body.
 * Throws `ApiError` for every request that the gateway would reject before the product sees it.
 */
export function openEnvelope(world: World, request: SignedRequest): CallRequest {
  const { headers, method } = request;
  if (method !== "GET" && method !== "POST") {
    throw new ApiError("UnsupportedProtocol", "Only the HTTP methods GET and POST are supported.");
  }
  if (request.body.length > MAX_BODY_BYTES || (method === "GET" && request.query.length > MAX_QUERY_BYTES)) {
    throw new ApiError("RequestSizeLimitExceeded", "The request is too large.");
  }
  const form = formOf(request);
  if (form !== undefined) {
    const { params, ...opened } = verifyForm(world, request, form);
    const service = serviceOf(headers["host"] ?? "", undefined, opened.action, opened.version);
    return { ...opened, service, params: unflatten(params), text: true };
  }
  for (const name of ["Action", "Version", "Timestamp"]) {
    if (!headers[`x-tc-${name.toLowerCase()}`]) throw errors.missingParameter(name);
  }
  if (!headers["authorization"]) throw errors.missingParameter("Authorization");
  const authorization = parseAuthorization(headers["authorization"]);
  const account = verify(world, request, authorization);
  const action = headers["x-tc-action"] ?? "";
  const version = headers["x-tc-version"] ?? "";
  const service = serviceOf(headers["host"] ?? "", authorization.service, action, version);
  const region = headers["x-tc-region"];
  const common = { account, service, action, version, region };
  if (method === "GET") return { ...common, params: unflatten(new URLSearchParams(request.query)), text: true };
  const contentType = headers["content-type"] ?? "";
  if (mediaType(contentType) === "application/octet-stream" && isRaw(service, action)) {
    return { ...common, params: paramsInHeaders(service, action, headers), body: request.body };
  }
  return { ...common, params: readBody(contentType, request.body) };
}

function isRaw(service: Service, action: string): boolean {
  return ACTIONS.some((candidate) => candidate.service === service && candidate.name === action && candidate.raw);
}

/** The parameters of an action whose body is bytes, such as `X-CLS-TopicId`. An empty header is none. */
function paramsInHeaders(service: Service, action: string, headers: SignedRequest["headers"]): Record<string, string> {
  const names = Object.keys(modelOf(service).actions[action]?.input ?? {});
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[`x-${service}-${name}`.toLowerCase()] ?? "";
      return value === "" ? [] : [[name, value] as const];
    }),
  );
}

function mediaType(contentType: string): string | undefined {
  return contentType.split(";")[0]?.trim().toLowerCase();
}

/**
 * Finds the product of a request: from the host name, else from the scope of the signature, else
 * from the action and its version. The last case serves clients that use 127.0.0.1 and sign for the
 * product "127". A signature of version 1 has no scope.
 */
function serviceOf(host: string, scope: string | undefined, action: string, version: string): Service {
  const fromHost = /^([a-z0-9]+)\.(?:[a-z0-9-]+\.)?tencentcloudapi\.com(?::\d+)?$/i.exec(host)?.[1]?.toLowerCase();
  if (fromHost !== undefined) {
    if (!isService(fromHost)) throw new ApiError("NoSuchProduct", `The emulator has no product \`${fromHost}\`.`);
    if (scope === undefined || fromHost === scope) return fromHost;
    throw signatureFailure();
  }
  if (scope !== undefined && isService(scope)) return scope;
  const byAction = ACTIONS.find((candidate) => candidate.name === action && candidate.version === version);
  const byVersion = ACTIONS.find((candidate) => candidate.version === version);
  return (byAction ?? byVersion ?? { service: "cvm" as const }).service;
}

function isService(name: string): name is Service {
  return ACTIONS.some((action) => action.service === name);
}

function readBody(contentType: string, body: Uint8Array): Record<string, unknown> {
  if (mediaType(contentType) !== "application/json") {
    throw new ApiError("InvalidParameter", `The Content-Type must be application/json, not \`${contentType}\`.`);
  }
  const text = new TextDecoder().decode(body);
  let value: unknown;
  try {
    value = JSON.parse(text === "" ? "{}" : text);
  } catch {
    throw new ApiError("InvalidParameter", "The request body is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError("InvalidParameter", "The request body is not a JSON object.");
  }
  checkLevels(value);
  return value as Record<string, unknown>;
}

function checkLevels(value: unknown): void {
  let level: unknown[] = [value];
  for (let count = 0; level.length > 0; count += 1) {
    if (count > MOST_LEVELS) throw tooDeep();
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null ? Object.values(item as Record<string, unknown>) : [],
    );
  }
}

const tooDeep = () => new ApiError("InvalidParameter", `Parameters are nested more than ${MOST_LEVELS} levels deep.`);

/** `Filters.0.Values.1=a` → `{Filters: [{Values: [, "a"]}]}`; numeric keys make a list. */
export function unflatten(query: URLSearchParams): Record<string, unknown> {
  const tree: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [path, value] of query) {
    const parts = path.split(".");
    const last = parts.pop() ?? "";
    if (parts.length > MOST_LEVELS) throw tooDeep();
    let node = tree;
    for (const part of parts) {
      const next = node[part];
      if (typeof next === "object" && next !== null) node = next as Record<string, unknown>;
      else node = node[part] = Object.create(null) as Record<string, unknown>;
    }
    node[last] = value;
  }
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, withLists(value)]));
}

function withLists(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, withLists(item)] as const);
  const isList = entries.length > 0 && entries.every(([name]) => /^\d{1,4}$/.test(name));
  if (!isList) return Object.fromEntries(entries);
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}
