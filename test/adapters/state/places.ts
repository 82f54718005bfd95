// Empty states for tests: files, and schemas on a PostgreSQL server.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** URL of a PostgreSQL server where tests may create schemas; see `test/support/postgres.sh`. */
export const postgres = process.env.TEST_POSTGRES_URL;

/** The URL of an empty state, and how to delete the state. */
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

/** A new schema, so that tests can share one server. */
export async function emptySchema(): Promise<Empty> {
  const schema = `test_${randomUUID().replaceAll("-", "")}`;
  return {
    url: `${postgres}?schema=${schema}`,
    remove: () => query(`drop schema if exists ${schema} cascade`).then(() => {}),
  };
}

/** A new prefix in the bucket that each emulator program has; the emulator forgets it. */
export async function emptyPrefix(): Promise<Empty> {
  return { url: `cos://state-1250000001/${randomUUID()}?region=ap-guangzhou`, remove: async () => {} };
}

/** Runs SQL directly on the server. */
export async function query(sql: string, schema = "public"): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Warns once about skipped tests: an incomplete run must not look like a complete one. */
export function tellSkipped(what: string): void {
  if (!postgres)
    console.warn(`NOT RUN: ${what} on PostgreSQL. Set TEST_POSTGRES_URL (test/support/postgres.sh start).`);
}
