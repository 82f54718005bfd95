// The head of a chain: its rows, and how it becomes the bytes of an object and is read back.
import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { StateError } from "../../../../model/errors.ts";
import { cosFault } from "../../../../model/messages/cos.ts";
import { fullText } from "../../../../model/messages/define.ts";
import { storeFault } from "../../../../model/messages/state.ts";
import type { Millis } from "../../../../model/types.ts";
import type { AwaitedRow, CopyRow as EncodedCopy, RunRow } from "../../encode-rows.ts";
import { VERSIONS_FORWARD } from "../../schema.ts";

/** A copy, as the tables of a database hold it: `body` is the record, the rest serves to find it. */
export type CopyRow = Omit<EncodedCopy, "n" | "expected">;

/** A journal line. Its id names it: it may stand in the head and in the history. */
export interface LineRow {
  readonly id: string;
  readonly at: Millis;
  /** No log service has taken it. In the history: when it was moved there; see `UnsentPast`. */
  readonly unsent: boolean;
  readonly body: string;
}

/** What leaves the head and goes to the history. */
export interface Past {
  readonly runs: readonly RunRow[];
  readonly lines: readonly LineRow[];
}

/**
 * An object of the history with lines that no log service has taken. An object is never rewritten, so
 * that the head keeps which of its lines those are.
 */
export interface UnsentPast {
  /** The name of the object. */
  readonly object: string;
  /** When the oldest of its unsent lines was written. */
  readonly oldest: Millis;
  /** When the newest of them was written: before `Head.historyFrom` all of them count as deleted. */
  readonly newest: Millis;
  /** The ids of these lines; null for all that are marked as unsent in the object. */
  readonly left: readonly string[] | null;
}

/** Everything that is recorded about an account, but what went to the history. */
export interface Head extends Past {
  /** Random for each save: whether a head that was found is the one that a writer tried to make. */
  readonly nonce: string;
  readonly account: { readonly version: number; readonly body: string } | null;
  readonly copies: readonly CopyRow[];
  readonly awaited: readonly AwaitedRow[];
  readonly unsentPast: readonly UnsentPast[];
  /** The times of the newest run and the newest line in the history; 0 without any. */
  readonly historyNewest: { readonly run: Millis; readonly line: Millis };
  /** History from before this time is deleted, even if it still lies in an object. */
  readonly historyFrom: Millis;
}

/** The head before the first save. */
export const EMPTY_HEAD: Head = {
  nonce: "",
  account: null,
  copies: [],
  awaited: [],
  runs: [],
  lines: [],
  unsentPast: [],
  historyNewest: { run: 0, line: 0 },
  historyFrom: 0,
};

/** Stands for a head that cannot be read: there may be any history. */
export const UNKNOWN_HEAD: Head = {
  ...EMPTY_HEAD,
  historyNewest: { run: Number.MAX_SAFE_INTEGER, line: Number.MAX_SAFE_INTEGER },
};

/** The largest object before it is compressed, in MB: some 40,000 copies. */
const MOST_MEGABYTES = 50;
const MEGABYTE = 1_000_000;
/** The form of the objects. A head that is one form newer keeps its form, and what this program does not know of it. */
const FORMAT = 1;

const text = z.string();
const maybeText = z.nullable(text);
const number = z.number();
const runs = z.array(z.object({ id: text, started_at: number, body: text }));
const lines = z.array(z.object({ id: text, at: number, unsent: z.boolean(), body: text }));
const headShape = z.object({
  nonce: text,
  account: z.nullable(z.object({ version: number, body: text })),
  copies: z.array(
    z.object({
      root_region: text,
      root_id: text,
      region: text,
      variant: text,
      phase: text,
      version: number,
      due_at: z.nullable(number),
      image_id: maybeText,
      name: maybeText,
      family: maybeText,
      body: text,
    }),
  ),
  awaited: z.array(z.object({ region: text, image_id: text, since: number })),
  runs,
  lines,
  unsentPast: z.array(z.object({ object: text, oldest: number, newest: number, left: z.nullable(z.array(text)) })),
  historyNewest: z.object({ run: number, line: number }),
  historyFrom: number,
});
const pastShape = z.object({ runs, lines });

/** The bytes of an object. Throws `StateError` if it is larger than this store is meant for. */
export function encodeObject(content: Head | Past): Buffer {
  const json = Buffer.from(JSON.stringify({ format: FORMAT, ...content }));
  const megabytes = Math.ceil(json.length / MEGABYTE);
  if (megabytes > MOST_MEGABYTES) {
    throw new StateError(fullText(cosFault("cos-too-large", { megabytes, most: MOST_MEGABYTES })));
  }
  // The fastest level: with 5,000 copies it takes a third of the time of the default.
  return gzipSync(json, { level: 1 });
}

/** Reads a head. Throws `StateError` if it is damaged; `object` names it. */
export const decodeHead = (bytes: Buffer, object: string): Head => decode<Head>(bytes, headShape, object, "head");

/** Reads a part of the history, likewise. */
export const decodePast = (bytes: Buffer, object: string): Past => decode<Past>(bytes, pastShape, object, "history");

/** The fault for an object that is not as this program writes it. */
export function damagedObject(object: string, kind: "head" | "history" | "name"): StateError {
  return new StateError(fullText(cosFault("cos-damaged", { object, kind })), { damaged: true });
}

function decode<T>(bytes: Buffer, shape: z.ZodMiniType, object: string, kind: "head" | "history"): T {
  let content: unknown;
  try {
    const json = gunzipSync(bytes, { maxOutputLength: 2 * MOST_MEGABYTES * MEGABYTE });
    content = JSON.parse(json.toString("utf8"));
  } catch {
    throw damagedObject(object, kind);
  }
  const { format } = Object(content) as { readonly format?: unknown };
  if (typeof format === "number" && format > FORMAT + VERSIONS_FORWARD) {
    throw new StateError(fullText(storeFault("state-newer", { version: format, supported: FORMAT })));
  }
  if (!(typeof format === "number" && format >= FORMAT) || !shape.safeParse(content).success)
    throw damagedObject(object, kind);
  return content as T;
}
