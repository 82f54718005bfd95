// Opens the state that a STATE_URL names.
import { StateError } from "../../model/errors.ts";
import { fullText } from "../../model/messages/define.ts";
import { stateMessage } from "../../model/messages/state.ts";
import type { ReadableJournal, State } from "../../model/ports.ts";
import { explainPostgres, openPostgres } from "./postgres.ts";
import type { Engine } from "./schema.ts";
import { sqlState, stateError } from "./sql-state.ts";
import { explainSqlite, openSqlite } from "./sqlite.ts";
import { describeStateUrl, parseStateUrl, type StateUrl } from "./url.ts";

/**
 * Opens the state that a `STATE_URL` names: `sqlite:PATH` (or `file:PATH`) in this process, or
 * `postgres://…` on a server. Creates its tables if necessary. `allowEmbedded: false` refuses a
 * file. Throws `StateError`.
 */
export async function openState(
  url: string,
  options: { readonly allowEmbedded?: boolean } = {},
): Promise<State & ReadableJournal> {
  const parsed = parseStateUrl(url);
  const where = describeStateUrl(url);
  if (parsed.engine === "sqlite" && options.allowEmbedded === false) {
    throw new StateError(fullText(stateMessage("state-url-embedded", { url: where })));
  }
  return sqlState(await openEngine(parsed, where), where);
}

async function openEngine(parsed: StateUrl, where: string): Promise<Engine> {
  const explain = parsed.engine === "sqlite" ? explainSqlite : explainPostgres;
  try {
    return await (parsed.engine === "sqlite"
      ? openSqlite(parsed.path)
      : openPostgres(parsed.connectionString, parsed.schema));
  } catch (error) {
    throw stateError({ explain }, where, error);
  }
}
