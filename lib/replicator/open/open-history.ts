// Opens the search of the journal in CLS, for the command history.
import { clsSearch } from "../../adapters/journal/search-journal.ts";
import type { Problem } from "../../model/errors.ts";
import type { Cloud, JournalSearch } from "../../model/ports.ts";
import type { Config } from "../config.ts";
import { connect } from "./open-cloud.ts";

/** The cloud, and the search if a topic is configured. `close` ends its calls. */
export interface OpenHistory {
  readonly cloud: Cloud;
  readonly search?: JournalSearch;
  close(): void;
}

/** Opens both with the credentials of the environment. Throws `InputError` if there are none. */
export async function openHistory(
  config: Config,
  env: NodeJS.ProcessEnv,
  warn: (problem: Problem) => void,
): Promise<OpenHistory> {
  const end = new AbortController();
  const { cloud, ...connection } = await connect(config, env, warn, end.signal);
  const search = config.log && clsSearch(config.log, { ...connection, now: () => Date.now() });
  return { cloud, ...(search && { search }), close: () => end.abort() };
}
