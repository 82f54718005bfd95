// A state in memory, for tests that need many states.
import { randomInt } from "node:crypto";
import { dueAt } from "../../lib/model/copy/due.ts";
import { StateError } from "../../lib/model/errors.ts";
import { copyId, refText, rootRefId } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { State, Totals, Which } from "../../lib/model/ports.ts";
import type { AccountRecord, AwaitedImage, Copy, CopyPhase, JournalEntry, Run } from "../../lib/model/types.ts";

/** What a state in memory holds. It can be opened several times. */
export interface Memory {
  readonly copies: Map<string, Copy>;
  readonly accounts: Map<string, AccountRecord>;
  readonly runs: Map<string, Run>;
  awaited: readonly AwaitedImage[];
  journal: JournalEntry[];
  /** The lines that no log service has taken, in the order of writing. */
  readonly unsent: Map<string, JournalEntry>;
  /** When the oldest of each account was written, kept so that a read does not look for it. */
  readonly unsentSince: Map<string, number>;
  /** How many lines were ever written. */
  lines: number;
}

/** An empty memory. */
export function emptyMemory(): Memory {
  return {
    copies: new Map(),
    accounts: new Map(),
    runs: new Map(),
    awaited: [],
    journal: [],
    unsent: new Map(),
    unsentSince: new Map(),
    lines: 0,
  };
}

/**
 * A state in memory. It passes the contract of the state, as the databases do. What it returns is
 * what it holds: the types forbid to change it.
 */
export function memoryState(memory: Memory = emptyMemory()): State {
  let closed = false;
  const attempt = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new StateError(storedText("the state in memory is already closed"));
    return work();
  };
  const log = (entries: readonly JournalEntry[]) => {
    for (const entry of entries) {
      memory.journal.push(entry);
      memory.lines += 1;
      memory.unsent.set(`memory-${String(memory.lines).padStart(9, "0")}`, entry);
      noteUnsent(entry);
    }
  };
  const noteUnsent = ({ account, at }: JournalEntry) =>
    memory.unsentSince.set(account, Math.min(at, memory.unsentSince.get(account) ?? at));
  const dropUnsent = (account: string, isDropped: (id: string, entry: JournalEntry) => boolean) => {
    memory.unsentSince.delete(account);
    for (const [id, entry] of unsentOf(account)) {
      if (isDropped(id, entry)) memory.unsent.delete(id);
      else noteUnsent(entry);
    }
  };
  const unsentOf = (account: string) => [...memory.unsent].filter(([, entry]) => entry.account === account);
  const copiesOf = (account: string) => [...memory.copies.values()].filter(({ key }) => key.account === account);
  return {
    accounts: () =>
      attempt(() => {
        const keys = [...memory.copies.values()].map(({ key }) => key.account);
        return [...new Set([...memory.accounts.keys(), ...keys])].sort();
      }),
    read: (account, which = {}) =>
      attempt(() => {
        const all = copiesOf(account);
        return {
          record: memory.accounts.get(account),
          awaited: memory.awaited.filter((one) => one.account === account),
          copies: all.filter(chosenBy(which, all)),
          totals: totalsOf(all),
          unsentSince: memory.unsentSince.get(account),
        };
      }),
    save: (_, { copies = [], record, awaited, run, entries = [] }) =>
      attempt(() => {
        const saved = copies.map(({ copy, entries: own = [] }) => {
          const stored = save(memory.copies, copyId(copy.key), copy);
          if (stored) log(own);
          return stored;
        });
        if (awaited) {
          const all = new Map(memory.awaited.map((one) => [awaitedId(one), one]));
          for (const one of awaited.add) if (!all.has(awaitedId(one))) all.set(awaitedId(one), one);
          for (const one of awaited.remove) all.delete(awaitedId(one));
          memory.awaited = [...all.values()];
        }
        if (run) memory.runs.set(JSON.stringify([run.account, run.id]), run);
        log(entries);
        return { copies: saved, record: record && save(memory.accounts, record.account, record) };
      }),
    forget: (account) =>
      attempt(() => {
        for (const [id, { key }] of memory.copies) if (key.account === account) memory.copies.delete(id);
        memory.awaited = memory.awaited.filter((one) => one.account !== account);
      }),
    runs: (account, limit) =>
      attempt(() =>
        [...memory.runs.values()]
          .filter((run) => run.account === account)
          .sort((a, b) => b.startedAt - a.startedAt)
          .slice(0, limit),
      ),
    deleteHistoryBefore: (account, before) =>
      attempt(() => {
        for (const [id, run] of memory.runs)
          if (run.account === account && run.startedAt < before) memory.runs.delete(id);
        memory.journal = memory.journal.filter((entry) => entry.account !== account || entry.at >= before);
        dropUnsent(account, (_, entry) => entry.at < before);
        for (const [id, copy] of memory.copies)
          if (copy.key.account === account && copy.phase === "ended" && copy.updatedAt < before)
            memory.copies.delete(id);
      }),
    entries: (account, limit, imageId) =>
      attempt(() => {
        const all = memory.journal.filter((entry) => entry.account === account);
        const isOf = imageId === undefined ? () => true : concerns(imageId, all);
        return all
          .filter(isOf)
          .reverse()
          .sort((a, b) => b.at - a.at)
          .slice(0, limit);
      }),
    unsent: (account, limit) =>
      attempt(() =>
        unsentOf(account)
          .map(([id, entry]) => ({ id, at: entry.at, entry }))
          .sort((a, b) => a.at - b.at)
          .slice(0, limit),
      ),
    markSent: (account, ids) =>
      attempt(() => {
        const sent = new Set(ids);
        dropUnsent(account, (id) => sent.has(id));
      }),
    close: async () => {
      closed = true;
    },
  };
}

