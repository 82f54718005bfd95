import type { Millis } from "../../../model/types.ts";
import type { Json } from "./answer.ts";
import type { Service } from "./endpoints.ts";

/** One request to make of the API. */
export interface Call {
  readonly service: Service;
  readonly action: string;
  /** Goes into X-TC-Region; absent where the action knows no regions. */
  readonly region?: string;
  /** The region it is for, where X-TC-Region does not say it. */
  readonly where?: string;
  readonly params: object;
  readonly timeoutMs: Millis;
  /** Set for a call that changes something. */
  readonly changes?: true;
  /** Set for a call whose request leaves the process once each time it is sent, and not after this. */
  readonly notAfter?: Millis;
}

/** One line for each request that was made, for a log. Holds no secrets. */
export interface CallLine {
  readonly action: string;
  readonly region: string | undefined;
  readonly ms: Millis;
  /** `ok`, or the error's code. */
  readonly code: string;
  readonly requestId: string | undefined;
}

/**
 * Sends a call once and lets `read` make sense of the API's `Response`; its `AnswerError` is a failure of the call.
 * GetCallerIdentity is answered from memory where the key's account is known. Throws `CloudError`, and nothing else.
 */
export type Send = <T>(call: Call, read: (answer: Json) => T) => Promise<T>;
