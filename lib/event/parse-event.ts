// Any event payload to the images that it names, or why it names none.
import { type Hint, hintFrom, type Ignored, readRecord } from "./audit-record.ts";
import { type Fields, fieldsOf, jsonIn, MAX_TEXT, shortened, unpackCls, unpacked } from "./json-values.ts";

export type { Hint, Ignored } from "./audit-record.ts";

/** Most images that one event is taken to name; a sweep finds the others. */
const MAX_HINTS = 1000;
/** Most reasons that are listed one by one. */
const MAX_IGNORED = 100;
/** How many parts of an event are looked at, and how deep they may lie within one another. */
const MAX_PARTS = 20_000;
const MAX_DEPTH = 8;
/** How often a text may hold JSON which again is a text. */
const MAX_TEXTS = 2;

const AUDIT_TYPE = /^[\w.-]+:CloudEvent:(ApiCall|ConsoleCall|MiniProgramCall)$/;
const BY_HAND = 'send {"region": "ap-guangzhou", "imageId": "img-8toqc6s3"} to look at one image';

interface Found {
  readonly hints: Map<string, Hint>;
  readonly ignored: Map<string, Ignored>;
  parts: number;
  /** How much may still be unpacked: what is packed in what was packed could be without end. */
  room: number;
}

/**
 * The images that an event names, in any form in which the cloud delivers audit records or a person types it; see
 * `events/README.md`. What names none is answered with the reason. Never throws.
 */
export function parseEvent(payload: unknown): { hints: Hint[]; ignored: Ignored[] } {
  const found: Found = { hints: new Map(), ignored: new Map(), parts: 0, room: MAX_TEXT };
  look(payload, found, 0, 0);
  const hints = [...found.hints.values()];
  const ignored = [...found.ignored.values()];
  if (hints.length > MAX_HINTS) {
    ignored.unshift({ text: `${hints.length - MAX_HINTS} more images than ${MAX_HINTS}: left to the next sweep` });
  }
  if (found.parts > MAX_PARTS)
    ignored.unshift({ text: `has more than ${MAX_PARTS} parts: the rest is left to the next sweep` });
  const more = ignored.length - MAX_IGNORED;
  const listed =
    more > 0 ? [...ignored.slice(0, MAX_IGNORED), { text: `and ${more} more parts for other reasons` }] : ignored;
  return { hints: hints.slice(0, MAX_HINTS), ignored: listed };
}

function look(value: unknown, found: Found, depth: number, texts: number): void {
  const inside = (inner: unknown) => look(inner, found, depth + 1, texts);
  if (++found.parts > MAX_PARTS) return;
  if (depth > MAX_DEPTH) return ignore(found, "an event nested too deeply");
  if (typeof value === "string") return lookInText(value, found, depth, texts);
  if (Array.isArray(value)) return lookInList(value, found, inside);
  const fields = fieldsOf(value);
  if (!fields) return ignore(found, `${shortened(value)} is no event; ${BY_HAND}`);

  if (fields["Type"] === "Timer") return ignore(found, "a timer event; poll-copies handles it");
  if (fieldsOf(fields["clslogs"])) return lookInCls(fields["clslogs"] as Fields, found, inside);
  for (const key of ["Records", "records", "events"]) {
    if (Array.isArray(fields[key])) return lookInList(fields[key] as unknown[], found, inside);
  }
  if (fieldsOf(fields["cos"])) return ignoreCos(fields["cos"] as Fields, found);
  const message = fieldsOf(fields["Ckafka"]);
  if (message) return inside(message["msgBody"]);
  if (typeof fields["eventName"] === "string") return take(readRecord(fields), found);
  // A line of CLS: the record is the text of its content.
  if (typeof fields["content"] === "string") return inside(fields["content"]);
  if (typeof fields["type"] === "string" && "data" in fields) return lookInEnvelope(fields, found, inside);
  if ("imageId" in fields || "imageIds" in fields) return lookByHand(fields, found);
  return ignore(found, whyUnknown(fields));
}

function lookInText(text: string, found: Found, depth: number, texts: number): void {
  if (text.length > MAX_TEXT) return ignore(found, "a text of more than 6 MB");
  const value = texts < MAX_TEXTS ? jsonIn(text) : undefined;
  if (value === undefined) return ignore(found, `${shortened(text)} is no JSON; ${BY_HAND}`);
  return look(value, found, depth + 1, texts + 1);
}

function lookInList(list: readonly unknown[], found: Found, inside: (value: unknown) => void): void {
  if (list.length === 0) return ignore(found, "an empty list");
  for (const entry of list) {
    if (found.parts > MAX_PARTS) return;
    inside(entry);
  }
}

function lookInCls({ data }: Fields, found: Found, inside: (value: unknown) => void): void {
  if (typeof data !== "string") return ignore(found, "a CLS trigger without clslogs.data");
  const cls = unpackCls(data, found.room);
  if ("problem" in cls) return ignore(found, cls.problem);
  found.room -= cls.length;
  inside(cls.value);
}

function ignoreCos(cos: Fields, found: Found): void {
  const key = fieldsOf(cos["cosObject"])?.["key"];
  const text = `the audit log ${shortened(key)} in COS, which is not read here; the next sweep finds its images`;
  ignore(found, `${text}. Deliver the audit by EventBridge, CLS or CKafka to have them at once`);
}

function lookInEnvelope(envelope: Fields, found: Found, inside: (value: unknown) => void): void {
  const data = fieldsOf(unpacked(envelope["data"]));
  // By type first; the source is spelt in more than one way. Others that carry a record are as good.
  if (data && typeof data["eventName"] === "string") return take(readRecord(data, envelope), found);
  if (data && typeof data["msgBody"] === "string") return inside(data["msgBody"]);
  const type = shortened(envelope["type"]);
  const isAudit = typeof envelope["type"] === "string" && AUDIT_TYPE.test(envelope["type"]);
  ignore(
    found,
    isAudit ? `an event of type ${type} without an audit record` : `an event of type ${type}, which is no audit event`,
  );
}

function lookByHand(fields: Fields, found: Found): void {
  const ids: unknown[] = Array.isArray(fields["imageIds"]) ? (fields["imageIds"] as unknown[]) : [];
  const one = "imageId" in fields ? [fields["imageId"]] : [];
  if (ids.length + one.length === 0) return ignore(found, `imageIds must be a list of image ids; ${BY_HAND}`);
  take(
    [...one, ...ids].map((id) => hintFrom(fields["region"], id, { what: "by hand" })),
    found,
  );
}

function whyUnknown(fields: Fields): string {
  const keys = Object.keys(fields);
  if (keys.length === 0) return `an empty event; ${BY_HAND}`;
  if ("key1" in fields) return `the console's hello-world event; ${BY_HAND}`;
  if ("httpMethod" in fields) return "an HTTP request; images are not taken from the web";
  const shown = keys.slice(0, 6).map((key) => shortened(key));
  return `an unknown event with ${shown.join(", ")}${keys.length > 6 ? ", …" : ""}; ${BY_HAND}`;
}

// The first to name an image stands for all: which call it was matters to nobody but a reader.
function take(results: readonly (Hint | Ignored)[], found: Found): void {
  for (const result of results) {
    if ("text" in result) ignore(found, result.text);
    else {
      const key = `${result.region}/${result.imageId}`;
      if (!found.hints.has(key)) found.hints.set(key, result);
    }
  }
}

function ignore(found: Found, text: string): void {
  found.ignored.set(text, { text });
}
