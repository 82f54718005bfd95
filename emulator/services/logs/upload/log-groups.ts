// Decodes the body of UploadLog: a LogGroupList in Protocol Buffers.
import { readFields, WireError, type WireField } from "./protobuf.ts";

/** One decoded log. */
export interface SentLog {
  readonly timeMs: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly source: string;
  readonly fileName: string;
}

/** What is too large or too many in a LogGroupList. */
export class LogLimitError extends Error {
  override readonly name = "LogLimitError";
}

/** The limits of a log group (cls 2020-10-16, UploadLog). */
const MOST_LOGS = 10_000;
const MOST_VALUE_BYTES = 1024 * 1024;
const MOST_GROUP_BYTES = 5 * 1024 * 1024;
/** Logs of all groups together. The emulator's own limit: five groups are advised. */
const MOST_LOGS_TOGETHER = 100_000;
/** Tags of all logs together: each log of a group has all of its tags. The emulator's own limit. */
const MOST_TAGS_TOGETHER = 1_000_000;

const text = new TextDecoder("utf-8", { fatal: true });

/**
 * Decodes a LogGroupList (the messages are in the SDK's comment on UploadLog). Throws `WireError`
 * for other bytes and `LogLimitError` for a group beyond the limits.
 */
export function decodeLogGroups(bytes: Uint8Array): SentLog[] {
  const logs: SentLog[] = [];
  const tagged = { count: 0 };
  for (const [index, group] of messages(readFields(bytes), 1, "LogGroupList").entries()) {
    // One message after the other, so that the fields of all of them are never in memory together.
    for (const log of decodeGroup(readFields(group), index, tagged)) logs.push(log);
    if (logs.length > MOST_LOGS_TOGETHER) throw new LogLimitError(`there are more than ${MOST_LOGS_TOGETHER} logs`);
  }
  return logs;
}

function decodeGroup(group: readonly WireField[], index: number, tagged: { count: number }): SentLog[] {
  const place = `logGroupList.${index}`;
  const logs = messages(group, 1, place);
  if (logs.length > MOST_LOGS) throw new LogLimitError(`${place} has ${logs.length} logs, more than ${MOST_LOGS}`);
  const fileName = textOf(group, 3, place);
  const source = textOf(group, 4, place);
  const tags = pairs(messages(group, 5, `${place}.logTags`), `${place}.logTags`);
  const tagFields = tags.map(([key, value]) => [`__TAG__.${key}`, value] as const);
  tagged.count += tags.length * logs.length;
  if (tagged.count > MOST_TAGS_TOGETHER) {
    throw new LogLimitError(`the logs have more than ${MOST_TAGS_TOGETHER} tags together`);
  }
  let bytes = 0;
  return logs.map((message, logIndex) => {
    const at = `${place}.logs.${logIndex}`;
    const log = readFields(message);
    const contents = pairs(messages(log, 2, at), `${at}.contents`);
    for (const [key, value] of contents) {
      if (key === "" || key.startsWith("_")) throw new WireError(`${at}: the key \`${key}\` must not start with "_"`);
      const size = Buffer.byteLength(value);
      if (size > MOST_VALUE_BYTES) throw new LogLimitError(`${at}: the value of \`${key}\` is larger than 1 MB`);
      bytes += size;
    }
    if (bytes > MOST_GROUP_BYTES) throw new LogLimitError(`${place}: its values are larger than 5 MB together`);
    return { timeMs: timeOf(log, at), fields: Object.fromEntries([...contents, ...tagFields]), source, fileName };
  });
}

/** Seconds, milliseconds or microseconds, told apart by size. */
function timeOf(log: readonly WireField[], place: string): number {
  const value = log.findLast(({ number }) => number === 1)?.value;
  if (typeof value !== "bigint") throw new WireError(`${place} has no time`);
  const time = Number(BigInt.asIntN(64, value));
  if (time <= 0 || time >= 1e17) throw new WireError(`${place} has the time ${time}, which is none`);
  if (time < 1e11) return time * 1000;
  return time < 1e14 ? time : Math.floor(time / 1000);
}

function pairs(entries: readonly Uint8Array[], place: string): (readonly [key: string, value: string])[] {
  return entries.map((bytes, index) => {
    const at = `${place}.${index}`;
    const entry = readFields(bytes);
    if (!entry.some(({ number }) => number === 1)) throw new WireError(`${at} has no key`);
    return [textOf(entry, 1, at), textOf(entry, 2, at)];
  });
}

/** The bytes of the inner messages in a field. */
function messages(fields: readonly WireField[], number: number, place: string): Uint8Array[] {
  return fields
    .filter((field) => field.number === number)
    .map(({ value }) => {
      if (typeof value === "bigint") throw new WireError(`${place}: the field ${number} is a number, not a message`);
      return value;
    });
}

function textOf(fields: readonly WireField[], number: number, place: string): string {
  const value = fields.findLast((field) => field.number === number)?.value;
  if (value === undefined) return "";
  if (typeof value === "bigint") throw new WireError(`${place}: the field ${number} is a number, not text`);
  try {
    return text.decode(value);
  } catch {
    throw new WireError(`${place}: the field ${number} is not UTF-8`);
  }
}
