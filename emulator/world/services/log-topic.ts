// CLS: logsets, log topics with their index, and the lines of logs in them.
import type { Input } from "../../model/model.ts";

/** A logset. Times are in epoch milliseconds. */
export interface Logset {
  readonly id: string;
  /** `uin` of the owner. */
  readonly owner: string;
  readonly region: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** The index of a topic. */
export interface LogIndex {
  rule: Input<"cls", "RuleInfo">;
  isOn: boolean;
  modifiedAt: number;
}

/** One log of a topic. */
export interface LogLine {
  /** Epoch milliseconds, as the sender says. */
  readonly timeMs: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly source: string;
  readonly fileName: string;
  /** From 1 in each topic, in order of arrival. */
  readonly serial: number;
  /** Whether the topic had an index when the line arrived; only such lines are found. */
  readonly isIndexed: boolean;
}

/** A log topic. Times are in epoch milliseconds. */
export interface LogTopic {
  readonly id: string;
  readonly logsetId: string;
  /** `uin` of the owner. */
  readonly owner: string;
  readonly region: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** How long lines are kept; `FOREVER_DAYS` for ever. */
  readonly periodDays: number;
  readonly storage: "hot" | "cold";
  readonly partitions: number;
  readonly isSplitByItself: boolean;
  readonly mostPartitions: number;
  readonly description: string;
  /** Absent until CreateIndex. */
  index?: LogIndex | undefined;
  readonly lines: LogLine[];
  /** About the size of the lines. */
  bytes: number;
  /** The number of lines that ever arrived. */
  serial: number;
}

/** The period of a topic that keeps its lines for ever (cls 2020-10-16, CreateTopic). */
export const FOREVER_DAYS = 3640;
