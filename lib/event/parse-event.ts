// Reads the images that an event names, in any form of event, or why it names none.
import { type Ignored, ignoredBecause } from "../model/messages/event.ts";
import { toRegionId } from "../policy/values/regions.ts";
import { type Hint, hintFrom, readRecord } from "./audit-record.ts";
import { type Fields, fieldsOf, jsonIn, MAX_TEXT, shortened, unpackCls, unpacked } from "./json-values.ts";

export type { Hint } from "./audit-record.ts";

/** The most images that are taken from one event; a sweep finds the others. */
const MAX_HINTS = 1000;
/** The most reasons that are listed one by one. */
const MAX_IGNORED = 100;
/** The most parts of an event that are read, and how deep parts may be nested. */
const MAX_PARTS = 20_000;
const MAX_DEPTH = 8;
/** How often a text may contain JSON that is again a text. */
const MAX_TEXTS = 2;

const AUDIT_TYPE = /^[\w.-]+:CloudEvent:(ApiCall|ConsoleCall|MiniProgramCall)$/;
interface Results {
  /** By region and image id. */
  readonly hints: Map<string, Hint>;
  /** By text, so that each reason is listed once. */
  readonly ignored: Map<string, Ignored>;
  /** The number of parts that were read. */
  parts: number;
  /** How many bytes may still be unpacked. Packed data can contain packed data without end. */
  room: number;
}

/**
 * The images that an event names, in any form in which the cloud delivers audit records or a user
 * types an event; see `events/README.md`. Every part that names no image is answered with the
 * reason. Never throws.
 */
export function parseEvent(payload: unknown): { hints: Hint[]; ignored: Ignored[] } {
  const results: Results = { hints: new Map(), ignored: new Map(), parts: 0, room: MAX_TEXT };
  readPart(payload, results, 0, 0);
  const hints = [...results.hints.values()];
  const ignored = [...results.ignored.values()];
  const moreHints = hints.length - MAX_HINTS;
  if (moreHints > 0) ignored.unshift(ignoredBecause("too-many-images", { more: moreHints, most: MAX_HINTS }));
  if (results.parts > MAX_PARTS) ignored.unshift(ignoredBecause("too-many-parts", { most: MAX_PARTS }));
  const more = ignored.length - MAX_IGNORED;
  const listed = more > 0 ? [...ignored.slice(0, MAX_IGNORED), ignoredBecause("more-ignored", { more })] : ignored;
  return { hints: hints.slice(0, MAX_HINTS), ignored: listed };
}

function readPart(value: unknown, results: Results, depth: number, texts: number): void {
  const readInner = (inner: unknown) => readPart(inner, results, depth + 1, texts);
  if (++results.parts > MAX_PARTS) return;
  if (depth > MAX_DEPTH) return ignore(results, ignoredBecause("nested-too-deeply"));
  if (typeof value === "string") return readText(value, results, depth, texts);
  if (Array.isArray(value)) return readList(value, results, readInner);
  const fields = fieldsOf(value);
  if (!fields) return ignore(results, ignoredBecause("not-an-event", { value: shortened(value) }));

  if (fields["Type"] === "Timer") return ignore(results, ignoredBecause("timer-event"));
  if (fieldsOf(fields["clslogs"])) return readCls(fields["clslogs"] as Fields, results, readInner);
  for (const key of ["Records", "records", "events"]) {
    if (Array.isArray(fields[key])) return readList(fields[key] as unknown[], results, readInner);
  }
  if (fieldsOf(fields["cos"])) return ignoreCos(fields["cos"] as Fields, results);
  const message = fieldsOf(fields["Ckafka"]);
  if (message) return readInner(message["msgBody"]);
  if (typeof fields["eventName"] === "string") return add(readRecord(fields), results);
  // A line of CLS: its content is the record, as text; as an object it is accepted, too.
  if (typeof fields["content"] === "string" || fieldsOf(fields["content"])) return readInner(fields["content"]);
  if (typeof fields["type"] === "string" && "data" in fields) return readEnvelope(fields, results, readInner);
  if ("imageId" in fields || "imageIds" in fields) return readManualEvent(fields, results);
  return ignore(results, whyUnknown(fields));
}

