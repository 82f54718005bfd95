// Finds the newest head of an account: from the last known one or from a list, then upwards.
import { StateError } from "../../../model/errors.ts";
import { cosFault } from "../../../model/messages/cos.ts";
import { fullText } from "../../../model/messages/define.ts";
import type { Millis } from "../../../model/types.ts";
import { headName, type Names, newestAtOfList, numberOf, provesNew } from "./chain.ts";
import { damagedObject, decodeHead, EMPTY_HEAD, type Head } from "./records/head.ts";
import type { Listed, Objects } from "./requests/objects.ts";

/** A head as the newest of its chain, as far as that was seen. */
export interface Position {
  /** The random id of the chain. */
  readonly epoch: string;
  /** The number of the head; 0 before the first save. */
  readonly number: number;
  /** When, by the clock of COS, no later head existed. */
  readonly newestAt: Millis;
  /** The records. Throws `StateError` if the object is damaged. */
  readonly head: () => Head;
}

/** A list of the newest heads of a chain. */
export interface HeadList {
  readonly objects: readonly Listed[];
  readonly date: Millis;
}

/** The bytes of an object as the head of a position. They are read once, when they are needed. */
export function headOf(bytes: Buffer, name: string): () => Head {
  let head: Head | undefined;
  return () => (head ??= decodeHead(bytes, name));
}

/**
 * Finds the newest head of the chain `epoch`. `known`: the last position that was seen, which saves
 * a list while it is fresh. `list`: asks for a list in any case and hands it on, for a clean-up.
 */
export async function findHead(
  objects: Objects,
  names: Names,
  epoch: string,
  { known, list = 1 }: { readonly known?: Position | undefined; readonly list?: number },
): Promise<{ readonly position: Position; readonly listed?: HeadList }> {
  const folder = names.heads(epoch);
  const last = known?.epoch === epoch ? known : undefined;
  if (last && list === 1 && provesNew(last.newestAt, objects.serverNow())) {
    const position = await climb(objects, folder, last);
    if (position) return { position };
  }
  // A listed head may be gone: then the list was old, and another one may be newer.
  for (let tries = 1; tries <= 2; tries += 1) {
    const listed = await objects.list(folder, list);
    const start = await startOf({ objects, folder, epoch }, listed, last);
    const position = start && (await climb(objects, folder, start));
    if (position) return { position, listed };
  }
  throw new StateError(fullText(cosFault("cos-late-list")));
}

/** The heads of one epoch. */
interface Chain {
  readonly objects: Objects;
  readonly folder: string;
  readonly epoch: string;
}

/** Where to climb from: the higher one of the newest listed head and the last known one. */
async function startOf(
  { objects, folder, epoch }: Chain,
  { objects: listed, date }: HeadList,
  last: Position | undefined,
): Promise<Position | undefined> {
  const [first] = listed;
  const number = first ? numberOf(first.key, folder) : 0;
  // Without the number of the newest head nothing proves that a name was never used.
  if (first && number === 0) throw damagedObject(first.key, "name");
  const newestAt = newestAtOfList(date);
  if (last && last.number > number) return last;
  if (last && last.number === number) return { ...last, newestAt: Math.max(last.newestAt, newestAt) };
  if (number === 0) return { epoch, number, newestAt, head: () => EMPTY_HEAD };
  const name = headName(folder, number);
  const { body } = await objects.get(name);
  return body && { epoch, number, newestAt, head: headOf(body, name) };
}

/**
 * Reads the heads above until one is missing. Undefined if that no longer proves that it never
 * existed: too much time has passed since `from` was the newest.
 */
export async function climb(objects: Objects, folder: string, from: Position): Promise<Position | undefined> {
  let position = from;
  for (;;) {
    const name = headName(folder, position.number + 1);
    const { body, date } = await objects.get(name);
    if (!body) return provesNew(from.newestAt, date) ? { ...position, newestAt: date } : undefined;
    position = { ...position, number: position.number + 1, head: headOf(body, name) };
  }
}
