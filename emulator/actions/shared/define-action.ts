import type { Account } from "../../settings/accounts.ts";
import type { CopyFault, ImageAt, World } from "../../world/types.ts";
import type { Rule, Rules } from "./parameters.ts";

export type Service = "cvm" | "tag" | "sts" | "region" | "as";

/**
 * What an answer must look like to have every field of the vendor's struct: none left out, though any may be null.
 * So a wrong, missing or surplus field does not compile.
 */
export type Answer<T> = T extends readonly (infer Item)[]
  ? Answer<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Answer<NonNullable<T[K]>> | null }
    : T;

/** What an action works on. */
export interface Call {
  readonly world: World;
  readonly account: Account;
  /** Empty for an action that is not regional. */
  readonly region: string;
  /** Images that the call made or changed, for the log. */
  readonly touched: ImageAt[];
  readonly copyFaults: readonly CopyFault[];
}

/** One API action, its types forgotten, as the registry keeps it. */
export interface Action {
  readonly service: Service;
  readonly version: string;
  readonly name: string;
  /** Whether X-TC-Region is required. */
  readonly regional: boolean;
  /** Whether CloudAudit records it. */
  readonly write: boolean;
  readonly rules: Readonly<Record<string, Rule>>;
  /** Answers everything but the RequestId. Throws `ApiError`. */
  readonly run: (call: Call, params: unknown) => Record<string, unknown>;
}

/** Declares an action by the request and response types of the vendor's SDK. */
export function defineAction<Request, Response>(action: {
  readonly service: Service;
  readonly version: string;
  readonly name: string;
  readonly regional: boolean;
  readonly write: boolean;
  readonly rules: Rules<Request>;
  readonly run: (call: Call, params: Request) => Answer<Omit<Response, "RequestId">>;
}): Action {
  // The rules have been checked against the type, and the parameters are checked against the rules before `run`.
  return action as unknown as Action;
}

export const CVM = { service: "cvm", version: "2017-03-12", regional: true } as const;
export const TAG = { service: "tag", version: "2018-08-13", regional: false } as const;
