// The command history: the latest runs, or the whole story of the copies of one image.
import { InputError, ReplicatorError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { historyText } from "../../lib/model/messages/history.ts";
import type { State } from "../../lib/model/ports.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy, JournalEntry, Millis, Reason } from "../../lib/model/types.ts";
import { HISTORY } from "../../lib/record/run-history.ts";
import type { Config } from "../../lib/replicator/config.ts";
import { openSearch } from "../../lib/replicator/open/open-history.ts";
import { chooseCopies } from "../../lib/report/copies/choose-copies.ts";
import { type CopyHistory, copyHistories } from "../../lib/report/history/copy-history.ts";
import { type RunLine, runLines } from "../../lib/report/history/run-history.ts";
import { limitOf, sinceTime } from "../../lib/report/history/since.ts";
import { writeJson } from "../json.ts";
import { warn, withRecords } from "../runs/with-records.ts";
import { copiesText, runsText } from "../ui/history-text.ts";

/** The options of `history`. */
export interface HistoryOptions {
  readonly region?: readonly string[];
  readonly only?: readonly string[];
  readonly limit?: string;
  readonly since?: string;
  readonly account?: string;
  readonly json?: boolean;
}

const RUNS = 20;
const LINES = 500;
const MOST = 10_000;
/** So many sources of one name are looked up, the newest first. */
const MOST_SOURCES = 50;
/** How long CLS may take before what the state has is shown alone. */
const LOG_LIMIT: Millis = 10_000;
/** The longest that CLS keeps a log (cls 2020-10-16, CreateTopic, Period): 3,600 days. */
const LOG_LIFE: Millis = 3_600 * 86_400_000;

/** Runs `history`. Throws `InputError` for options that fit nothing. */
export async function history(image: string | undefined, options: HistoryOptions): Promise<0> {
  const now = Date.now();
  const since = sinceTime(options.since, now);
  return withRecords<0>(options.account, async ({ account, state, config }) => {
    if (image === undefined) {
      const limit = limitOf(options.limit, RUNS, MOST);
      const runs = runLines(account === undefined ? [] : await state.runs(account, limit), { since });
      if (options.json) write({ account, runs });
      else print(runsText(runs));
      return 0;
    }
    const limit = limitOf(options.limit, LINES, MOST);
    const read = await storyOf(image, { ...options, account: account ?? "", state, config, since, now });
    const { histories, older } = copyHistories({ ...read, since, limit });
    if (histories.length === 0 && read.problems.length > 0) throw new InputError(read.problems);
    const remarks = [...read.remarks, ...(older > 0 ? [historyText("older", { count: older })] : [])];
    if (options.json) write({ account, image, copies: histories, remarks });
    else print(copiesText(histories, remarks));
    return 0;
  });
}

/** What `history --json` prints. Both forms of the command have all members. */
interface HistoryJson {
  readonly account: string | undefined;
  /** As given; only of the story of an image. */
  readonly image?: string;
  readonly runs?: readonly RunLine[];
  readonly copies?: readonly CopyHistory[];
  /** What the story lacks. */
  readonly remarks?: readonly Reason[];
}

function write({ account, image, runs = [], copies = [], remarks = [] }: HistoryJson): void {
  writeJson("history", { account: account ?? null, image: image ?? null, runs, copies, remarks });
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

interface StoryRequest {
  readonly account: string;
  readonly state: State;
  readonly config: Config;
  readonly region?: readonly string[];
  readonly only?: readonly string[];
  readonly since: Millis | undefined;
  readonly now: Millis;
}

/** Reads everything that a story is made of: from the state, and from CLS what the state may lack. */
async function storyOf(image: string, { account, state, config, region = [], only = [], since, now }: StoryRequest) {
  const [{ copies: all, record }, runs] = await Promise.all([
    state.read(account, { all: true }),
    state.runs(account, MOST),
  ]);
  const filter = { images: [image], regions: region, policies: only };
  const { chosen: copies, problems } = chooseCopies(all, filter, { regions: all.map(({ key }) => key.rootRegion) });
  const others = problems.filter(({ where }) => where !== "--image");
  if (others.length > 0) throw new InputError(others);
  const ids = copies.length > 0 ? sourcesOf(copies) : [image];
  const entries: JournalEntry[] = [];
  for (const id of ids) entries.push(...(await state.entries(account, MOST, id)).reverse());
  const stateFrom = Math.max(now - HISTORY, record?.firstSeenAt ?? now);
  const remarks: Reason[] = [];
  if (since === undefined || since < stateFrom) {
    const query = { account, images: ids, from: since ?? now - LOG_LIFE, to: now + 60_000, limit: MOST };
    const found = await searchLog(query, config);
    entries.unshift(...(found?.entries ?? []));
    remarks.push(...(found?.remarks ?? []));
    if (!found && copies.some(({ createdAt }) => createdAt < stateFrom))
      remarks.push(historyText("state-is-young", { from: iso(stateFrom) }));
  }
  const isUnrecorded = copies.length === 0 && only.length === 0;
  return {
    ...{ copies, runs, entries, remarks },
    isWanted: (key: Copy["key"]) => isUnrecorded && (region.length === 0 || region.includes(key.region)),
    problems: problems.map((problem) => ({ ...problem, where: "IMAGE" })),
  };
}

/** The ids of the sources of copies, the newest first. */
function sourcesOf(copies: readonly Copy[]): string[] {
  const newestFirst = [...copies].sort((a, b) => (b.rootCreatedAt ?? 0) - (a.rootCreatedAt ?? 0));
  return [...new Set(newestFirst.map(({ key }) => key.rootId))].slice(0, MOST_SOURCES);
}

/** The lines in CLS, oldest first; undefined if no topic is configured. A failure is a remark. */
async function searchLog(
  query: Parameters<NonNullable<Awaited<ReturnType<typeof openSearch>>>["find"]>[0],
  config: Config,
): Promise<{ entries: JournalEntry[]; remarks: Reason[] } | undefined> {
  const failed = (cause: string, remedy?: string) => historyText("log-failed", { cause, remedy });
  try {
    const search = await openSearch(config, process.env, warn);
    if (!search) return undefined;
    const { lines, failure } = await search.find(query, Date.now() + LOG_LIMIT).finally(() => search.close());
    const entries = lines.flatMap(({ entry }) => entry ?? []).reverse();
    return { entries, remarks: failure ? [failed(failure.text, failure.remedy)] : [] };
  } catch (error) {
    if (!(error instanceof ReplicatorError)) throw error;
    return { entries: [], remarks: [failed(storedText(error.message.replaceAll("\n", "; ")))] };
  }
}
