// Holds the calls of one cloud to one account, though the credentials may change at any time.
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { Millis } from "../../../model/types.ts";
import { AnswerError, absent, type Json, textOf } from "./answer.ts";
import type { Call } from "./call.ts";
import type { Credentials } from "./credentials.ts";
import type { Site } from "./endpoints.ts";

/** The request for the account of the key that signs it (sts 2018-08-13, GetCallerIdentity). */
export const callerIdentity = (site: Site, timeoutMs: Millis) =>
  ({
    service: "sts",
    action: "GetCallerIdentity",
    region: site === "intl" ? "ap-singapore" : "ap-guangzhou", // every region of the site answers the same
    params: {},
    timeoutMs,
  }) satisfies Call;

/** Reads the answer of GetCallerIdentity. Throws `AnswerError` if it names no account. */
export function accountIn(answer: Json): string {
  const account = textOf(answer["AccountId"], "AccountId");
  if (!account) throw absent("AccountId");
  return account;
}

/** Answers the account of credentials, or throws. */
export type Identify = (credentials: Credentials, timeoutMs: Millis) => Promise<string>;

/**
 * Holds its callers to the first account that `identify` answers. Credentials of any other account
 * are refused with an `AnswerError` of code `AccountChanged`: credentials may change at any time
 * and change back, and reads and writes in between would belong to the other account. A comparison
 * before and after the work would not detect that.
 *
 * `identify` is called once for each key; callers that come meanwhile share its answer. A failure
 * is not kept.
 */
export function oneAccount(identify: Identify): Identify {
  const accounts = new Map<string, Promise<string>>();
  let expected: string | undefined;
  return async (credentials, timeoutMs) => {
    const { secretId } = credentials;
    let answer = accounts.get(secretId);
    if (!answer) {
      answer = identify(credentials, timeoutMs);
      accounts.set(secretId, answer);
      answer.catch(() => accounts.delete(secretId));
    }
    const account = await answer;
    expected ??= account;
    if (account === expected) return account;
    throw new AnswerError(cloudDetail("account-differs", { expected, actual: account }), "AccountChanged");
  };
}
