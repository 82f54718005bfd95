// The outbox of an account in COS: the journal lines that no log service has taken yet.
import { unlessDamaged } from "../../../model/errors.ts";
import type { Millis } from "../../../model/types.ts";
import { decodePast, type Head, type LineRow, type UnsentPast } from "./records/head.ts";
import type { Objects } from "./requests/objects.ts";

/** The lines of objects of the history, by the name of the object; none if it is gone or damaged. */
export type PastLines = ReadonlyMap<string, readonly LineRow[]>;

/** How many objects of the history are read at the same time at most. */
const AT_ONCE = 8;

/** When the oldest unsent line was written; undefined without one. */
export function unsentSince({ lines, unsentPast }: Head): Millis | undefined {
  const times = [
    ...lines.filter(({ unsent }) => unsent).map(({ at }) => at),
    ...unsentPast.map(({ oldest }) => oldest),
  ];
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}

/**
 * Reads the objects of the history that have unsent lines, oldest first: as many as hold `limit` of
 * them. `known`: what was read before, since an object never changes.
 */
export async function readUnsentPast(
  objects: Objects,
  head: Head,
  limit: number,
  known: PastLines = new Map(),
): Promise<PastLines> {
  const read = new Map<string, readonly LineRow[]>();
  const named = [...head.unsentPast].sort((a, b) => a.oldest - b.oldest);
  let count = 0;
  for (let at = 0; at < named.length && count < limit; at += AT_ONCE) {
    const part = named.slice(at, at + AT_ONCE);
    const all = await Promise.all(
      part.map(async ({ object }) => known.get(object) ?? (await linesIn(objects, object))),
    );
    for (const [n, one] of part.entries()) {
      read.set(one.object, all[n] ?? []);
      count += unsentIn(one, head, read).length;
    }
  }
  return read;
}

/** The unsent lines of the head, and of the objects that were read; oldest first. */
export function unsentLines(head: Head, past: PastLines, limit: number): LineRow[] {
  const found = new Map(head.unsentPast.flatMap((one) => unsentIn(one, head, past)).map((row) => [row.id, row]));
  for (const row of head.lines) if (row.unsent) found.set(row.id, row);
  return [...found.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(0, limit);
}

/** Whether an object is named that has no unsent line any more: it was deleted, or damaged. */
export function namesEmptyPast(head: Head, past: PastLines): boolean {
  return head.unsentPast.some((one) => past.has(one.object) && unsentIn(one, head, past).length === 0);
}

/** The head in which these lines are sent. Objects that were not read stay as they are named. */
export function withSent(head: Head, ids: ReadonlySet<string>, past: PastLines): Head {
  return {
    ...head,
    lines: head.lines.map((row) => (row.unsent && ids.has(row.id) ? { ...row, unsent: false } : row)),
    unsentPast: head.unsentPast.flatMap((one): UnsentPast[] => {
      if (!past.has(one.object)) return [one];
      const before = unsentIn(one, head, past);
      const left = before.filter(({ id }) => !ids.has(id));
      if (left.length === 0) return [];
      if (left.length === before.length) return [one];
      const oldest = left.reduce((a, { at }) => Math.min(a, at), one.newest);
      return [{ ...one, oldest, left: left.map(({ id }) => id) }];
    }),
  };
}

/** The unsent lines of one object of the history, without those that count as deleted. */
function unsentIn({ object, left }: UnsentPast, { historyFrom }: Head, past: PastLines): LineRow[] {
  const ids = left && new Set(left);
  const rows = past.get(object) ?? [];
  return rows.filter(({ id, at, unsent }) => unsent && at >= historyFrom && (ids === null || ids.has(id)));
}

async function linesIn(objects: Objects, object: string): Promise<readonly LineRow[]> {
  const { body } = await objects.get(object);
  return (body && unlessDamaged(() => decodePast(body, object)))?.lines ?? [];
}
