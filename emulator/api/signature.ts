// Checks TC3-HMAC-SHA256 signatures.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors.ts";
import { accountOf, checkTimestamp, checkToken, signatureFailure } from "../services/identity/credentials.ts";
import type { Account } from "../settings/accounts.ts";
import type { World } from "../world/types.ts";

/** The parts of a request that its signature covers. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** As received, without the question mark. */
  readonly query: string;
  readonly body: Uint8Array;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The parsed Authorization header. */
export interface Authorization {
  readonly secretId: string;
  readonly date: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Reads `TC3-HMAC-SHA256 Credential=<id>/<date>/<service>/tc3_request, SignedHeaders=…,
 * Signature=…`.
 * Throws AuthFailure.InvalidAuthorization.
 */
export function parseAuthorization(header: string): Authorization {
  const match =
    /^TC3-HMAC-SHA256\s+Credential=([^/\s]+)\/(\d{4}-\d\d-\d\d)\/([^/\s]+)\/tc3_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header.trim(),
    );
  if (match === null) {
    throw new ApiError(
      "AuthFailure.InvalidAuthorization",
      "The Authorization header is not of the form that TC3-HMAC-SHA256 requires.",
    );
  }
  const [, secretId = "", date = "", service = "", signedHeaders = "", signature = ""] = match;
  return { secretId, date, service, signedHeaders: signedHeaders.split(";"), signature };
}

/**
 * Checks a signature and returns the account that signed.
 * Throws `ApiError` InvalidParameter, or AuthFailure.SignatureExpire, .SecretIdNotFound,
 * .SignatureFailure or .TokenFailure.
 */
export function verify(world: World, request: SignedRequest, authorization: Authorization): Account {
  const timestamp = request.headers["x-tc-timestamp"] ?? "";
  checkTimestamp(world, "X-TC-Timestamp", timestamp);
  const account = accountOf(world, authorization.secretId);
  if (!isSignedBy(request, authorization, timestamp, account.secretKey)) throw signatureFailure();
  checkToken(world, account, request.headers["x-tc-token"]);
  return account;
}

function isSignedBy(request: SignedRequest, auth: Authorization, timestamp: string, secretKey: string): boolean {
  const day = new Date(Number(timestamp) * 1000).toISOString().slice(0, 10);
  if (day !== auth.date || !["content-type", "host"].every((name) => auth.signedHeaders.includes(name))) return false;
  const key = ["tc3_request", auth.service, auth.date].reduceRight<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `TC3${secretKey}`,
  );
  return canonicalRequests(request, auth.signedHeaders).some((canonical) => {
    const scope = `${auth.date}/${auth.service}/tc3_request`;
    const signature = hmac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`);
    return timingSafeEqual(signature, Buffer.from(auth.signature, "hex"));
  });
}

/**
 * The canonical forms that SDKs sign for the same request. Some SDKs sign the host without its
 * port. Some sign header values in lower case, as documented; others sign them as sent.
 */
function canonicalRequests(request: SignedRequest, signedHeaders: readonly string[]): string[] {
  const host = request.headers["host"] ?? "";
  const hosts = new Set([host, host.replace(/:\d+$/, "")]);
  // The Go SDK can leave the body unsigned and marks this in the header.
  const unsigned = request.headers["x-tc-content-sha256"] === "UNSIGNED-PAYLOAD";
  const payload = sha256(unsigned ? "UNSIGNED-PAYLOAD" : request.body);
  const forms: ((value: string) => string)[] = [(value) => value.toLowerCase(), (value) => value];
  return [...hosts].flatMap((signedHost) =>
    forms.map((form) => {
      const lines = signedHeaders.map((name) => {
        const value = name === "host" ? signedHost : (request.headers[name] ?? "");
        return `${name}:${form(value.trim())}\n`;
      });
      return [request.method, request.path, request.query, lines.join(""), signedHeaders.join(";"), payload].join("\n");
    }),
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
