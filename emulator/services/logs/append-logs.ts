// Adds lines to log topics, and drops those that are too old or too many.
import { FOREVER_DAYS, type LogTopic } from "../../world/services/log-topic.ts";
import type { World } from "../../world/types.ts";

/**
 * Beyond these limits a topic drops the oldest tenth of its lines, so that an emulator can run for a
 * long time.
 */
const MOST_LINES = 50_000;
const MOST_BYTES = 64 * 1024 * 1024;

const DAY_MS = 86_400_000;

/** A line to add. `timeMs` is in epoch milliseconds. */
export interface NewLine {
  readonly timeMs: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly fileName?: string;
}

/** Adds lines to a topic of an account, for example the output of a function. Without the topic they are lost. */
export function appendLogs(
  world: World,
  at: { readonly account: string; readonly region: string; readonly topicId: string },
  lines: readonly NewLine[],
): void {
  const topic = world.logTopics.get(at.topicId);
  if (topic?.owner !== at.account || topic.region !== at.region) return;
  for (const { timeMs, fields, source = "", fileName = "" } of lines) {
    topic.serial += 1;
    const isIndexed = topic.index?.isOn ?? false;
    topic.lines.push({ timeMs, fields, source, fileName, serial: topic.serial, isIndexed });
    topic.bytes += sizeOf(fields);
    if (topic.lines.length > MOST_LINES || topic.bytes > MOST_BYTES) dropOldestTenth(topic);
  }
}

function dropOldestTenth(topic: LogTopic): void {
  const { lines } = topic;
  let count = 0;
  while (lines.length - count > MOST_LINES * 0.9 || topic.bytes > MOST_BYTES * 0.9) {
    topic.bytes -= sizeOf(lines[count]?.fields ?? {});
    count += 1;
  }
  lines.splice(0, count);
}

/** Drops the lines that are older than the period of a topic. */
export function dropExpiredLines(world: World, topic: LogTopic): void {
  if (topic.periodDays === FOREVER_DAYS) return;
  const oldest = world.now() - topic.periodDays * DAY_MS;
  const kept = topic.lines.filter(({ timeMs }) => timeMs >= oldest);
  if (kept.length === topic.lines.length) return;
  topic.lines.length = 0;
  for (const line of kept) topic.lines.push(line);
  topic.bytes = kept.reduce((sum, { fields }) => sum + sizeOf(fields), 0);
}

/** About the size of a line: the characters of its keys and values, and something for the line itself. */
function sizeOf(fields: Readonly<Record<string, string>>): number {
  return Object.entries(fields).reduce((sum, [key, value]) => sum + key.length + value.length, 100);
}
