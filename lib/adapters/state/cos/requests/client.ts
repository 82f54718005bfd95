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
    return { status, body, date: time, code: status < 400 ? undefined : codeIn(body) };
  };
}

/** The code in an error of COS: its form is checked, because the text goes into messages. */
function codeIn(body: Buffer): string | undefined {
  return /<Code>([A-Za-z][A-Za-z0-9.]{0,63})<\/Code>/.exec(body.toString("utf8"))?.[1];
}
