// The history of an account: runs and journal lines that left the head, in objects of their own.
import type { Millis, Run } from "../../../model/types.ts";
import { readRun } from "../decode-rows.ts";
import { historyBefore, historyName, type Names, newestIn, windowFrom } from "./chain.ts";
import { newestOf } from "./records/apply-changes.ts";
import { decodePast, encodeObject, type Head, type LineRow, type Past } from "./records/head.ts";
import type { Objects } from "./requests/objects.ts";

/** Most keys in one list, and in one deletion. */
export const PAGE = 1000;
/** How many objects are read at the same time at most. */
const AT_ONCE = 8;

/**
 * Writes what leaves the head. Answers the name of the object; undefined if it may not stand in the
 * history. `unique` names it: what is written twice, because the head was not replaced after it, is
 * dropped by readers.
 */
export async function writePast(
  objects: Objects,
  { history }: Names,
  past: Past,
  unique: string,
): Promise<string | undefined> {
  const name = historyName(history, newestOf(past), unique);
  const { outcome } = await objects.create(name, encodeObject(past), windowFrom(objects.serverNow()));
  return outcome === "created" || outcome === "exists" ? name : undefined;
}

/** The latest runs, newest first. */
export async function latestRuns(objects: Objects, names: Names, head: Head, limit: number): Promise<Run[]> {
  const found = new Map(head.runs.map((row) => [row.id, readRun(row)]));
  // A run that was saved again after it left the head stands in both; the later one counts.
  const add = (run: Run) => {
    const other = found.get(run.id);
    if (run.startedAt >= head.historyFrom && (!other || other.endedAt < run.endedAt)) found.set(run.id, run);
  };
  const isEnough = (next: Millis) => countAfter(next, found.values(), (run) => run.startedAt) >= limit;
  if (head.historyNewest.run > 0 && !isEnough(head.historyNewest.run)) {
    for await (const { runs } of pastOf(objects, names, isEnough)) for (const row of runs) add(readRun(row));
  }
  const order = (a: Run, b: Run) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1);
  return [...found.values()].sort(order).slice(0, limit);
}

/** The latest journal lines, newest first. Without a limit all of them. */
export async function latestLines(objects: Objects, names: Names, head: Head, limit?: number): Promise<LineRow[]> {
  const found = new Map(head.lines.map((row) => [row.id, row]));
  const isEnough = (next: Millis) => limit !== undefined && countAfter(next, found.values(), (row) => row.at) >= limit;
  if (head.historyNewest.line > 0 && !isEnough(head.historyNewest.line)) {
    for await (const { lines } of pastOf(objects, names, isEnough)) {
      for (const row of lines) if (row.at >= head.historyFrom) found.set(row.id, row);
    }
  }
  const order = (a: LineRow, b: LineRow) => b.at - a.at || (a.id < b.id ? 1 : -1);
  return [...found.values()].sort(order).slice(0, limit);
}

/** Deletes the objects of which every run and line is from before a time. */
export async function deletePastBefore(objects: Objects, { history }: Names, before: Millis): Promise<void> {
  let after: string | undefined = historyBefore(history, before);
  while (after !== undefined) {
    const { objects: page, hasMore } = await objects.list(history, PAGE, after);
    // Another object in the folder is none of ours.
    const keys = page.flatMap(({ key }) => (newestIn(key, history) === undefined ? [] : [key]));
    if (keys.length > 0) await objects.remove(keys);
    // Not from the start again: a list may show for long what was deleted.
    after = hasMore ? page.at(-1)?.key : undefined;
  }
}

function countAfter<T>(time: Millis, all: Iterable<T>, timeOf: (one: T) => Millis): number {
  let count = 0;
  for (const one of all) if (timeOf(one) > time) count += 1;
  return count;
}

/**
 * The history, newest object first, until `isEnough` says that nothing at or before a time is needed.
 * The name of an object tells the time of the newest that it holds. More and more are read at once.
 */
async function* pastOf(
  objects: Objects,
  { history }: Names,
  isEnough: (newest: Millis) => boolean,
): AsyncGenerator<Past> {
  let after: string | undefined;
  let atOnce = 1;
  for (;;) {
    const { objects: page, hasMore } = await objects.list(history, PAGE, after);
    for (let at = 0; at < page.length; atOnce = Math.min(2 * atOnce, AT_ONCE)) {
      const keys = page.slice(at, at + atOnce).map(({ key }) => key);
      const newest = newestIn(keys[0] ?? "", history);
      if (newest !== undefined && isEnough(newest)) return;
      // What is gone was deleted meanwhile; another object in the folder is none of ours.
      const ours = keys.filter((key) => newestIn(key, history) !== undefined);
      for (const { key, body } of await Promise.all(ours.map(async (key) => ({ key, ...(await objects.get(key)) })))) {
        if (body) yield decodePast(body, key);
      }
      at += keys.length;
    }
    after = page.at(-1)?.key;
    if (!hasMore) return;
  }
}
