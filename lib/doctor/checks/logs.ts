// Checks of the log topics: that of the journal, and that of the functions' output.
import { finding } from "../../model/messages/doctor.ts";
import { iso } from "../../model/time.ts";
import { journalHealth } from "../../report/health/journal-health.ts";
import { agoText } from "../../report/health/timer-health.ts";
import { type Check, check, notChecked } from "../check.ts";
import { type DeployedFunction, type Facts, variableOf } from "../facts.ts";
import { failed } from "../failures.ts";
import { fieldsAt, listAt, textAt } from "../fields.ts";

/** A topic of CLS, and what is kept there. */
interface Topic {
  readonly subject: string;
  readonly id: string;
  readonly region: string;
  /** What its index has to have. */
  readonly keys: readonly string[];
}

/** The topic of the journal (CLS_TOPIC_ID, of this command or of the functions), and those of the output. */
export async function logChecks(facts: Facts, functions: readonly DeployedFunction[]): Promise<Check[]> {
  const own = facts.config.log;
  const id = own?.topicId ?? variableOf(functions, "CLS_TOPIC_ID");
  const region = own?.region ?? variableOf(functions, "CLS_REGION") ?? facts.home;
  const keys = facts.journalKeys;
  const journal: Topic[] = id === undefined ? [] : [{ subject: "journal in CLS", id, region, keys }];
  // The functions may send theirs to another topic than this command.
  const theirs = variableOf(functions, "CLS_TOPIC_ID");
  if (theirs !== undefined && theirs !== id) {
    const at = variableOf(functions, "CLS_REGION") ?? facts.home;
    journal.push({ subject: "journal of the functions", id: theirs, region: at, keys });
  }
  const outputs = [...new Set(functions.map(({ topicId }) => topicId))].filter(
    (topicId) => topicId !== "" && journal.every((one) => one.id !== topicId),
  );
  const topics = [
    ...journal,
    ...outputs.map((one) => ({ subject: "function logs", id: one, region: facts.home, keys: [] })),
  ];
  const none = id === undefined ? [notChecked("journal in CLS", finding("no-topic"))] : [];
  const lines = id === undefined ? [] : await linesCheck(facts);
  return [...none, ...(await Promise.all(topics.map((topic) => topicCheck(facts, topic)))), ...lines];
}

/** The age of the oldest line that the state has and CLS has not confirmed. */
async function linesCheck(facts: Facts): Promise<Check[]> {
  const recorded = await facts.recorded();
  if (!recorded.ok) return [];
  const { unsentSince } = recorded.value.records;
  const now = facts.inspection.now();
  const subject = "journal lines";
  if (unsentSince === undefined || journalHealth(unsentSince, now).problem === undefined)
    return [check(subject, finding("lines-sent"))];
  return [check(subject, finding("lines-wait", { since: iso(unsentSince), ago: agoText(now - unsentSince) }))];
}

async function topicCheck(facts: Facts, { subject, id, region, keys }: Topic): Promise<Check> {
  const of = (action: string, params: object) => ({ service: "cls", action, region, params }) as const;
  const filters = { Filters: [{ Key: "topicId", Values: [id] }], Limit: 100 };
  const topics = await facts.read(of("DescribeTopics", filters), (answer) => listAt(answer, "Topics"));
  if (!topics.ok) return failed(subject, topics.error, "cls");
  // A filter may find others as well.
  const topic = topics.value.find((one) => textAt(one, "TopicId") === id);
  if (!topic) return check(subject, finding("topic-absent", { topic: id, region }));
  const named = { topic: id, name: textAt(topic, "TopicName") };
  if (topic["Status"] === false) return check(subject, finding("topic-closed", named));
  const index = await facts.read(of("DescribeIndex", { TopicId: id }), (answer) => {
    const rule = fieldsAt(answer, "Rule");
    // A dynamic index makes keys by itself.
    const isDynamic = fieldsAt(rule, "DynamicIndex")["Status"] === true;
    const present = listAt(fieldsAt(rule, "KeyValue"), "KeyValues").map((one) => textAt(one, "Key"));
    return { isOn: answer["Status"] === true, missing: isDynamic ? [] : keys.filter((key) => !present.includes(key)) };
  });
  const { code } = index.ok ? { code: "" } : (index.error as { code?: string });
  if (code === "ResourceNotFound.IndexNotExist" || (index.ok && !index.value.isOn)) {
    return check(subject, finding("index-absent", named));
  }
  if (!index.ok) return failed(subject, index.error, "cls");
  const { missing } = index.value;
  if (missing.length > 0) return check(subject, finding("index-incomplete", { ...named, missing }));
  return check(subject, finding("topic-right", named));
}
