// The epoch of an account: the random id of its chain of heads, created once; and what is checked of the bucket.
import { randomBytes } from "node:crypto";
import { StateError } from "../../../model/errors.ts";
import { cosFault } from "../../../model/messages/cos.ts";
import { fullText, type Message } from "../../../model/messages/define.ts";
import { type Names, windowFrom } from "./chain.ts";
import { damagedObject } from "./records/head.ts";
import type { Objects } from "./requests/objects.ts";

/** How often something is put at most if that is not answered. */
const TRIES = 4;

const noAnswer = () => fail(cosFault("cos-unreachable", { cause: "no answer to a put" }));

const fail = (message: Message) => new StateError(fullText(message));

/**
 * The epoch of an account; undefined if there is none. If all objects of the account are deleted, the
 * next epoch gives all names a new folder: a writer that still knows the old one writes where nobody
 * reads.
 */
export async function readEpoch(objects: Objects, names: Names): Promise<string | undefined> {
  const { body } = await objects.get(names.epoch);
  return body && epochIn(body, names);
}

/** The epoch of an account, created if there is none, after a check that COS overwrites nothing. */
export async function makeEpoch(objects: Objects, names: Names): Promise<string> {
  const mine = Buffer.from(randomBytes(12).toString("hex"));
  for (let tries = 1; ; tries += 1) {
    const { body, date } = await objects.get(names.epoch);
    if (body) return epochIn(body, names);
    if (tries > TRIES) throw noAnswer();
    if (tries === 1) await checkNotOverwritten(objects, names);
    // Whatever the answer, the object that is there then is the epoch: ours or another process's.
    await objects.create(names.epoch, mine, windowFrom(date));
  }
}

/**
 * Checks that COS does not overwrite an existing object, with an object that serves for nothing else.
 * Throws `StateError` if it does.
 */
export async function checkNotOverwritten(objects: Objects, names: Names): Promise<void> {
  let created = 0;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { outcome } = await objects.create(names.check, CHECK, windowFrom(objects.serverNow()));
    if (outcome === "exists") return;
    if (outcome === "created") created += 1;
    if (created > 1) throw fail(cosFault("cos-overwrites"));
  }
  throw noAnswer();
}

const CHECK = Buffer.from("This object must not be overwritten.\n");

/** Checks that versioning was never turned on: it would make every create-once void. */
export async function checkVersioning(objects: Objects): Promise<void> {
  const status = await objects.versioning();
  if (status !== "never") throw fail(cosFault("cos-versioned", { status }));
}

function epochIn(body: Buffer, { epoch }: Names): string {
  const text = body.toString("utf8");
  if (/^[0-9a-f]{24}$/.test(text)) return text;
  throw damagedObject(epoch, "name");
}