function readText(text: string, results: Results, depth: number, texts: number): void {
  if (text.length > MAX_TEXT) return ignore(results, ignoredBecause("text-too-large"));
  const value = texts < MAX_TEXTS ? jsonIn(text) : undefined;
  if (value === undefined) return ignore(results, ignoredBecause("not-json", { value: shortened(text) }));
  return readPart(value, results, depth + 1, texts + 1);
}

function readList(list: readonly unknown[], results: Results, readInner: (value: unknown) => void): void {
  if (list.length === 0) return ignore(results, ignoredBecause("empty-list"));
  for (const entry of list) {
    if (results.parts > MAX_PARTS) return;
    readInner(entry);
  }
}

function readCls({ data }: Fields, results: Results, readInner: (value: unknown) => void): void {
  if (typeof data !== "string") return ignore(results, ignoredBecause("cls-without-data"));
  const cls = unpackCls(data, results.room);
  if ("problem" in cls) return ignore(results, cls.problem);
  results.room -= cls.length;
  readInner(cls.value);
}

function ignoreCos(cos: Fields, results: Results): void {
  const key = fieldsOf(cos["cosObject"])?.["key"];
  ignore(results, ignoredBecause("cos-log", { object: shortened(key) }));
}

function readEnvelope(envelope: Fields, results: Results, readInner: (value: unknown) => void): void {
  const data = fieldsOf(unpacked(envelope["data"]));
  // The content counts, because the source of an envelope is spelt in more than one way.
  if (data && typeof data["eventName"] === "string") return add(readRecord(data, envelope), results);
  if (data && typeof data["msgBody"] === "string") return readInner(data["msgBody"]);
  const isAudit = typeof envelope["type"] === "string" && AUDIT_TYPE.test(envelope["type"]);
  const type = shortened(envelope["type"]);
  ignore(results, ignoredBecause(isAudit ? "no-audit-record" : "not-an-audit-event", { type }));
}

/** What a user may type, and nothing else: a user who types `dryRun` expects that nothing is changed. */
const MANUAL_KEYS = ["region", "imageId", "imageIds"];

function readManualEvent(fields: Fields, results: Results): void {
  const unknown = Object.keys(fields).filter((key) => !MANUAL_KEYS.includes(key));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 6).map((key) => shortened(key));
    return ignore(results, ignoredBecause("unknown-keys", { keys: shown, isCut: unknown.length > 6 }));
  }
  const ids: unknown[] = Array.isArray(fields["imageIds"]) ? (fields["imageIds"] as unknown[]) : [];
  const one = "imageId" in fields ? [fields["imageId"]] : [];
  if (ids.length + one.length === 0) return ignore(results, ignoredBecause("image-ids-not-a-list"));
  const { region } = fields;
  const found = [...one, ...ids].map((id) => hintFrom(region, id, { what: "by hand" }));
  if (typeof region === "string" && toRegionId(region) !== undefined) return add(found, results);
  // Everything that is wrong at once: the region, and each id.
  ignore(results, ignoredBecause("bad-region", { event: "by hand", value: shortened(region) }));
  add(
    found.filter((one) => "code" in one && one.code === "bad-image-id"),
    results,
  );
}

function whyUnknown(fields: Fields): Ignored {
  const keys = Object.keys(fields);
  if (keys.length === 0) return ignoredBecause("empty-event");
  if ("key1" in fields) return ignoredBecause("hello-world-event");
  if ("httpMethod" in fields) return ignoredBecause("http-request");
  const shown = keys.slice(0, 6).map((key) => shortened(key));
  return ignoredBecause("unknown-event", { keys: shown, isCut: keys.length > 6 });
}

// The first hint for an image is kept; which call it names only matters to a reader of the answer.
function add(found: readonly (Hint | Ignored)[], results: Results): void {
  for (const one of found) {
    if ("text" in one) ignore(results, one);
    else {
      const key = `${one.region}/${one.imageId}`;
      if (!results.hints.has(key)) results.hints.set(key, one);
    }
  }
}

function ignore(results: Results, reason: Ignored): void {
  results.ignored.set(reason.text, reason);
}
