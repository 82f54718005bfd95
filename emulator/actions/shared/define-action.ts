// Declares actions, typed by the vendor's model.
import { type ActionName, type Answer, MODEL, type Params, type Service } from "../../model/model.ts";
import type { Account } from "../../settings/accounts.ts";
import type { CopyFault, ImageAt, World } from "../../world/types.ts";

/** The context of a running action. */
export interface Call {
  readonly world: World;
  readonly account: Account;
  /** Empty if the action is not regional. */
  readonly region: string;
  /** Images that the call created or changed; the action adds them for the log. */
  readonly touched: ImageAt[];
  readonly copyFaults: readonly CopyFault[];
  /** The body of a request to an action that is `raw`. */
  readonly body?: Uint8Array | undefined;
  /**
   * Replaces members of the answer by those that this promise resolves to; it must not reject. Only
   * a caller over HTTP waits for it. Absent if the control API runs the action.
   */
  answerLater?(members: Promise<Record<string, unknown>>): void;
}

/** One API action without its specific types, as stored in the registry. */
export interface Action {
  readonly service: Service;
  readonly version: string;
  readonly name: string;
  /** Whether the header X-TC-Region is required. */
  readonly regional: boolean;
  /** Whether CloudAudit records the action. */
  readonly write: boolean;
  /** Whether the body is not JSON but bytes; the parameters are headers such as `X-CLS-TopicId`. */
  readonly raw: boolean;
  /** Returns the response without its RequestId. Throws `ApiError`. */
  readonly run: (call: Call, params: unknown) => Record<string, unknown>;
}

/** The products with one endpoint for all regions. */
const GLOBAL: readonly Service[] = ["cam", "region", "sts", "tag"];
/** Actions that CloudAudit does not record. For invocations this is unverified. */
const READS = /^(Check|Describe|Get|Invoke|List|Search)/;

/**
 * Declares the behaviour of an action that the model describes. The members of a request are
 * checked before `run`; an answer that lacks a member, or has null against the model, does not
 * compile. What the model cannot say (lengths, enumerations, relations) is left to `run`.
 */
export function defineAction<S extends Service, N extends ActionName<S>>(
  service: S,
  name: N,
  run: (call: Call, params: Params<S, N>) => Answer<S, N>,
  { regional = !GLOBAL.includes(service), write = !READS.test(name), raw = false } = {},
): Action {
  return {
    service,
    version: MODEL[service].version,
    name,
    regional,
    write,
    raw,
    // The parameters have passed `checkRequest`, which the compiler cannot see.
    run: run as Action["run"],
  };
}
