// Opens the records for a command that reads no policy file and changes nothing.
import type { State } from "../lib/model/ports.ts";
import { type Config, readConfig } from "../lib/replicator/config.ts";
import { openCloud } from "../lib/replicator/open/open-cloud.ts";
import { openStateOf } from "../lib/replicator/open/open-state.ts";
import { message } from "./messages/catalogue.ts";
import { lineOf } from "./ui/text.ts";

/** The records of the account of the credentials. */
export interface OpenRecords {
  readonly account: string;
  readonly state: State;
  readonly config: Config;
}

/**
 * Runs `work` with the records, opened for reading. The only call to the cloud finds the account of
 * the credentials. Throws `InputError` for a wrong configuration, `StateError` for an unusable state.
 */
export async function withRecords<T>(work: (records: OpenRecords) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const cloud = await openCloud(config, process.env, (warning) => {
    process.stderr.write(lineOf(message("warning", warning).text));
  });
  const state = await openStateOf(config, process.env, { readOnly: true });
  try {
    return await work({ account: await cloud.account(), state, config });
  } finally {
    await state.close();
  }
}
