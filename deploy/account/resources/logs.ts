// The logs in CLS: the topic of the journal, and that of what the functions print.
import { LOG_FIELDS } from "../../../lib/adapters/journal/log-fields.ts";
import { DeployError, unlessAbsent } from "../call.ts";
import { allPages, baseName, type Deployment, foreign, hasTags, markOf, tagsOf } from "../deployment.ts";

interface Logset {
  readonly LogsetId: string;
  readonly LogsetName: string;
  readonly Tags: { Key: string; Value: string }[] | null;
}

interface Topic {
  readonly TopicId: string;
  readonly TopicName: string;
  readonly LogsetId: string;
  readonly Describes: string | null;
  readonly Tags: { Key: string; Value: string }[] | null;
}

interface Key {
  readonly Key: string;
  readonly Value: { readonly Type: string; readonly [name: string]: unknown };
}

/** A field that can be queried by name. `tokenizer`: what separates the words of a text; without any it is one word. */
interface Field {
  readonly name: string;
  readonly type: "text" | "long" | "double";
  readonly tokenizer?: string;
}

/** How a topic is made: how long it keeps its lines, and which of their fields can be queried by name. */
interface TopicSpec {
  readonly name: string;
  readonly days: number;
  readonly fields: readonly Field[];
}

/** The fields that SCF gives to what a function prints (product documentation 583/52637). */
const FUNCTION_FIELDS: readonly Field[] = [
  ...["SCF_FunctionName", "SCF_RequestId", "SCF_Level", "SCF_Message", "SCF_Type"].map(
    (name) => ({ name, type: "text", tokenizer: "" }) as const,
  ),
  ...["SCF_StatusCode", "SCF_Duration", "SCF_RetryNum"].map((name) => ({ name, type: "long" }) as const),
  { name: "SCF_MemUsage", type: "double" },
];

const JOURNAL: TopicSpec = { name: "journal", days: 90, fields: LOG_FIELDS };
const FUNCTIONS: TopicSpec = { name: "functions", days: 30, fields: FUNCTION_FIELDS };
const PAGE = 100;

const FULL_TEXT = { CaseSensitive: false, Tokenizer: "@&()='\",;:<>[]{}/ \n\t\r", ContainZH: false };

async function findLogset({ call, region, ...of }: Deployment): Promise<Logset | undefined> {
  const Filters = [{ Key: "logsetName", Values: [baseName(of)] }];
  const logsets = await allPages(async (Offset) => {
    type Page = { Logsets: Logset[]; TotalCount: number };
    const params = { Filters, Offset, Limit: PAGE };
    const { Logsets: items, TotalCount: total } = await call<Page>("cls", "DescribeLogsets", region, params);
    return { items, total };
  });
  // The filter may find longer names as well.
  return logsets.find(({ LogsetName }) => LogsetName === baseName(of));
}

/** Whether this stage has a logset of ours in the region. */
export async function hasLogset(deployment: Deployment): Promise<boolean> {
  return hasTags((await findLogset(deployment))?.Tags, deployment);
}

/** A logset that has our name and was not made by us. */
export async function foreignLogset(deployment: Deployment): Promise<string[]> {
  const found = await findLogset(deployment);
  return found && !hasTags(found.Tags, deployment) ? [foreign("the logset", found.LogsetName, deployment)] : [];
}

async function topicsOf({ call, region }: Deployment, logsetId: string): Promise<readonly Topic[]> {
  const Filters = [{ Key: "logsetId", Values: [logsetId] }];
  const topics = await allPages(async (Offset) => {
    type Page = { Topics: Topic[]; TotalCount: number };
    const params = { Filters, Offset, Limit: PAGE };
    const { Topics: items, TotalCount: total } = await call<Page>("cls", "DescribeTopics", region, params);
    return { items, total };
  });
  // As with names, the filter may find more.
  return topics.filter(({ LogsetId }) => LogsetId === logsetId);
}

/** The topics of a deployment. */
export interface Logs {
  readonly logsetId: string;
  /** Absent if the journal goes to a topic that the user named. */
  readonly journal?: string;
  readonly functions: string;
}

/** Makes the logset, the topics and their indexes. `withJournal`: whether the journal needs a topic of ours. */
export async function ensureLogs(deployment: Deployment, withJournal: boolean): Promise<Logs> {
  const { call, region, report } = deployment;
  const LogsetName = baseName(deployment);
  const found = await findLogset(deployment);
  if (found && !hasTags(found.Tags, deployment)) throw new DeployError(foreign("the logset", LogsetName, deployment));
  const params = { LogsetName, Tags: tagsOf(deployment) };
  const logsetId =
    found?.LogsetId ?? (await call<{ LogsetId: string }>("cls", "CreateLogset", region, params)).LogsetId;
  report(found ? "unchanged" : "made", `logset ${LogsetName}`);
  const existing = await topicsOf(deployment, logsetId);
  const functions = await ensureTopic(deployment, logsetId, existing, FUNCTIONS);
  const journal = withJournal ? await ensureTopic(deployment, logsetId, existing, JOURNAL) : undefined;
  return { logsetId, functions, ...(journal !== undefined && { journal }) };
}

