// A run of the timer that finds nothing to do, for the test and the benchmark of it.
import Database from "libsql";
import type { Cloud, Replicator, State } from "../../lib/model/ports.ts";
import type { AccountRecord, Millis } from "../../lib/model/types.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { type Empty, query } from "../adapters/state/places.ts";
import { fillSql } from "../adapters/state/sql/fill.ts";
import { ACCOUNT, BORN, LAB, NOW, policy, SETTLE } from "./builders.ts";
import { saveRecord } from "./records.ts";

const MINUTE: Millis = 60_000;
const SWEPT = ["ap-guangzhou", "ap-shanghai", "ap-beijing"];

/** A cloud that answers who the account is, and nothing else. */
const SILENT = new Proxy({} as Cloud, {
  get: (_, name) => {
    if (name === "account") return async () => ACCOUNT;
    return () => Promise.reject(new Error(`the cloud was asked: ${String(name)}`));
  },
});

/** The program of an account in which nothing is to be done, as a function of the timer runs it. */
export function idleProgram(state: State, at: Millis, policies = [policy()]): Replicator {
  return {
    ...{ cloud: SILENT, state, policies, journal: { append: async () => {} } },
    ...{ me: { id: "me" }, installation: LAB, now: () => at, stopAt: () => Number.POSITIVE_INFINITY },
    ...{ settle: SETTLE, concurrency: 4, pause: () => new Promise(() => {}) },
    ...{ sweepEvery: 10 * MINUTE, isDead: () => false },
  };
}

/** One run of the timer. */
export async function runTimer(deps: Replicator): Promise<Report> {
  return replicate(await requestForTimer(deps, deps.sweepEvery), deps);
}

/** Saves an account that was swept a short time ago, under the policy that the program runs. */
export async function saveSwept(state: State, more: Partial<AccountRecord> = {}): Promise<void> {
  const regions = Object.fromEntries(SWEPT.map((id) => [id, { sweptAt: NOW }]));
  await saveRecord(state, { ...BORN, version: 0, lastSweepAt: NOW, regions, problems: [], ...more });
  await runTimer(idleProgram(state, NOW));
}

/** Adds so many finished copies to a file of SQLite. */
export async function fillFile({ url }: Empty, count: number): Promise<void> {
  const database = new Database(url.slice("sqlite:".length));
  for (const sql of fillSql("sqlite", ACCOUNT, count)) database.exec(sql);
  database.close();
}

/** Adds so many finished copies to a schema of PostgreSQL. */
export async function fillSchema({ url }: Empty, count: number): Promise<void> {
  const schema = new URL(url).searchParams.get("schema") ?? "";
  for (const sql of [...fillSql("postgres", ACCOUNT, count), "analyze replicator_copies"]) await query(sql, schema);
}
