// The chain of heads: how they are named, which is the newest, and when one may be written or deleted.
import type { Millis } from "../../../model/types.ts";
import type { CosPlace } from "./place.ts";
import type { Listed } from "./requests/objects.ts";
import type { Window } from "./requests/sign.ts";

/**
 * A head is one object that holds everything recorded about an account but its history. Each save
 * makes the next head, under a name that must never be used twice. Three rules see to that, all by
 * the clock of COS:
 *
 * - A head is written only within WINDOW after its name was seen to be free: the signature of the
 *   request ends then, so that COS refuses a writer that was frozen meanwhile.
 * - That a name is free proves that it was never used only within TRUST after a time at which the
 *   head before it was the newest.
 * - A head is deleted no sooner than KEEP after its successor was made.
 *
 * KEEP = WINDOW + TRUST + SPARE: between "the head before is the newest" and the write there is no
 * time in which the name could be used and freed again. SPARE is for a request that COS accepts in
 * time and carries out slowly, a signature that it honours for a while after its end, and an answer
 * with a later date than its effect. A list may show a new head LATENESS late, and SPARE on top of it.
 */
export const WINDOW: Millis = 2 * 60_000;
export const TRUST: Millis = 5 * 60_000;
const SPARE: Millis = 5 * 60_000;
export const KEEP: Millis = WINDOW + TRUST + SPARE;
const LATENESS: Millis = 3 * 60_000;

/** A request that is signed a moment before the window ends would often be refused. */
const TIME_TO_SEND: Millis = 20_000;
/** Clocks of the servers of COS may differ a little. The start of a window protects from nothing. */
const BEFORE: Millis = 60_000;

const LAST_NUMBER = 999_999_999_999;
const LAST_TIME = 9_999_999_999_999;
/** A value that is no whole number counts as the next one: whatever it is, the name has the right form. */
const inverted = (value: number, last: number) =>
  String(last - Math.min(Math.max(Math.ceil(value), 0), last)).padStart(String(last).length, "0");

/**
 * The names of an account's objects. The epoch sorts before the heads: a person who deletes all objects in
 * the order of their names ends the chain first, so that no name of it is used again meanwhile.
 */
export interface Names {
  /** Holds the random id of the current chain. */
  readonly epoch: string;
  /** Serves to check that COS overwrites nothing. */
  readonly check: string;
  /** The folder of the heads of a chain. */
  heads(epoch: string): string;
  /** The folder of what left the head. */
  readonly history: string;
}

/** The names of the objects of an account. */
export function namesOf({ prefix }: Pick<CosPlace, "prefix">, account: string): Names {
  const folder = `${prefix}${prefix === "" ? "" : "/"}${encodeURIComponent(account)}/`;
  return {
    epoch: `${folder}epoch`,
    check: `${folder}check`,
    heads: (epoch) => `${folder}heads/${epoch}/`,
    history: `${folder}history/`,
  };
}

/** The account whose object this is, named without the prefix; undefined for an object of others. */
export function accountOf(name: string): string | undefined {
  return isOfState(name) ? decodeURIComponent(name.slice(0, name.indexOf("/"))) : undefined;
}

/** Whether an object below a prefix, named without it, is one of those of `namesOf` or lies in their folders. */
export const isOfState = (name: string): boolean =>
  /^[^/]+\/(epoch|check|heads\/[0-9a-f]{24}\/\d{12}|history\/\d{13}-[\w-]+)$/.test(name);

/** The name of a head. Names sort newest first. */
export const headName = (folder: string, number: number) => `${folder}${inverted(number, LAST_NUMBER)}`;

/** The number of a head in a list; 0 if it is no head. */
export function numberOf(key: string, folder: string): number {
  const name = key.startsWith(folder) ? key.slice(folder.length) : "";
  return /^\d{12}$/.test(name) ? LAST_NUMBER - Number(name) : 0;
}

/** The name of a part of the history, whose newest line has this time. `unique`: by itself. */
export const historyName = (folder: string, newest: Millis, unique: string) =>
  `${folder}${inverted(newest, LAST_TIME)}-${unique}`;

/** The time of the newest line in a part of the history; undefined for another object. */
export function newestIn(key: string, folder: string): Millis | undefined {
  const [, digits] = /^(\d{13})-[\w-]+$/.exec(key.startsWith(folder) ? key.slice(folder.length) : "") ?? [];
  return digits === undefined ? undefined : LAST_TIME - Number(digits);
}

/** Sorts behind all parts of the history that have a line from this time on. */
export const historyBefore = (folder: string, time: Millis) => `${folder}${inverted(time, LAST_TIME)}.`;

/** Whether a missing head never existed. `newestAt`: since then its predecessor was the newest. */
export const provesNew = (newestAt: Millis, missingAt: Millis) => missingAt < newestAt + TRUST;

/** Since when, at the latest, everything above the newest head of a list was made. */
export const newestAtOfList = (date: Millis) => date - LATENESS;

/** When a head may be written whose name was free at `freeAt`. */
export const windowFrom = (freeAt: Millis): Window => ({ from: freeAt - BEFORE, until: freeAt + WINDOW });

/** Whether there is time to write a head whose name was free at `freeAt`. */
export const canStillWrite = (freeAt: Millis, now: Millis) => now < freeAt + WINDOW - TIME_TO_SEND;

/**
 * The heads in a list that may be deleted: those whose successor was made long ago. The next one
 * that the list shows stands for the successor: it was made later, if it is another.
 */
export function deletable(listed: readonly Listed[], date: Millis): string[] {
  return listed.filter((_, at) => at > 0 && (listed[at - 1] as Listed).modifiedAt <= date - KEEP).map(({ key }) => key);
}
