// Checks signatures of version 1, HmacSHA256 and HmacSHA1, whose common parameters are in the form or the query.
import { createHmac, timingSafeEqual } from "node:crypto";
import { ApiError, errors } from "../errors.ts";
import { ownValue } from "../model/own-value.ts";
import { accountOf, checkTimestamp, checkToken, signatureFailure } from "../services/identity/credentials.ts";
import type { Account } from "../settings/accounts.ts";
import type { World } from "../world/types.ts";
import type { SignedRequest } from "./signature.ts";

/** A request whose signature is right. */
export interface OpenedForm {
  readonly account: Account;
  readonly action: string;
  readonly version: string;
  readonly region: string | undefined;
  /** The parameters of the action, still flat: `Filters.0.Values.0`. */
  readonly params: URLSearchParams;
}

const METHODS: Readonly<Record<string, string>> = { HmacSHA256: "sha256", HmacSHA1: "sha1" };
const NEEDED = ["Action", "Version", "Timestamp", "Nonce", "SecretId", "Signature"];
const COMMON = [...NEEDED, "Region", "SignatureMethod", "Token", "RequestClient", "Language"];

/** The form of a request that is not signed with TC3, or undefined: a POST of a form, or a GET with a signature. */
export function formOf({ method, headers, query, body }: SignedRequest): URLSearchParams | undefined {
  if (headers["authorization"] !== undefined) return undefined;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
  if (method === "POST") return isForm ? new URLSearchParams(new TextDecoder().decode(body)) : undefined;
  const form = new URLSearchParams(query);
  return form.has("Signature") || form.has("SignatureMethod") ? form : undefined;
}

/**
 * Checks the signature of a form (as tencentcloud-sdk-nodejs makes it, common/abstract_client.js): base64 of an HMAC over the method, the host, the
 * path and all parameters but the signature, sorted, with their values as they are.
 * Throws `ApiError` MissingParameter, InvalidParameter, or AuthFailure as `verify` does.
 */
export function verifyForm(world: World, request: SignedRequest, form: URLSearchParams): OpenedForm {
  const missing = NEEDED.find((name) => !form.get(name));
  if (missing !== undefined) throw errors.missingParameter(missing);
  const text = (name: string) => form.get(name) ?? "";
  const method = form.get("SignatureMethod") ?? "HmacSHA1";
  const hash = ownValue(METHODS, method);
  if (hash === undefined) {
    throw new ApiError("InvalidParameter", `\`SignatureMethod\` must be HmacSHA256 or HmacSHA1, not \`${method}\`.`);
  }
  if (!/^\d+$/.test(text("Nonce"))) throw errors.wrongType("Nonce", "an integer");
  checkTimestamp(world, "Timestamp", text("Timestamp"));
  const account = accountOf(world, text("SecretId"));
  const given = Buffer.from(text("Signature"), "base64");
  const isRight = signedTexts(request, form).some((signed) => {
    const signature = createHmac(hash, account.secretKey).update(signed).digest();
    return signature.length === given.length && timingSafeEqual(signature, given);
  });
  if (!isRight) throw signatureFailure();
  checkToken(world, account, form.get("Token") ?? "");
  const params = new URLSearchParams([...form].filter(([name]) => !COMMON.includes(name)));
  return {
    account,
    action: text("Action"),
    version: text("Version"),
    region: form.get("Region") ?? undefined,
    params,
  };
}

/** What clients sign: with the port of the host or without. */
function signedTexts({ method, headers, path }: SignedRequest, form: URLSearchParams): string[] {
  const pairs = [...form].filter(([name]) => name !== "Signature").sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const host = headers["host"] ?? "";
  const text = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  return [...new Set([host, host.replace(/:\d+$/, "")])].map((signed) => `${method}${signed}${path}?${text}`);
}
