// Makes the next head of a chain: again and again until it is stored, another was first, or it is unknown.
import { StateError, unlessDamaged } from "../../../model/errors.ts";
import { cosFault } from "../../../model/messages/cos.ts";
import { fullText } from "../../../model/messages/define.ts";
import type { Millis } from "../../../model/types.ts";
import { canStillWrite, headName, type Names, provesNew, windowFrom } from "./chain.ts";
import { climb, headOf, type Position } from "./find-head.ts";
import { encodeObject, type Head, UNKNOWN_HEAD } from "./records/head.ts";
import type { Objects, Surroundings } from "./requests/objects.ts";

/**
 * How often a head is tried at most, and by how much the longest pause grows with each try. With five
 * tries about one save in a hundred fails where five instances save all the time; with twelve, none of
 * 600 did.
 */
const ROUNDS = 12;
const PAUSE: Millis = 200;

/** How to make the next head, and what that needs. */
export interface Writing<T> extends Pick<Surroundings, "pause" | "random"> {
  readonly names: Names;
  /** Makes the next head, and the answer for the caller if it is stored. */
  readonly next: (head: Head) => { readonly head: Head; readonly answer: T };
  /** Whether a head that cannot be read counts as one without records. */
  readonly replacesDamaged: boolean;
  /** A random text for each head that is tried. */
  readonly newNonce: () => string;
  /** Finds the newest head anew. */
  readonly find: () => Promise<Position>;
}

/** A head that is tried under one number. Every try of it has the same bytes. */
interface Attempt<T> {
  readonly epoch: string;
  readonly number: number;
  readonly head: Head;
  readonly answer: T;
  readonly bytes: Buffer;
  /** Whether a try was not answered: it may still take effect until its window ends. */
  inDoubt: boolean;
}

/**
 * Writes the head after `from`. If another process was first, the next head is made from its head.
 *
 * A lost answer is no danger here, unlike in a database: the object has a name that is used once, so
 * a reader sees by the nonce whose it is, and the same bytes may be sent again. Throws
 * `StateError` if it stays unknown whether the head was stored, or others were first too often.
 */
export async function writeHead<T>(
  objects: Objects,
  from: Position,
  writing: Writing<T>,
): Promise<{ readonly position: Position; readonly answer: T }> {
  const { names, find, pause, random } = writing;
  let position = from;
  let attempt: Attempt<T> | undefined;
  for (let round = 1; round <= ROUNDS; round += 1) {
    if (attempt?.epoch !== position.epoch || attempt.number !== position.number + 1) {
      attempt = attemptAfter(position, writing);
    }
    const { epoch, number, head, answer } = attempt;
    const folder = names.heads(epoch);
    const name = headName(folder, number);
    const done = (newestAt: Millis) => ({
      position: { epoch, number, newestAt, head: () => head },
      answer,
    });

    if (canStillWrite(position.newestAt, objects.serverNow())) {
      const created = await objects.create(name, attempt.bytes, windowFrom(position.newestAt));
      if (created.outcome === "created") return done(created.date);
      if (created.outcome === "unknown") attempt.inDoubt = true;
    }
    if (round > 1 || attempt.inDoubt) await pause(PAUSE * round * random());

    const found = await objects.get(name);
    if (found.body) {
      const readHead = headOf(found.body, name);
      // A damaged head is none of ours.
      if (unlessDamaged(readHead)?.nonce === head.nonce) return done(position.newestAt);
      attempt.inDoubt = false;
      position = (await climb(objects, folder, { ...position, number, head: readHead })) ?? (await find());
    } else if (provesNew(position.newestAt, found.date)) {
      position = { ...position, newestAt: found.date };
    } else {
      // The head may have been stored, replaced and deleted: changes that are made again would fail.
      if (attempt.inDoubt) break;
      position = await find();
    }
  }
  throw new StateError(
    fullText(attempt?.inDoubt ? cosFault("cos-write-unknown") : cosFault("cos-contended", { rounds: ROUNDS })),
  );
}

function attemptAfter<T>(
  { epoch, number, head: previous }: Position,
  { next, newNonce, replacesDamaged }: Writing<T>,
): Attempt<T> {
  const { head, answer } = next(replacesDamaged ? (unlessDamaged(previous) ?? UNKNOWN_HEAD) : previous());
  const stored = { ...head, nonce: newNonce() };
  return { epoch, number: number + 1, head: stored, answer, bytes: encodeObject(stored), inDoubt: false };
}
