// A state that consists of plain files, as a second implementation of the port.
import { randomInt, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { ReadableJournal, State } from "../../lib/model/ports.ts";
import type { AccountRecord, AwaitedImage, Copy, JournalEntry, Run } from "../../lib/model/types.ts";

/**
 * The state as plain files: proof that the port needs no SQL and no transaction. A versioned record
 * is a folder with one file per version. `link` fails if the file exists, so only one writer of a
 * version wins. Old versions stay, because a late writer could otherwise create its version again.
 * A forgotten record gets one more version, which is empty.
 */
export function directoryState(folder: string): State & ReadableJournal {
  let closed = false;

  async function attempt<T>(work: () => T): Promise<T> {
    if (closed) throw new StateError(storedText(`the state ${folder} is already closed`));
    try {
      return work();
    } catch (error) {
      const damaged = error instanceof SyntaxError;
      const text = error instanceof Error ? error.message : String(error);
      throw new StateError(storedText(`the state ${folder} failed: ${text}`), { damaged });
    }
  }

  function temporary(value: unknown): string {
    const path = join(ensureFolder(join(folder, "new")), randomUUID());
    writeFileSync(path, JSON.stringify(value));
    return path;
  }

  function createOnce(path: string, value: unknown): boolean {
    const from = temporary(value);
    try {
      linkSync(from, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      rmSync(from);
    }
  }

  /**
   * The first version of every record in this folder: a random number, drawn once. With a fixed
   * number, two creators of a record could both succeed.
   */
  function firstVersion(): number {
    const path = join(folder, "first-version");
    createOnce(path, randomInt(1, 2 ** 30));
    return read<number>(path);
  }

  function saveVersion<T extends { version: number }>(record: string, value: T): T | undefined {
    const version = latest(record);
    const exists = version > 0 && !isEmpty(record);
    if (exists ? version !== value.version : value.version !== 0) return undefined;
    const stored = JSON.parse(JSON.stringify({ ...value, version: version === 0 ? firstVersion() : version + 1 })) as T;
    return createOnce(join(ensureFolder(record), String(stored.version)), stored) ? stored : undefined;
  }

  const isEmpty = (record: string) => readFileSync(join(record, String(latest(record))), "utf8") === "";

  function isDamaged(record: string): boolean {
    try {
      if (latest(record) > 0 && !isEmpty(record)) read(join(record, String(latest(record))));
      return false;
    } catch {
      return true;
    }
  }

  function leaveEmpty(record: string): void {
    while (!isEmpty(record)) {
      try {
        writeFileSync(join(record, String(latest(record) + 1)), "", { flag: "wx" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  const place = (kind: string, account: string) => join(folder, kind, encodeURIComponent(account));

  return {
    copies: (account) =>
      attempt(() => {
        const records = list(place("copies", account)).map((name) => join(place("copies", account), name));
        return records
          .filter((record) => !isEmpty(record))
          .map((record) => read<Copy>(join(record, String(latest(record)))));
      }),
    saveCopy: (copy) =>
      attempt(() => {
        const { account, rootRegion, rootId, region, variant } = copy.key;
        const name = encodeURIComponent(JSON.stringify([rootRegion, rootId, region, variant]));
        return saveVersion(join(place("copies", account), name), copy);
      }),
    account: (account) =>
      attempt(() => {
        const record = place("accounts", account);
        const version = latest(record);
        return version === 0 || isEmpty(record) ? undefined : read<AccountRecord>(join(record, String(version)));
      }),
    saveAccount: (record) => attempt(() => saveVersion(place("accounts", record.account), record)),
    awaited: (account) => attempt(() => readAll<AwaitedImage>(place("awaited", account))),
    setAwaited: (add, remove) =>
      attempt(() => {
        const path = (image: AwaitedImage) =>
          join(ensureFolder(place("awaited", image.account)), encodeURIComponent(`${image.region}/${image.imageId}`));
        for (const image of add) createOnce(path(image), image);
        for (const image of remove) rmSync(path(image), { force: true });
      }),
    forget: (account) =>
      attempt(() => {
        for (const name of list(place("copies", account))) leaveEmpty(join(place("copies", account), name));
        rmSync(place("awaited", account), { recursive: true, force: true });
        if (isDamaged(place("accounts", account))) leaveEmpty(place("accounts", account));
      }),
    saveRun: (run) =>
      attempt(() =>
        renameSync(temporary(run), join(ensureFolder(place("runs", run.account)), encodeURIComponent(run.id))),
      ),
    runs: (account, limit) =>
      attempt(() =>
        readAll<Run>(place("runs", account))
          .sort((a, b) => b.startedAt - a.startedAt)
          .slice(0, limit),
      ),
    deleteHistoryBefore: (account, before) =>
      attempt(() => {
        for (const [kind, at] of [
          ["runs", "startedAt"],
          ["journal", "at"],
        ] as const) {
          for (const name of list(place(kind, account))) {
            const path = join(place(kind, account), name);
            if (read<Record<string, number>>(path)[at]! < before) rmSync(path);
          }
        }
      }),
    append: (entries) =>
      attempt(() => {
        for (const entry of entries) {
          const journal = ensureFolder(place("journal", entry.account));
          // The next free number; another process may take it first.
          for (
            let number = Number(list(journal).at(-1) ?? -1) + 1;
            !createOnce(join(journal, padded(number)), entry);
            number++
          );
        }
      }),
    entries: (account, limit, imageId) =>
      attempt(() => {
        const all = readAll<JournalEntry>(place("journal", account)).reverse();
        const newestFirst = all.sort((a, b) => b.at - a.at);
        const keys = new Set(newestFirst.filter((entry) => entry.image?.imageId === imageId).map(copyId));
        keys.delete(undefined);
        return newestFirst
          .filter(
            (entry) =>
              imageId === undefined ||
              entry.image?.imageId === imageId ||
              entry.key?.rootId === imageId ||
              keys.has(copyId(entry)),
          )
          .slice(0, limit);
      }),
    close: async () => {
      closed = true;
    },
  };
}

function copyId(entry: JournalEntry): string | undefined {
  return entry.key && JSON.stringify([entry.key.rootRegion, entry.key.rootId, entry.key.region, entry.key.variant]);
}

function padded(number: number): string {
  return String(number).padStart(12, "0");
}

function ensureFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function latest(record: string): number {
  return Math.max(0, ...list(record).map(Number));
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function readAll<T>(folder: string): T[] {
  return list(folder).map((name) => read<T>(join(folder, name)));
}
