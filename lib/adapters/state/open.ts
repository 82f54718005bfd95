import { StateError } from "../../model/errors.ts";
import type { ReadableJournal, State } from "../../model/ports.ts";
import { explainPostgres, openPostgres } from "./postgres.ts";
import type { Engine } from "./schema.ts";
import { sqlState, stateError } from "./sql-state.ts";
import { explainSqlite, openSqlite } from "./sqlite.ts";
import { describeStateUrl, parseStateUrl, type StateUrl } from "./url.ts";

/**
 * Opens the state that a `STATE_URL` names: `sqlite:PATH` (or `file:PATH`) in this process, or `postgres://…` on a
 * server, making its tables if need be. `allowEmbedded: false` refuses the former. Throws `StateError`.
 */
export async function openState(
  url: string,
  options: { readonly allowEmbedded?: boolean } = {},
): Promise<State & ReadableJournal> {
  const parsed = parseStateUrl(url);
  if (parsed.engine === "sqlite" && options.allowEmbedded === false) {
    throw new StateError(
      `STATE_URL: ${describeStateUrl(url)} is an embedded state, and instances of a function do not share it, ` +
        "so that each would make its own copies; set STATE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE",
    );
  }
  const where = describeStateUrl(url);
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
