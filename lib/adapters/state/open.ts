// Opens the state that a STATE_URL names.
import { cosUrlMessage } from "../../model/messages/cos.ts";
import type { Text } from "../../model/messages/define.ts";
import { stateMessage } from "../../model/messages/state.ts";
import type { State } from "../../model/ports.ts";
import { type CosOptions, inspectCosState, openCosState } from "./cos/cos-state.ts";
import type { Engine } from "./engine.ts";
import { explainPostgres } from "./postgres/explain.ts";
import { inspectPostgres } from "./postgres/inspect.ts";
import { openPostgres, openPostgresToRead } from "./postgres/open.ts";
import { stateToRead } from "./read-only.ts";
import { sqlState, stateError } from "./sql-state.ts";
import { explainSqlite } from "./sqlite/explain.ts";
import { inspectSqlite } from "./sqlite/file.ts";
import { openSqlite, openSqliteToRead } from "./sqlite/open.ts";
import { describeStateUrl, parseStateUrl, refuse, type StateUrl } from "./url.ts";

/** How to open a state. */
export interface OpenOptions {
  /** `false` refuses a file: the instances of a function do not share it. */
  readonly allowEmbedded?: boolean;
  /**
   * Neither creates nor changes anything: a state that does not exist is empty, and every change is
   * refused with a `StateError`.
   */
  readonly readOnly?: boolean;
  /** How to reach a bucket of COS. A state in one is refused without it. */
  readonly cos?: CosAccess;
}

/** How to reach a bucket of COS. */
export interface CosAccess extends Pick<CosOptions, "credentials" | "endpoint"> {
  /** The region of the bucket if its URL names none. */
  readonly region?: string | undefined;
}

type Database = Exclude<StateUrl, { readonly engine: "cos" }>;

/**
 * Opens the state that a `STATE_URL` names: `sqlite:PATH` (or `file:PATH`) in this process,
 * `postgres://…` on a server, or `cos://…` in a bucket. Creates its tables if necessary. Throws
 * `InputError` for a wrong URL, else `StateError`.
 */
export async function openState(url: string, options: OpenOptions = {}): Promise<State> {
  const parsed = parseStateUrl(url, undefined, options.cos?.region);
  const where = describeStateUrl(url);
  if (parsed.engine === "sqlite" && options.allowEmbedded === false) {
    throw refuse(stateMessage("state-url-embedded", { url: where }));
  }
  if (parsed.engine === "cos") {
    if (!options.cos) throw refuse(cosUrlMessage("state-url-cos-no-access", { url: where }));
    return await openCosState(parsed.place, where, { ...options.cos, readOnly: options.readOnly ?? false });
  }
  try {
    if (!options.readOnly) return sqlState(await openEngine(parsed), where);
    const engine = await openEngineToRead(parsed);
    return stateToRead(engine && sqlState(engine, where), where);
  } catch (error) {
    const explain = parsed.engine === "sqlite" ? explainSqlite : explainPostgres(parsed.connectionString);
    throw stateError({ explain }, where, error);
  }
}

/** What a state shows of itself without a change. */
export interface StateFacts {
  readonly kind: StateUrl["engine"];
  /** Why it cannot be written; absent if nothing is known that speaks against it. */
  readonly unwritable?: Text;
  /** Whether anyone can read it without a key. Only of a bucket. */
  readonly isPublic?: boolean;
}

/**
 * What the state of a `STATE_URL` shows of itself, above all whether it could be written. Changes nothing. Throws
 * `InputError` for a wrong URL, and `StateError` if it cannot be reached or is not fit for a state.
 */
export async function inspectState(url: string, { cos }: Pick<OpenOptions, "cos">): Promise<StateFacts> {
  const parsed = parseStateUrl(url, undefined, cos?.region);
  const where = describeStateUrl(url);
  if (parsed.engine === "cos") {
    if (!cos) throw refuse(cosUrlMessage("state-url-cos-no-access", { url: where }));
    return { kind: "cos", ...(await inspectCosState(parsed.place, where, cos)) };
  }
  if (parsed.engine === "sqlite") return { kind: "sqlite", ...inspectSqlite(parsed.path) };
  try {
    return { kind: "postgres", ...(await inspectPostgres(parsed.connectionString, parsed.schema)) };
  } catch (error) {
    throw stateError({ explain: explainPostgres(parsed.connectionString) }, where, error);
  }
}

function openEngine(parsed: Database): Promise<Engine> {
  return parsed.engine === "sqlite" ? openSqlite(parsed.path) : openPostgres(parsed.connectionString, parsed.schema);
}

function openEngineToRead(parsed: Database): Promise<Engine | undefined> {
  return parsed.engine === "sqlite"
    ? openSqliteToRead(parsed.path)
    : openPostgresToRead(parsed.connectionString, parsed.schema);
}
