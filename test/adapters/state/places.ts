import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** URL of a PostgreSQL in which the tests may make schemas; see `test/support/postgres.sh`. */
export const postgres = process.env.TEST_POSTGRES_URL;

/** A URL of an empty state, and how to throw it away. */
export interface Empty {
  readonly url: string;
  readonly remove: () => Promise<void>;
}

export function emptyFolder(): { folder: string; remove: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), "state-"));
  return { folder, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

export async function emptyFile(): Promise<Empty> {
  const { folder, remove } = emptyFolder();
  return { url: `sqlite:${join(folder, "state.db")}`, remove };
}

/** A schema of its own, so that tests can share one server. */
export async function emptySchema(): Promise<Empty> {
  const schema = `test_${randomUUID().replaceAll("-", "")}`;
  return {
    url: `${postgres}?schema=${schema}`,
    remove: () => query(`drop schema if exists ${schema} cascade`).then(() => {}),
  };
}

/** Runs SQL on the server, past the state. */
export async function query(sql: string, schema = "public"): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What is missing is said once and plainly: a run that skipped half the promises must not look like a whole one. */
export function tellSkipped(what: string): void {
  if (!postgres)
    console.warn(`NOT RUN: ${what} on PostgreSQL. Set TEST_POSTGRES_URL (test/support/postgres.sh start).`);
}
