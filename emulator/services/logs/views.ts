// Logsets, topics, indexes and logs as CLS shows them.
import { blank } from "../../model/blank.ts";
import type { Input, Output } from "../../model/model.ts";
import type { LogLine, Logset, LogTopic } from "../../world/services/log-topic.ts";

/** Beijing time in the form `2021-04-29 20:01:27`, which is from memory. */
export function logTime(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

function viewTags(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A logset (cls 2020-10-16, struct LogsetInfo). */
export function viewLogset(logset: Logset, topicCount: number): Output<"cls", "LogsetInfo"> {
  return {
    ...blank("cls", "LogsetInfo"),
    LogsetId: logset.id,
    LogsetName: logset.name,
    CreateTime: logTime(logset.createdAt),
    Tags: viewTags(logset.tags),
    TopicCount: topicCount,
  };
}

/** A topic (cls 2020-10-16, struct TopicInfo). */
export function viewTopic(topic: LogTopic): Output<"cls", "TopicInfo"> {
  return {
    ...blank("cls", "TopicInfo"),
    LogsetId: topic.logsetId,
    TopicId: topic.id,
    TopicName: topic.name,
    PartitionCount: topic.partitions,
    Index: topic.index?.isOn ?? false,
    CreateTime: logTime(topic.createdAt),
    Status: true,
    Tags: viewTags(topic.tags),
    AutoSplit: topic.isSplitByItself,
    MaxSplitPartitions: topic.mostPartitions,
    StorageType: topic.storage,
    Period: topic.periodDays,
    Describes: topic.description,
  };
}

type KeyValues = readonly Input<"cls", "KeyValueInfo">[];

const viewKeys = (keys: KeyValues = []): Output<"cls", "KeyValueInfo">[] =>
  keys.map(({ Key, Value: { Type, Tokenizer = "", SqlFlag = false, ContainZH = false, Alias = "" } }) => ({
    Key,
    Value: { Type, Tokenizer, SqlFlag, ContainZH, Alias },
  }));

/** The rule of an index (cls 2020-10-16, struct RuleInfo). */
export function viewIndexRule(rule: Input<"cls", "RuleInfo">): Output<"cls", "RuleInfo"> {
  const { FullText: text, KeyValue: keys, Tag: tag, DynamicIndex: dynamic } = rule;
  return {
    FullText: text ? { ...text, ContainZH: text.ContainZH ?? false } : null,
    KeyValue: keys ? { CaseSensitive: keys.CaseSensitive, KeyValues: viewKeys(keys.KeyValues) } : null,
    Tag: tag ? { CaseSensitive: tag.CaseSensitive, KeyValues: viewKeys(tag.KeyValues) } : null,
    DynamicIndex: dynamic ? { Status: dynamic.Status ?? false } : null,
  };
}

/** A log as SearchLog shows it (cls 2020-10-16, struct LogInfo). */
export function viewLog(topic: LogTopic, line: LogLine): Output<"cls", "LogInfo"> {
  return {
    ...blank("cls", "LogInfo"),
    Time: line.timeMs,
    TopicId: topic.id,
    TopicName: topic.name,
    Source: line.source,
    FileName: line.fileName,
    PkgId: line.serial.toString(16).toUpperCase().padStart(16, "0"),
    PkgLogId: "0",
    LogJson: JSON.stringify(line.fields),
  };
}
