// Finds the account whose records a command shows: from the state, so that it works without the cloud.
import { InputError, ReplicatorError, toProblem } from "../../model/errors.ts";
import { accountProblem } from "../../model/messages/report.ts";
import type { State } from "../../model/ports.ts";

/** Whose records are shown. */
export interface RecordedAccount {
  /** Undefined if nothing is recorded, and the cloud did not say whose the credentials are. */
  readonly account: string | undefined;
  /** Whether the cloud was asked. */
  readonly wasAsked: boolean;
  /** Why it did not answer. */
  readonly failure?: string;
}

/**
 * The account that was given, or the only one that is recorded. The cloud is asked (`ask`) only where
 * the state does not tell: with several accounts, or with none. Throws `InputError` if a given account
 * has no records, and if several have and the cloud does not answer.
 */
export async function recordedAccount(
  state: Pick<State, "accounts">,
  given: string | undefined,
  ask: () => Promise<string>,
): Promise<RecordedAccount> {
  const accounts = await state.accounts();
  if (given !== undefined) {
    if (accounts.includes(given)) return { account: given, wasAsked: false };
    throw new InputError([
      toProblem("--account", accountProblem("account-not-recorded", { account: given, accounts })),
    ]);
  }
  if (accounts.length === 1) return { account: accounts[0], wasAsked: false };
  try {
    return { account: await ask(), wasAsked: true };
  } catch (error) {
    if (!(error instanceof ReplicatorError)) throw error;
    const failure = error.message.replaceAll("\n", "; ");
    if (accounts.length === 0) return { account: undefined, wasAsked: true, failure };
    throw new InputError([toProblem("--account", accountProblem("several-accounts", { accounts, why: failure }))]);
  }
}
