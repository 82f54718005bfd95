// Finds the journal's lines in CLS with SearchLog, newest first.
import { CloudError } from "../../model/errors.ts";
import { storedText } from "../../model/messages/define.ts";
import { logText } from "../../model/messages/log.ts";
import type {
  FoundLines,
  JournalEntry,
  JournalLine,
  JournalQuery,
  JournalSearch,
  Millis,
  Reason,
  Variant,
} from "../../model/types.ts";
import { isSearchBusy } from "../tencent/errors/log-verdicts.ts";
import { isTransient } from "../tencent/errors/verdicts.ts";
import { type Json, listOf, record, textOf } from "../tencent/transport/answer.ts";
import { REAL_CLOCK } from "../tencent/transport/pace.ts";
import { repeating } from "../tencent/transport/retry.ts";
import { failureOf, type LogAccess, type LogTopic, stopAt } from "./cls.ts";
import type { LogFieldName } from "./log-fields.ts";

/** cls 2020-10-16, SearchLog: the most logs of one page, and the syntax CQL. */
const PAGE = 1_000;
const CQL = 1;
const TIME_LIMIT: Millis = 8_000;
/** So many pages are read at most: a search that never ends must not hang the command. */
const MOST_PAGES = 20;

/**
 * The search over CLS. Not tried against the real one, so right under either reading of its pages:
 * lines are put in order and counted once here, and a page is the last one if CLS says so, or is empty,
 * or names no next one.
 */
export function clsSearch({ topicId, region }: LogTopic, access: LogAccess): JournalSearch {
  const { send, signal, now, clock = REAL_CLOCK } = access;

  function page(query: JournalQuery, context: string, until: Millis) {
    const params = {
      TopicId: topicId,
      From: Math.floor(query.from),
      To: Math.ceil(query.to),
      QueryString: conditionOf(query),
      QuerySyntax: CQL,
      Sort: "desc",
      Limit: PAGE,
      ...(context !== "" && { Context: context }),
    };
    const timeoutMs = Math.max(1, Math.min(TIME_LIMIT, until - now()));
    return send({ service: "cls", action: "SearchLog", region, params, timeoutMs }, (answer) => ({
      lines: listOf(answer["Results"], "Results")
        .map((log) => record(log, "Results"))
        .flatMap(lineIn),
      count: listOf(answer["Results"], "Results").length,
      context: textOf(answer["Context"], "Context") ?? "",
      isOver: answer["ListOver"] === true,
    }));
  }

  return {
    async find(query, until) {
      const found = new Map<string, JournalLine>();
      const stop = stopAt(until - now(), signal);
      const end = (failure?: Reason): FoundLines => {
        const lines = [...found.values()].filter(({ entry }) => isAsked(entry, query)).sort(newestFirst);
        const isCut = lines.length > query.limit;
        return { lines: isCut ? lines.slice(0, query.limit) : lines, ...(failure && { failure }) };
      };
      // What the service said before the time was over says more than that it was over.
      let said: CloudError | undefined;
      try {
        let context = "";
        for (let pages = 0; pages < MOST_PAGES; pages += 1) {
          const answer = await repeating(
            () =>
              page(query, context, until).catch((error: unknown) => {
                if (error instanceof CloudError && !stop.signal.aborted) said = error;
                throw error;
              }),
            stop.signal,
            (code) => isTransient(code) || isSearchBusy(code),
            clock,
          );
          said = undefined;
          for (const line of answer.lines) found.set(line.id, line);
          const isStuck = answer.context === "" || answer.context === context;
          if (answer.isOver || answer.count === 0 || found.size >= query.limit) return end();
          // Not over, and no way to the next page: what follows, if anything, cannot be reached.
          if (isStuck) return end(answer.count < PAGE ? undefined : logText("search-incomplete"));
          context = answer.context;
        }
        return end(logText("search-incomplete"));
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        return end(failureOf(said ?? error));
      } finally {
        stop.end();
      }
    },
  };
}

/**
 * The condition in CQL. Phrases in quotes find an id whether the index takes it for one word or for
 * several; what they find besides is left out afterwards.
 */
function conditionOf({ images }: JournalQuery): string {
  return images.map((id) => `source_image:"${phrase(id)}" OR image:"${phrase(id)}"`).join(" OR ");
}

const phrase = (id: string) => id.replace(/[^\w-]/g, "");

function isAsked(entry: JournalEntry | undefined, { account, images }: JournalQuery): boolean {
  if (!entry || entry.account !== account) return false;
  return images.some((id) => entry.key?.rootId === id || entry.image?.imageId === id);
}

const newestFirst = (a: JournalLine, b: JournalLine) => b.at - a.at || (a.id < b.id ? 1 : -1);

/** The line that a log holds; none if the log is not one of the journal's. */
function lineIn(log: Json): JournalLine[] {
  const fields = fieldsIn(textOf(log["LogJson"], "LogJson") ?? "");
  const { id, time, event, text, run: runId, account } = fields;
  const at = Date.parse(time ?? "");
  if (!id || !event || text === undefined || !runId || !account || Number.isNaN(at)) return [];
  const { level, policy, request: requestId, code, source_region: rootRegion, source_image: rootId } = fields;
  const { destination_region: region, variant = "plain", image: imageId, image_region: imageRegion } = fields;
  const key = rootRegion && rootId && region && { account, rootRegion, rootId, region, variant: variant as Variant };
  const entry: JournalEntry = {
    ...{ at, runId, account, event, text: storedText(text) },
    level: level === "warn" || level === "error" ? level : "info",
    ...(key && { key }),
    ...(policy && { policy }),
    ...(imageId && imageRegion && { image: { region: imageRegion, imageId } }),
    ...(requestId && { requestId }),
    ...(code && { code }),
  };
  return [{ id, at, entry }];
}

/** The fields of a log, which are JSON in a text. Another program's log may hold anything. */
function fieldsIn(json: string): Partial<Record<LogFieldName, string>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, field]) =>
        typeof field === "string" || typeof field === "number" ? [[name, String(field)]] : [],
      ),
    );
  } catch {
    return {};
  }
}
