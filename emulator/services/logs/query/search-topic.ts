// Searches a topic: conditions, order and pages.
import { ApiError } from "../../../errors.ts";
import type { LogLine, LogTopic } from "../../../world/services/log-topic.ts";
import { matcherOf, NoIndexError } from "./match-query.ts";
import { parseQuery } from "./parser.ts";
import { SearchTimeError, type Spend } from "./search-time.ts";
import { QueryError } from "./tokens.ts";

/** What to search for. Times are in milliseconds, `to` is excluded. */
export interface Search {
  readonly from: number;
  readonly to: number;
  readonly query: string;
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
  /** The context of the page before, or empty. */
  readonly context: string;
}

/** A page of logs. `context` asks for the next one. */
export interface FoundLogs {
  readonly lines: readonly LogLine[];
  readonly context: string;
  readonly isOver: boolean;
}

/**
 * The logs that a search finds: those that arrived while the topic had an index. Throws `ApiError`
 * FailedOperation.SyntaxError with the place, FailedOperation.QueryError for a key without an index,
 * FailedOperation.InvalidContext, and FailedOperation.SearchTimeout if `spend` ends it.
 */
export function searchTopic(topic: LogTopic, search: Search, spend?: Spend): FoundLogs {
  const matches = matcherFor(topic, search.query, spend);
  const sign = search.order === "asc" ? 1 : -1;
  const compare = (a: Place, b: Place) => sign * (a.timeMs - b.timeMs || a.serial - b.serial);
  const after = search.context === "" ? undefined : placeOf(search.context);
  const found = inTime(() =>
    topic.lines.filter(
      (line) => line.isIndexed && line.timeMs >= search.from && line.timeMs < search.to && matches(line.fields),
    ),
  )
    .filter((line) => after === undefined || compare(line, after) > 0)
    .sort(compare);
  const lines = found.slice(search.offset, search.offset + search.limit);
  const last = lines.at(-1);
  const isOver = search.offset + lines.length >= found.length;
  return { lines, isOver, context: last ? contextOf(last) : search.context };
}

function inTime<T>(search: () => T): T {
  try {
    return search();
  } catch (error) {
    if (!(error instanceof SearchTimeError)) throw error;
    throw new ApiError("FailedOperation.SearchTimeout", `The search was ended: ${error.message}.`);
  }
}

function matcherFor(topic: LogTopic, query: string, spend?: Spend): (fields: LogLine["fields"]) => boolean {
  try {
    const parsed = parseQuery(query);
    return topic.index === undefined ? () => false : matcherOf(parsed, topic.index.rule, spend);
  } catch (error) {
    if (error instanceof QueryError) {
      throw new ApiError("FailedOperation.SyntaxError", `The QueryString is not valid ${error.message}.`);
    }
    if (!(error instanceof NoIndexError)) throw error;
    throw new ApiError("FailedOperation.QueryError", `The QueryString cannot be searched for: ${error.message}.`);
  }
}

type Place = Pick<LogLine, "timeMs" | "serial">;

function contextOf({ timeMs, serial }: Place): string {
  return Buffer.from(`${timeMs}/${serial}`).toString("base64url");
}

function placeOf(context: string): Place {
  const [, timeMs, serial] = /^(\d+)\/(\d+)$/.exec(Buffer.from(context, "base64url").toString()) ?? [];
  if (timeMs === undefined || serial === undefined) {
    throw new ApiError("FailedOperation.InvalidContext", "The `Context` is not one that SearchLog returned.");
  }
  return { timeMs: Number(timeMs), serial: Number(serial) };
}
