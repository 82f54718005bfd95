// Journal lines as CLS takes them: flat fields, in batches of the Protocol Buffers of UploadLog.
import { PbfWriter } from "pbf";
import { fullText, type Message } from "../../model/messages/define.ts";
import { logText } from "../../model/messages/log.ts";
import { iso } from "../../model/time.ts";
import type { JournalLine, Millis } from "../../model/types.ts";
import { LOG_FIELDS, type LogFieldName } from "./log-fields.ts";

/** One line as it is sent. */
export interface Log {
  readonly id: string;
  /** The log's own time. */
  readonly at: Millis;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** The messages of UploadLog (cls 2020-10-16), by the numbers of their fields. */
const LIST = { group: 1 } as const;
const GROUP = { log: 1, source: 4 } as const;
const LOG = { time: 1, content: 2 } as const;
const CONTENT = { key: 1, value: 2 } as const;

/** What writes the logs, as CLS shows it beside them (`__SOURCE__`). */
const SOURCE = "cvm-replicator";

/**
 * The largest value, in bytes. CLS takes 1 MB, and 5 MB in a group, which 15 of these stay below. The
 * state keeps the whole text.
 */
export const MOST_VALUE = 100_000;
/**
 * The largest batch, in bytes of values, and the most logs of one: CLS takes 5 MB and 10,000. The SDK
 * looks at each byte of a body as at a property (`http_connection.js`, convertReadStreamToBuffer):
 * 0.1 s for 256 kB, during which this process does nothing else.
 */
const MOST_BYTES = 256_000;
const MOST_LOGS = 1_000;

/** The log of a line. One that is damaged in the state says so, under its id. */
export function logOf(line: JournalLine): Log {
  if (!line.entry) return shortLogOf(line, logText("line-damaged"), line.at);
  const { at, level, event, code, text, runId, account, policy, key, image, requestId } = line.entry;
  const values: Partial<Record<LogFieldName, string | undefined>> = {
    ...{ id: line.id, time: iso(at), level, event, code, text, run: runId, account, policy },
    ...{
      source_region: key?.rootRegion,
      source_image: key?.rootId,
      destination_region: key?.region,
      variant: key?.variant,
    },
    ...{ image: image?.imageId, image_region: image?.region, request: requestId },
  };
  return logWith(line.id, at, values);
}

/** The log that stands for a line that cannot be sent as it is. `at`: a time that CLS takes. */
export function shortLogOf({ id, at: writtenAt, entry }: JournalLine, why: Message, at: Millis): Log {
  const { event = why.code, runId: run, account } = entry ?? {};
  return logWith(id, at, {
    id,
    time: iso(writtenAt),
    level: "warn",
    event,
    code: why.code,
    text: fullText(why),
    run,
    account,
  });
}

function logWith(id: string, at: Millis, values: Partial<Record<LogFieldName, string | undefined>>): Log {
  const fields = LOG_FIELDS.flatMap(({ name }): [string, string][] => {
    const value = values[name];
    return value ? [[name, shortened(value)]] : [];
  });
  return { id, at: Math.floor(at), fields };
}

/** A value within the limit, cut between two characters. */
function shortened(value: string): string {
  if (Buffer.byteLength(value) <= MOST_VALUE) return value;
  const bytes = Buffer.from(value).subarray(0, MOST_VALUE - 3);
  return `${bytes.toString("utf8").replace(/\ufffd+$/, "")}…`;
}

/** Divides logs into batches that CLS takes, in their order. */
export function batchesOf(logs: readonly Log[]): Log[][] {
  const batches: Log[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const log of logs) {
    const size = log.fields.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
    const last = batches.at(-1);
    if (last && bytes + size <= MOST_BYTES && last.length < MOST_LOGS) {
      last.push(log);
      bytes += size;
    } else {
      batches.push([log]);
      bytes = size;
    }
  }
  return batches;
}

/** A LogGroupList of one group, as the body of UploadLog. Not compressed: see decision 024. */
export function encodeLogs(logs: readonly Log[]): Buffer {
  const list = new PbfWriter();
  list.writeMessage(LIST.group, writeGroup, logs);
  return Buffer.from(list.finish());
}

function writeGroup(logs: readonly Log[], group: PbfWriter): void {
  for (const log of logs) group.writeMessage(GROUP.log, writeLog, log);
  group.writeStringField(GROUP.source, SOURCE);
}

function writeLog({ at, fields }: Log, log: PbfWriter): void {
  log.writeVarintField(LOG.time, at);
  for (const field of fields) log.writeMessage(LOG.content, writeContent, field);
}

function writeContent([key, value]: readonly [string, string], content: PbfWriter): void {
  content.writeStringField(CONTENT.key, key);
  content.writeStringField(CONTENT.value, value);
}
