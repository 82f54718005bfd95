import type { Millis } from "../../../model/types.ts";
import { AnswerError, type Json, textOf } from "./answer.ts";
import type { Call } from "./call.ts";
import type { Credentials } from "./credentials.ts";
import type { Site } from "./endpoints.ts";

/** Asks whose key it is that signs the call (sts 2018-08-13, GetCallerIdentity). */
export const callerIdentity = (site: Site, timeoutMs: Millis) =>
  ({
    service: "sts",
    action: "GetCallerIdentity",
    region: site === "intl" ? "ap-singapore" : "ap-guangzhou", // any region of the site answers the same
    params: {},
    timeoutMs,
  }) satisfies Call;

/** Reads GetCallerIdentity's answer. Throws `AnswerError` if it names no account. */
export function accountIn(answer: Json): string {
  const account = textOf(answer["AccountId"], "AccountId");
  if (!account) throw new AnswerError("AccountId is absent");
  return account;
}

/** Tells the account of credentials, or throws. */
export type Identify = (credentials: Credentials, timeoutMs: Millis) => Promise<string>;

/**
 * Holds its callers to one account, the first that it was told of: credentials of any other are refused with an
 * `AnswerError` of code `AccountChanged`. They may change at any time, and change back; what was read or done between
 * would belong to the other account, and no look at them before and after would tell.
 *
 * `ask` is used once for each key: those who come while it is under way share its answer. A failure is not kept.
 */
export function oneAccount(ask: Identify): Identify {
  const accounts = new Map<string, Promise<string>>();
  let bound: string | undefined;
  return async (credentials, timeoutMs) => {
    const { secretId } = credentials;
    let asked = accounts.get(secretId);
    if (!asked) {
      asked = ask(credentials, timeoutMs);
      accounts.set(secretId, asked);
      asked.catch(() => accounts.delete(secretId));
    }
    const account = await asked;
    bound ??= account;
    if (account === bound) return account;
    throw new AnswerError(`expected account ${bound}, found ${account}`, "AccountChanged");
  };
}
