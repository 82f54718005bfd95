// A bench for the tests of COS: a world with buckets, and a signing client written apart from the emulator's check.
import { createHash, createHmac } from "node:crypto";
import { expect } from "vitest";
import type { CosRequest } from "../../../emulator/services/cos/request.ts";
import { beginCos, type CosResponse, callCos, type PendingCosRequest } from "../../../emulator/services/cos/service.ts";
import type { Account } from "../../../emulator/settings/accounts.ts";
import type { World, WorldOptions } from "../../../emulator/world/types.ts";
import { type Bench, bench, MAIN } from "../support.ts";

export const BUCKET = "state-1250000001";
export const REGION = "ap-guangzhou";
/** The clock of a new bench. */
export const START = Date.UTC(2026, 0, 15, 8, 0, 0);

export interface Sent {
  readonly method?: string;
  readonly bucket?: string;
  readonly region?: string;
  readonly key?: string;
  /** Parameters; those without a value select a subresource. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Leaves Content-Length out. */
  readonly hasNoLength?: true;
  readonly account?: Pick<Account, "secretId" | "secretKey" | "token">;
  /** When the signature becomes valid and ends, in milliseconds from `START`. */
  readonly validFrom?: number;
  readonly validUntil?: number;
  /** `start;end` in seconds, if it is not the time of the signature. */
  readonly keyTime?: string;
  /** The names of the signed headers in the order in which they are signed. */
  readonly signedHeaders?: readonly string[];
}

/** A response with its text and the code of its error, if it is one. */
export interface Received extends CosResponse {
  readonly text: string;
  readonly code: string | undefined;
}

export interface CosBench {
  readonly world: World;
  tick(ms: number): void;
  /** Sends a signed request without HTTP. */
  send(request: Sent): Received;
  /** Lets a signed request arrive, without taking effect yet. */
  begin(request: Sent): PendingCosRequest;
  put(key: string, body?: string, headers?: Readonly<Record<string, string>>): Received;
  /** Puts under a key that must be new. */
  create(key: string, body?: string): Received;
  /** The text of an object, or the code of the error. */
  read(key: string): string;
  /** The keys in a list. */
  keys(query?: Readonly<Record<string, string>>): string[];
}

export function cosBench(options: Partial<WorldOptions> = {}, shared?: Bench): CosBench {
  const general = shared ?? bench({ buckets: [{ name: BUCKET, region: REGION }], ...options });
  const { world } = general;
  const send = (request: Sent) => receivedOf(callCos(world, signedRequest({ ...signedNow(world), ...request })));
  const put: CosBench["put"] = (key, body = key, headers = {}) => send({ method: "PUT", key, body, headers });
  return {
    world,
    tick: (ms) => general.tick(ms),
    send,
    begin: (request) => beginCos(world, signedRequest({ ...signedNow(world), ...request })),
    put,
    create: (key, body) => put(key, body, { "x-cos-forbid-overwrite": "true" }),
    read: (key) => {
      const { text, code } = send({ key });
      return code ?? text;
    },
    keys: (query = {}) => valuesOf("Key", send({ query }).text),
  };
}

const signedNow = (world: World) => ({ validFrom: world.now() - START, validUntil: world.now() - START + 60_000 });

export function receivedOf(response: CosResponse): Received {
  const text = Buffer.from(response.body).toString("utf8");
  return { ...response, text, code: response.status < 300 ? undefined : (valuesOf("Code", text)[0] ?? "no code") };
}

/** The texts of all elements of a name in a document. */
export function valuesOf(element: string, xml: string): string[] {
  const found = [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))];
  return found.map((match) =>
    (match[1] ?? "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
  );
}

/** The Content-MD5 of a body. */
export const md5 = (body: string) => createHash("md5").update(body).digest("base64");

/** A request signed as product documentation 436/7778 says, with all its headers and parameters. */
export function signedRequest(sent: Sent): CosRequest {
  const { method = "GET", bucket = BUCKET, region = REGION, key = "", query = {}, account = MAIN } = sent;
  const body = Buffer.from(sent.body ?? "");
  const headers: Record<string, string> = {
    host: `${bucket}.cos.${region}.myqcloud.com`,
    ...(method !== "GET" && !sent.hasNoLength && { "content-length": String(body.length) }),
    ...(account.token !== undefined && { "x-cos-security-token": account.token }),
    ...sent.headers,
  };
  const seconds = (ms: number) => String(Math.floor((START + ms) / 1000));
  const time = `${seconds(sent.validFrom ?? 0)};${seconds(sent.validUntil ?? 60_000)}`;
  const { keyTime = time } = sent;
  const sha1 = (secret: string, text: string) => createHmac("sha1", secret).update(text).digest("hex");
  const [headerList, headerText] = canonical(headers, sent.signedHeaders);
  const [paramList, paramText] = canonical(lowerCased(query));
  const digest = createHash("sha1")
    .update(`${method.toLowerCase()}\n/${key}\n${paramText}\n${headerText}\n`)
    .digest("hex");
  const signature = sha1(sha1(account.secretKey, keyTime), `sha1\n${time}\n${digest}\n`);
  const path = key.split("/").map(encodeURIComponent).join("/");
  const search = Object.entries(query).map(
    ([name, value]) => encodeURIComponent(name) + (value && `=${encoded(value)}`),
  );
  return {
    method,
    target: `/${path}${search.length > 0 ? `?${search.join("&")}` : ""}`,
    headers: {
      ...headers,
      authorization:
        `q-sign-algorithm=sha1&q-ak=${account.secretId}&q-sign-time=${time}&q-key-time=${keyTime}` +
        `&q-header-list=${headerList}&q-url-param-list=${paramList}&q-signature=${signature}`,
    },
    body,
  };
}

/** Names are signed in lower case. */
function lowerCased(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
}

function canonical(
  values: Readonly<Record<string, string>>,
  names: readonly string[] = Object.keys(values).sort(),
): [list: string, text: string] {
  return [names.join(";"), names.map((name) => `${name}=${encoded(values[name] ?? "")}`).join("&")];
}

function encoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => String.fromCharCode(byte))
    .map((char) => (/[\w.~-]/.test(char) ? char : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`))
    .join("");
}

/** Expects a refusal with a status and a code. */
export function expectRefusal({ status, code }: Received, expected: readonly [status: number, code: string]): void {
  expect([status, code]).toEqual(expected);
}
