// Checks the signatures of COS (product documentation 436/7778), which are none of the API's.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Account } from "../../settings/accounts.ts";
import type { World } from "../../world/types.ts";
import { findAccount, hasExpired } from "../identity/credentials.ts";
import { CosError, cosErrors } from "./errors.ts";
import type { Address, CosRequest } from "./request.ts";

/** The items of the Authorization header. */
const ITEMS = [
  "q-sign-algorithm",
  "q-ak",
  "q-sign-time",
  "q-key-time",
  "q-header-list",
  "q-url-param-list",
  "q-signature",
] as const;

type Authorization = Readonly<Record<(typeof ITEMS)[number], string>>;

/** The clock of COS in epoch milliseconds, and how long it accepts signatures after their end. */
export interface SignatureClock {
  readonly now: number;
  readonly leewayMs: number;
}

/**
 * Checks a signature and returns the account that signed. Throws `CosError` AccessDenied, InvalidAccessKeyId,
 * RequestTimeTooSkewed or SignatureDoesNotMatch.
 */
export function verifyCos(request: CosRequest, address: Address, world: World, clock: SignatureClock): Account {
  const header = request.headers["authorization"];
  if (header === undefined) throw cosErrors.accessDenied();
  const authorization = parseAuthorization(header);
  const account = findAccount(world, authorization["q-ak"]);
  const hasToken = (request.headers["x-cos-security-token"] ?? "") === (account?.token ?? "");
  if (account === undefined || !hasToken) {
    throw new CosError("InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records");
  }
  if (hasExpired(world, account)) throw new CosError("AccessDenied", "The security token has expired.");
  checkTime(authorization["q-sign-time"], clock);
  checkTime(authorization["q-key-time"], clock);
  const signed = signedTexts(request, address, authorization);
  const isMatch = signed.some((text) => isSigned(text, authorization, account.secretKey));
  if (!isMatch) throw mismatch(signed[0] ?? "", authorization);
  return account;
}

function parseAuthorization(header: string): Authorization {
  const pairs = header.trim().split("&");
  const items = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
  const isComplete = pairs.length === ITEMS.length && ITEMS.every((name) => items.has(name));
  const times = [items.get("q-sign-time"), items.get("q-key-time")];
  if (
    !isComplete ||
    items.get("q-sign-algorithm") !== "sha1" ||
    times.some((time) => !/^\d{1,11};\d{1,11}$/.test(time ?? "")) ||
    !/^[0-9a-f]{40}$/.test(items.get("q-signature") ?? "")
  ) {
    throw new CosError("AccessDenied", "The Authorization header is not of the form that COS requires.");
  }
  return Object.fromEntries(items) as Authorization;
}

function checkTime(time: string, { now, leewayMs }: SignatureClock): void {
  const [start = 0, end = 0] = time.split(";").map((seconds) => Number(seconds) * 1000);
  const ServerTime = new Date(now).toISOString().replace(/\.\d+/, "");
  if (now < start) {
    const message = "The difference between the request time and the server's time is too large.";
    throw new CosError("RequestTimeTooSkewed", message, { ServerTime });
  }
  if (now > end + leewayMs) throw new CosError("AccessDenied", "Request has expired", { ServerTime });
}

/**
 * The texts that a client may have signed: clients sign the host with its port or without. None if the lists of
 * signed names are not sorted and in lower case, or name what the request does not have.
 */
function signedTexts(request: CosRequest, address: Address, authorization: Authorization): string[] {
  const host = request.headers["host"] ?? "";
  const parameters = listed(authorization["q-url-param-list"], address.query);
  if (parameters === undefined) return [];
  return [...new Set([host, host.replace(/:\d+$/, "")])].flatMap((signedHost) => {
    const headers = listed(authorization["q-header-list"], Object.entries({ ...request.headers, host: signedHost }));
    if (headers === undefined) return [];
    return [`${request.method.toLowerCase()}\n/${address.key}\n${parameters}\n${headers}\n`];
  });
}

/** `name=value&…` of the names in a list, or undefined if the list is not as it must be. */
function listed(list: string, values: Iterable<readonly [string, string]>): string | undefined {
  const names = list === "" ? [] : list.split(";");
  const known = new Map([...values].map(([name, value]) => [encode(name).toLowerCase(), encode(value)]));
  if (names.some((name, index) => !known.has(name) || (names[index - 1] ?? "") >= name)) return undefined;
  return names.map((name) => `${name}=${known.get(name) ?? ""}`).join("&");
}

/** Encodes everything but letters, digits and `-_.~`, as the documentation demands. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isSigned(text: string, authorization: Authorization, secretKey: string): boolean {
  const signKey = hmac(secretKey, authorization["q-key-time"]);
  const signature = hmac(signKey, stringToSign(text, authorization));
  return timingSafeEqual(Buffer.from(signature), Buffer.from(authorization["q-signature"]));
}

function stringToSign(text: string, authorization: Authorization): string {
  return `sha1\n${authorization["q-sign-time"]}\n${createHash("sha1").update(text).digest("hex")}\n`;
}

function mismatch(text: string, authorization: Authorization): CosError {
  const details = { StringToSign: stringToSign(text, authorization), FormatString: text };
  return new CosError("SignatureDoesNotMatch", "The Signature you specified is invalid.", details);
}

/** COS takes the key of the second step as text, not as bytes. */
function hmac(key: string, text: string): string {
  return createHmac("sha1", key).update(text).digest("hex");
}
