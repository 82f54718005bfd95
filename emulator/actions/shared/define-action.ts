// Declares actions, typed by the vendor's request and response types.
import type { Account } from "../../settings/accounts.ts";
import type { CopyFault, ImageAt, World } from "../../world/types.ts";
import type { Rule, Rules } from "./parameters.ts";

/** The products of the emulator. */
export type Service = "cvm" | "tag" | "sts" | "region" | "as";

/**
 * A response with every field of the vendor's struct. Any field may be null, but none may be
 * missing, so a wrong, missing or extra field does not compile.
 */
export type Answer<T> = T extends readonly (infer Item)[]
  ? Answer<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Answer<NonNullable<T[K]>> | null }
    : T;

/** The context of a running action. */
export interface Call {
  readonly world: World;
  readonly account: Account;
  /** Empty if the action is not regional. */
  readonly region: string;
  /** Images that the call created or changed; the action adds them for the log. */
  readonly touched: ImageAt[];
  readonly copyFaults: readonly CopyFault[];
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
  readonly rules: Readonly<Record<string, Rule>>;
  /** Returns the response without its RequestId. Throws `ApiError`. */
  readonly run: (call: Call, params: unknown) => Record<string, unknown>;
}

/** Declares an action with the request and response types of the vendor's SDK. */
export function defineAction<Request, Response>(action: {
  readonly service: Service;
  readonly version: string;
  readonly name: string;
  readonly regional: boolean;
  readonly write: boolean;
  readonly rules: Rules<Request>;
  readonly run: (call: Call, params: Request) => Answer<Omit<Response, "RequestId">>;
}): Action {
  // The compiler checks the rules against the type; the rules check the parameters before `run`.
  return action as unknown as Action;
}

/** Fields that all actions of CVM share. */
export const CVM = { service: "cvm", version: "2017-03-12", regional: true } as const;
/** Fields that all actions of Tag share. */
export const TAG = { service: "tag", version: "2018-08-13", regional: false } as const;
