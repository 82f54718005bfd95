// A log topic in the emulated cloud with the index that a deployment makes, and what is found in it.
import { callAction } from "../../emulator/api/dispatch.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { clsLog } from "../../lib/adapters/journal/cls.ts";
import { LOG_FIELDS, type LogFieldName } from "../../lib/adapters/journal/log-fields.ts";
import type { Clock } from "../../lib/adapters/tencent/transport/pace.ts";
import type { LogService } from "../../lib/model/ports.ts";
import type { Millis } from "../../lib/model/types.ts";
import { sendIn } from "./world.ts";

export const LOG_REGION = "ap-guangzhou";
const [MAIN] = DEFAULT_ACCOUNTS;

/** A line as a search finds it. */
export type FoundLine = Readonly<Partial<Record<LogFieldName, string>>>;

/** A topic and its lines. */
export interface TestTopic {
  readonly topicId: string;
  readonly region: string;
  /** The lines that a condition finds, oldest first; all without one. */
  find(query?: string): FoundLine[];
  /** The texts of all lines, each id once, in the order of time and id. */
  texts(): string[];
  /** The log service as the program opens it, without HTTP and without waiting. */
  service(now: () => Millis): LogService;
}

/** The index of a topic for the fields of the journal, as a deployment makes it. */
export const INDEX_RULE = {
  FullText: { CaseSensitive: false, Tokenizer: " ,;:\"'()" },
  KeyValue: {
    CaseSensitive: false,
    KeyValues: LOG_FIELDS.map(({ name, type, tokenizer }) => ({
      Key: name,
      Value: { Type: type, Tokenizer: tokenizer, SqlFlag: true },
    })),
  },
};

/** Time that passes at once. */
const AT_ONCE: Clock = { now: () => 0, random: () => 0, sleep: async () => {} };

/** Makes a logset and a topic with an index. */
export function makeTopic(world: World): TestTopic {
  const cls = (action: string, params: object) =>
    callAction(world, {
      account: MAIN,
      service: "cls",
      action,
      version: "2020-10-16",
      region: LOG_REGION,
      params: params as Record<string, unknown>,
    }) as unknown as {
      LogsetId: string;
      TopicId: string;
      Context: string;
      ListOver: boolean;
      Results: { LogJson: string }[];
    };
  const { LogsetId } = cls("CreateLogset", { LogsetName: `cvm-image-replicator-${world.logsets.size}` });
  const { TopicId: topicId } = cls("CreateTopic", { LogsetId, TopicName: "journal", Period: 3600 });
  cls("CreateIndex", { TopicId: topicId, Rule: INDEX_RULE });
  const find = (query = "*"): FoundLine[] => {
    const found: FoundLine[] = [];
    let context = "";
    for (;;) {
      const search = { TopicId: topicId, From: 0, To: 2 * world.now(), QueryString: query, QuerySyntax: 1 };
      const page = cls("SearchLog", { ...search, Sort: "asc", Limit: 1000, ...(context && { Context: context }) });
      found.push(...page.Results.map(({ LogJson }) => JSON.parse(LogJson) as FoundLine));
      if (page.ListOver) return found;
      context = page.Context;
    }
  };
  return {
    topicId,
    region: LOG_REGION,
    find,
    texts() {
      const byId = new Map(find().map((line) => [line.id, line]));
      const orderOf = ({ time, id }: FoundLine) => `${time} ${id}`;
      return [...byId.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)).map(({ text }) => text ?? "");
    },
    service: (now) =>
      clsLog(
        { topicId, region: LOG_REGION },
        { send: sendIn(world, MAIN, now), signal: new AbortController().signal, now, clock: AT_ONCE },
      ),
  };
}