/** The topic of the journal that an earlier deployment made in the region of the functions. */
export async function findLogs(deployment: Deployment): Promise<Logs | undefined> {
  const logset = await findLogset(deployment);
  if (!logset || !hasTags(logset.Tags, deployment)) return undefined;
  const topics = await topicsOf(deployment, logset.LogsetId);
  const idOf = (name: string) => topics.find(({ TopicName }) => TopicName === name)?.TopicId;
  const [functions, journal] = [idOf(FUNCTIONS.name), idOf(JOURNAL.name)];
  if (functions === undefined) return undefined;
  return { logsetId: logset.LogsetId, functions, ...(journal !== undefined && { journal }) };
}

async function ensureTopic(
  deployment: Deployment,
  LogsetId: string,
  existing: readonly Topic[],
  { name, days, fields }: TopicSpec,
): Promise<string> {
  const { call, region, report } = deployment;
  const found = existing.find(({ TopicName }) => TopicName === name);
  const params = { LogsetId, TopicName: name, Period: days, Describes: markOf(deployment), Tags: tagsOf(deployment) };
  const TopicId = found?.TopicId ?? (await call<{ TopicId: string }>("cls", "CreateTopic", region, params)).TopicId;
  const index = await ensureIndex(deployment, TopicId, fields);
  report(found ? index : "made", `log topic ${baseName(deployment)}/${name}`);
  return TopicId;
}

interface Rule {
  readonly KeyValue?: { readonly CaseSensitive?: boolean; readonly KeyValues?: readonly Key[] } | null;
  readonly [name: string]: unknown;
}

/** Adds the fields that the index lacks. Those that a user added stay. */
async function ensureIndex(
  { call, region }: Deployment,
  TopicId: string,
  fields: TopicSpec["fields"],
): Promise<"unchanged" | "updated"> {
  // Both readings of a topic without an index: an error, or an answer without a rule.
  const answer = await unlessAbsent(
    call<{ Status?: boolean; Rule?: Rule | null }>("cls", "DescribeIndex", region, { TopicId }),
    /^ResourceNotFound(\.IndexNotExist)?$/,
  );
  const rule = answer?.Rule;
  const present = rule?.KeyValue?.KeyValues ?? [];
  const missing = fields
    .filter(({ name }) => !present.some(({ Key }) => Key === name))
    .map(({ name, type, tokenizer }): Key => {
      return {
        Key: name,
        Value: { Type: type, SqlFlag: true, ...(tokenizer !== undefined && { Tokenizer: tokenizer }) },
      };
    });
  if (rule && answer.Status === true && missing.length === 0) return "unchanged";
  const Rule = {
    ...(rule ?? { FullText: FULL_TEXT }),
    KeyValue: { CaseSensitive: false, ...rule?.KeyValue, KeyValues: [...present, ...missing] },
  };
  const params = { TopicId, Status: true, Rule };
  await call("cls", rule ? "ModifyIndex" : "CreateIndex", region, params);
  return "updated";
}

/** Deletes our topics, and the logset if no other topic is in it. */
export async function removeLogs(deployment: Deployment): Promise<void> {
  const { call, region, report } = deployment;
  const logset = await findLogset(deployment);
  if (!logset) return;
  if (!hasTags(logset.Tags, deployment)) {
    deployment.warn(foreign("the logset", logset.LogsetName, deployment));
    return;
  }
  for (const { TopicId, TopicName, Describes, Tags } of await topicsOf(deployment, logset.LogsetId)) {
    if (TopicName !== JOURNAL.name && TopicName !== FUNCTIONS.name) continue;
    if (Describes !== markOf(deployment) && !hasTags(Tags, deployment)) continue;
    await call("cls", "DeleteTopic", region, { TopicId });
    report("removed", `log topic ${logset.LogsetName}/${TopicName}`);
  }
  const isEmpty = (await topicsOf(deployment, logset.LogsetId)).length === 0;
  if (!isEmpty) {
    deployment.warn(`the logset ${logset.LogsetName} stays, because it has topics that this deployment did not make`);
    return;
  }
  await call("cls", "DeleteLogset", region, { LogsetId: logset.LogsetId });
  report("removed", `logset ${logset.LogsetName}`);
}