/** Whether a copy, or another one of its source, fulfils one of the conditions. `all`: the copies of the account. */
function chosenBy(which: Which, all: readonly Copy[]) {
  const { all: every, dueBy, images = [], regions = [], names = [], families = [] } = which;
  if (every) return () => true;
  const isDue = (copy: Copy) => dueBy !== undefined && (dueAt(copy) ?? Number.POSITIVE_INFINITY) <= dueBy;
  const isNamed = (copy: Copy) =>
    (copy.phase === "ready" || copy.phase === "retired") &&
    names.some(({ region, name }) => region === copy.key.region && name === copy.name);
  const isInFamily = (copy: Copy) =>
    copy.phase !== "ended" &&
    families.some(({ region, family }) => region === copy.key.region && family === copy.family);
  const named = new Set(images.map(refText));
  const isImage = (copy: Copy) =>
    "imageId" in copy && named.has(refText({ region: copy.key.region, imageId: copy.imageId }));
  const isChosen = (copy: Copy) =>
    isImage(copy) || isDue(copy) || regions.includes(copy.key.region) || isNamed(copy) || isInFamily(copy);
  const roots = new Set([
    ...images.map(({ region, imageId }) => rootRefId({ rootRegion: region, rootId: imageId })),
    ...all.filter(isChosen).map(({ key }) => rootRefId(key)),
  ]);
  return ({ key }: Copy) => roots.has(rootRefId(key));
}

function totalsOf(copies: readonly Copy[]): Totals {
  const totals: Partial<Record<CopyPhase, number>> = {};
  for (const { phase } of copies) totals[phase] = (totals[phase] ?? 0) + 1;
  return totals;
}

/**
 * Saves a record if it is still at the version that was read. The first version is random, as in a
 * database: a record that is created again must not get a version that a running program still
 * holds.
 */
function save<T extends { readonly version: number }>(records: Map<string, T>, id: string, record: T): T | undefined {
  if ((records.get(id)?.version ?? 0) !== record.version) return undefined;
  const version = record.version === 0 ? randomInt(1, 2 ** 30) : record.version + 1;
  // As it would be read back from a database: without undefined fields.
  const defined = Object.entries({ ...record, version }).filter(([, value]) => value !== undefined);
  const stored = Object.fromEntries(defined) as unknown as T;
  records.set(id, stored);
  return stored;
}

function awaitedId({ account, region, imageId }: AwaitedImage): string {
  return JSON.stringify([account, region, imageId]);
}

/** Whether a line concerns an image: as the root, as the copy, or from before the copy's id was known. */
function concerns(imageId: string, all: readonly JournalEntry[]): (entry: JournalEntry) => boolean {
  const keys = new Set(all.flatMap(({ key, image }) => (key && image?.imageId === imageId ? [copyId(key)] : [])));
  return ({ key, image }) =>
    image?.imageId === imageId || (key !== undefined && (key.rootId === imageId || keys.has(copyId(key))));
}
