// Opens the records for a command that reads no policy file and changes nothing.

import type { State } from "../../lib/model/ports.ts";
import { type Config, readConfig } from "../../lib/replicator/config.ts";
import { openCloud } from "../../lib/replicator/open/open-cloud.ts";
import { openStateOf } from "../../lib/replicator/open/open-state.ts";
import { recordedAccount } from "../../lib/replicator/open/recorded-account.ts";
import { message } from "../messages/catalogue.ts";
import { print } from "../ui/print.ts";

/** The records of one account. */
export interface OpenRecords {
  /** Undefined if nothing is recorded and the cloud does not say whose the credentials are. */
  readonly account: string | undefined;
  readonly state: State;
  readonly config: Config;
}

/** Prints a warning about the credentials on standard error. */
export function warn(warning: { readonly where: string; readonly field?: string; readonly text: string }): void {
  print(process.stderr, message("warning", warning).text);
}

/**
 * Runs `work` with the records, opened for reading, of the account that is given or that the state
 * names. The cloud is asked only where the state does not tell. Throws `InputError` for a wrong
 * configuration or account, `StateError` for an unusable state.
 */
export async function withRecords<T>(
  given: string | undefined,
  work: (records: OpenRecords) => Promise<T>,
): Promise<T> {
  const config = readConfig(process.env);
  const state = await openStateOf(config, process.env, { readOnly: true });
  try {
    const ask = async () => (await openCloud(config, process.env, warn)).account();
    const { account } = await recordedAccount(state, given, ask);
    return await work({ account, state, config });
  } finally {
    await state.close();
  }
}
