// Keeps what an invocation did, and sends what it printed to the log topic of its function.

import type { FunctionRevision, Invocation, PrintedLine } from "../../world/services/function.ts";
import type { World } from "../../world/types.ts";
import { appendLogs } from "../logs/append-logs.ts";

/** The list drops its oldest entries beyond these numbers. */
const MOST_INVOCATIONS = 1000;
const MOST_KEPT_LINES = 100;
/** Texts are cut, so that the list cannot fill the memory. */
const MOST_LINE_CHARACTERS = 1000;
const MOST_TEXT_CHARACTERS = 65_536;

/** Records an invocation, and appends its lines to the topic of the revision that ran. */
export function recordInvocation(world: World, invocation: Invocation, { settings }: FunctionRevision): void {
  const lines = invocation.lines.slice(-MOST_KEPT_LINES);
  const kept = lines.map((line) => ({ ...line, text: line.text.slice(0, MOST_LINE_CHARACTERS) }));
  world.invocations.push({ ...invocation, text: invocation.text.slice(0, MOST_TEXT_CHARACTERS), lines: kept });
  if (world.invocations.length > MOST_INVOCATIONS) world.invocations.shift();
  const { clsTopicId: topicId } = settings;
  if (topicId === "") return;
  const { account, region } = invocation.target;
  appendLogs(world, { account, region, topicId }, logLines(invocation, world.now()));
}

/** The lines of an invocation as SCF delivers them to CLS (product documentation 583/40705). */
export function logLines(
  invocation: Invocation,
  now: number,
): { timeMs: number; fields: Readonly<Record<string, string>> }[] {
  const { target, requestId, error, durationMs, memoryBytes } = invocation;
  const common = {
    SCF_FunctionName: target.name,
    SCF_Namespace: target.namespace,
    SCF_Qualifier: target.qualifier ?? "$LATEST",
    SCF_RequestId: requestId,
    SCF_StartTime: String(invocation.startedAt),
    SCF_Duration: String(Math.round(durationMs)),
    SCF_MemUsage: String(memoryBytes),
    SCF_RetryNum: String(invocation.retry),
    SCF_StatusCode: String(error?.status ?? 200),
  };
  const platform = (timeMs: number, message: string) => ({
    timeMs,
    fields: { ...common, SCF_LogTime: String(timeMs), SCF_Type: "Platform", SCF_Level: "INFO", SCF_Message: message },
  });
  const printed = invocation.lines.map((line) => ({
    timeMs: line.at,
    fields: {
      ...membersOf(line),
      ...common,
      SCF_LogTime: String(line.at),
      SCF_Type: "Custom",
      SCF_Level: line.isError ? "ERROR" : "INFO",
      SCF_Message: line.text,
    },
  }));
  const report = `Report RequestId: ${requestId} Duration:${Math.round(durationMs)}ms MemUsage:${(memoryBytes / 1024 / 1024).toFixed(2)}MB`;
  return [
    platform(invocation.startedAt, `START RequestId: ${requestId}`),
    ...printed,
    ...(error === undefined ? [] : [platform(now, `ERROR RequestId: ${requestId} Result: ${error.message}`)]),
    platform(now, `END RequestId: ${requestId}`),
    platform(now, report),
  ];
}

/** The members of a line that is a JSON object: each becomes a field (product documentation 583/18032). */
function membersOf({ text }: PrintedLine): Record<string, string> {
  if (!text.startsWith("{")) return {};
  try {
    const entries = Object.entries(JSON.parse(text) as object);
    return Object.fromEntries(
      entries.map(([key, value]: [string, unknown]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  } catch {
    return {};
  }
}
