// Opens the search of the journal in CLS, for the command history.
import { clsSearch } from "../../adapters/journal/search-journal.ts";
import type { Problem } from "../../model/errors.ts";
import type { JournalSearch } from "../../model/types.ts";
import type { Config } from "../config.ts";
import { connect } from "./open-cloud.ts";

/** The search; `close` ends its calls. */
export interface OpenSearch extends JournalSearch {
  close(): void;
}

/**
 * Opens the search with the credentials of the environment; undefined if no topic is configured.
 * Throws `InputError` if there are no credentials.
 */
export async function openSearch(
  config: Config,
  env: NodeJS.ProcessEnv,
  warn: (problem: Problem) => void,
): Promise<OpenSearch | undefined> {
  if (!config.log) return undefined;
  const end = new AbortController();
  const connection = await connect(config, env, warn, end.signal);
  const search = clsSearch(config.log, { ...connection, now: () => Date.now() });
  return { find: (query, until) => search.find(query, until), close: () => end.abort() };
}
