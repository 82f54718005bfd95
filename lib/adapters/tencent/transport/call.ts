// One request to the API: what it contains, how it is sent, and its line in a log.
import type { Millis } from "../../../model/types.ts";
import type { Json } from "./answer.ts";
import type { Service } from "./endpoints.ts";

/** One request to the API. */
export interface Call {
  readonly service: Service;
  readonly action: string;
  /** Becomes X-TC-Region; absent for actions without regions. */
  readonly region?: string;
  /** The region that the call is about, for actions without X-TC-Region. */
  readonly where?: string;
  readonly params: object;
  /** Sent in place of the parameters, which are then in `headers`. */
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: Millis;
  /** Set for a call that changes something. */
  readonly changes?: true;
  /** Sent although the account of the key is known: the caller needs more of the answer of GetCallerIdentity. */
  readonly whole?: true;
  /** If set, each send lets one request leave the process at most, and none after this time. */
  readonly notAfter?: Millis;
}

/** One line for each request, for a log. Holds no secrets. */
export interface CallLine {
  readonly action: string;
  readonly region: string | undefined;
  readonly ms: Millis;
  /** `ok`, or the error's code. */
  readonly code: string;
  readonly requestId: string | undefined;
}

/**
 * Sends a call once. `read` decodes the API's `Response`; an `AnswerError` from `read` fails the
 * call. GetCallerIdentity is answered from memory if the key's account is already known. Throws
 * `CloudError` and nothing else.
 */
export type Send = <T>(call: Call, read: (answer: Json) => T) => Promise<T>;
