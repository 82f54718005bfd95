// The records of one account in COS: reads and saves one after another, several saves in one object.
import type { Changes, Saved } from "../../../model/ports.ts";
import type { NewLineId } from "../encode-rows.ts";
import { deletable, type Names, numberOf } from "./chain.ts";
import { checkNotOverwritten, checkVersioning, makeEpoch, readEpoch } from "./epoch.ts";
import { findHead, type HeadList, type Position } from "./find-head.ts";
import { PAGE, writePast } from "./history.ts";
import { applyChanges, leaving, withoutPast } from "./records/apply-changes.ts";
import { EMPTY_HEAD, type Head, type Past } from "./records/head.ts";
import type { Objects, Surroundings } from "./requests/objects.ts";
import { writeHead } from "./write-head.ts";

/** Makes what must be unique. */
export interface Unique {
  readonly newLineId: NewLineId;
  /** A random text. */
  readonly newNonce: () => string;
}

/** The records of one account. */
export interface Account {
  /**
   * The newest head. After a sweep the next save checks the bucket, and deletes the heads that are not
   * needed any more.
   */
  read(isSweep: boolean): Promise<Head>;
  /** Saves changes, together with all that wait at the same time. */
  save(changes: Changes): Promise<Saved>;
  /**
   * Replaces the head by one that is made from it; with `replacesDamaged` also a head that cannot be
   * read. Nothing happens before the first save.
   */
  replace(next: (head: Head) => Head, replacesDamaged?: boolean): Promise<void>;
}

interface Waiting {
  readonly changes: Changes;
  readonly resolve: (saved: Saved) => void;
  readonly reject: (error: unknown) => void;
}

/** The records of the account whose objects have these names. */
export function accountIn(objects: Objects, names: Names, unique: Unique, { pause, random }: Surroundings): Account {
  let position: Position | undefined;
  let waiting: Waiting[] = [];
  /** What a sweep leaves to the save that follows it. Stays until that save could do it. */
  let sweep: { readonly epoch: string; readonly listed: HeadList | undefined } | undefined;
  const inTurn = queue();

  async function find(epoch: string | undefined): Promise<Position | undefined> {
    position = epoch === undefined ? undefined : (await findHead(objects, names, epoch, { known: position })).position;
    return position;
  }

  async function findToWrite(): Promise<Position> {
    return (await find(await makeEpoch(objects, names))) as Position;
  }

  async function readForSweep(): Promise<Position | undefined> {
    const epoch = await readEpoch(objects, names);
    if (epoch === undefined) return find(undefined);
    const found = await findHead(objects, names, epoch, { known: position, list: PAGE });
    sweep = { epoch, listed: found.listed };
    position = found.position;
    return position;
  }

  /** Makes the next head and keeps its position. */
  async function write<T>(
    first: Position,
    next: (head: Head) => { readonly head: Head; readonly answer: T },
    { replacesDamaged = false, claims = false } = {},
  ): Promise<T> {
    if (sweep) await endSweep(sweep);
    sweep = undefined;
    const { newNonce } = unique;
    const writing = { names, next, replacesDamaged, newNonce, find: findToWrite, pause, random };
    for (let from = first; ; from = await findToWrite()) {
      const { position: written, answer } = await writeHead(objects, from, writing);
      position = written;
      // A claim in a chain that was deleted meanwhile would keep nobody from claiming the same copy in
      // the new one. The rest of a save may be lost with the state.
      if (!claims || (await readEpoch(objects, names)) === written.epoch) return answer;
    }
  }

  /** Checks that COS still overwrites nothing, and deletes the heads that nobody needs. */
  async function endSweep({ epoch, listed }: NonNullable<typeof sweep>): Promise<void> {
    await checkVersioning(objects);
    await checkNotOverwritten(objects, names);
    const heads = listed?.objects.filter(({ key }) => numberOf(key, names.heads(epoch)) > 0) ?? [];
    const keys = deletable(heads, listed?.date ?? 0);
    if (keys.length > 0) await objects.remove(keys);
  }

  /** Moves what the head should not keep, before it is replaced. What could not be moved stays in it. */
  async function moveToHistory(from: Position): Promise<{ readonly past: Past; readonly object: string } | undefined> {
    const past = leaving(from.head());
    const object = past && (await writePast(objects, names, past, unique.newNonce()));
    return past && object !== undefined ? { past, object } : undefined;
  }

  async function saveWaiting(): Promise<void> {
    const all = waiting;
    waiting = [];
    if (all.length === 0) return;
    try {
      const from = position ?? (await findToWrite());
      const moved = await moveToHistory(from);
      const saves = all.map(({ changes }) => changes);
      const saved = await write(
        from,
        (head) => {
          const kept = moved ? withoutPast(head, moved.past, moved.object) : head;
          const applied = applyChanges(kept, saves, unique.newLineId);
          return { head: applied.head, answer: applied.saved };
        },
        { claims: saves.some(({ copies = [] }) => copies.length > 0) },
      );
      for (const [at, { resolve }] of all.entries()) resolve(saved[at] as Saved);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  return {
    read: (isSweep) =>
      inTurn(async () => {
        const found = isSweep ? await readForSweep() : await find(await readEpoch(objects, names));
        return found?.head() ?? EMPTY_HEAD;
      }),
    save: (changes) =>
      new Promise((resolve, reject) => {
        waiting.push({ changes, resolve, reject });
        void inTurn(saveWaiting);
      }),
    replace: (next, replacesDamaged = false) =>
      inTurn(async () => {
        const found = await find(await readEpoch(objects, names));
        if (found && found.number > 0) {
          await write(found, (head) => ({ head: next(head), answer: undefined }), { replacesDamaged });
        }
      }),
  };
}

/** Runs what it is given one after another, in order. */
function queue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
