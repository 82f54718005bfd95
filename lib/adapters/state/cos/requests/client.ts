// One request to the bucket: signed, sent once, its answer read as far as the state needs it.
import type { Millis } from "../../../../model/types.ts";
import type { Credentials } from "../../../tencent/transport/credentials.ts";
import type { CosPlace } from "../place.ts";
import { type Signable, type SignedRequest, signRequest, type Window } from "./sign.ts";

/** One request to the bucket. */
export interface CosRequest extends Signable {
  readonly body?: Uint8Array;
  readonly window: Window;
}

/** The answer to one request, whatever its status. */
export interface CosAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** The time of COS. */
  readonly date: Millis;
  /** The code of an error. */
  readonly code: string | undefined;
  /** The request id of an error, which the vendor's support asks for. */
  readonly requestId: string | undefined;
}

/** Sends a request once. Throws `LostAnswer` if no whole answer came; then its effect is unknown. */
export type Send = (request: CosRequest) => Promise<CosAnswer>;

/** No whole answer arrived. The message is the name of a system error or a short phrase, never a secret. */
export class LostAnswer extends Error {}

/** An answer as it arrived. */
export interface RawAnswer {
  readonly status: number;
  /** The header. */
  readonly date: string | undefined;
  readonly body: Buffer;
}

/** What carries signed requests: HTTP, or a cloud in the same process. */
export interface Transport {
  /** Sends a request once. Throws `LostAnswer`. */
  readonly exchange: (request: SignedRequest) => Promise<RawAnswer>;
  close(): void;
}

/** Signs what it sends. `credentials` are asked for each request, because temporary keys change. */
export function signingSend(place: CosPlace, credentials: () => Promise<Credentials>, { exchange }: Transport): Send {
  return async ({ window, ...request }) => {
    const { status, date, body } = await exchange(signRequest(place, request, await credentials(), window));
    const time = Date.parse(date ?? "");
    if (Number.isNaN(time)) throw new LostAnswer("the answer has no date");
    const failure = status < 400 ? { code: undefined, requestId: undefined } : failureIn(body.toString("utf8"));
    return { status, body, date: time, ...failure };
  };
}

/** The code and the request id in an error of COS: their form is checked, because both go into messages. */
function failureIn(xml: string): Pick<CosAnswer, "code" | "requestId"> {
  return {
    code: /<Code>([A-Za-z][A-Za-z0-9.]{0,63})<\/Code>/.exec(xml)?.[1],
    requestId: /<RequestId>([A-Za-z0-9+/=_-]{1,100})<\/RequestId>/.exec(xml)?.[1],
  };
}
