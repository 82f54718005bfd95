import { StateError } from "../../model/errors.ts";
import type {
  AccountRecord,
  AwaitedImage,
  Claim,
  Copy,
  CopyKey,
  CopyState,
  JournalEntry,
  Reason,
  Run,
} from "../../model/types.ts";
import type { Tables } from "./schema.ts";

/** With a `?` it may be absent. `texts` is an object whose values are all strings. */
type Kind = Sort | `${Sort}?`;
type Sort = "string" | "number" | "boolean" | "object" | "texts" | "list";
/** Paths into `T`, as in `claim.sendBy`, so that a field which gets another name does not compile here. */
type Path<T> = T extends object
  ? { [K in keyof T & string]: K | `${K}.${Path<NonNullable<T[K]>>}` }[keyof T & string]
  : never;
/** What must be there, and of what kind it is. */
type Fields<T> = { readonly [P in Path<T>]?: Kind };

const reason: Fields<{ reason: Reason }> = {
  "reason.code": "string",
  "reason.text": "string",
  "reason.remedy": "string?",
};
const claim: Fields<{ claim: Claim }> = {
  "claim.number": "number",
  "claim.token": "string",
  "claim.parent.region": "string",
  "claim.parent.imageId": "string",
  "claim.settings.name": "string",
  "claim.settings.description": "string",
  "claim.settings.tags": "texts",
  "claim.claimant.id": "string",
  "claim.claimant.host": "string?",
  "claim.claimant.pid": "number?",
  "claim.claimedAt": "number",
  "claim.sendBy": "number",
  "claim.endedAt": "number?",
  "claim.sendFailure": "string?",
};
const copy: Fields<Copy> = {
  "key.account": "string",
  "key.rootRegion": "string",
  "key.rootId": "string",
  "key.region": "string",
  "key.variant": "string",
  policy: "string",
  rootName: "string",
  attempts: "number",
  claimCount: "number",
  createdAt: "number",
  updatedAt: "number",
  missingSince: "number?",
  rolledBackFrom: "string?",
  pendingReshare: "list?",
};
const arms: { readonly [S in CopyState]: Fields<Extract<Copy, { state: S }>> } = {
  waiting: { ...reason, notBefore: "number?" },
  copying: { ...claim, imageId: "string?", percent: "number?", progressedAt: "number", tagRefused: "boolean?" },
  finishing: { ...claim, imageId: "string", progressedAt: "number" },
  ready: { imageId: "string", name: "string", readyAt: "number", adopted: "boolean" },
  retrying: { ...reason, notBefore: "number" },
  blocked: { ...reason, notBefore: "number?", imageId: "string?" },
  failed: { ...reason, imageId: "string?" },
  retired: { ...reason, imageId: "string?", adopted: "boolean?" },
};
const account: Fields<AccountRecord> = {
  account: "string",
  firstSeenAt: "number",
  uncertainUntil: "number?",
  lastSweepAt: "number?",
  heartbeatAt: "number?",
};
const problems: Fields<AccountRecord> = { problems: "list" };
const timer: Fields<AccountRecord> = {
  "timer.by.id": "string",
  "timer.by.host": "string?",
  "timer.by.pid": "number?",
  "timer.until": "number",
};
const run: Fields<Run> = {
  id: "string",
  account: "string",
  why: "string",
  startedAt: "number",
  endedAt: "number",
  actions: "object",
  failures: "number",
  stoppedEarly: "boolean",
  problems: "list",
  skipped: "string?",
};
const entry: Fields<JournalEntry> = {
  at: "number",
  runId: "string",
  account: "string",
  level: "string",
  event: "string",
  text: "string",
  requestId: "string?",
  code: "string?",
};

/** The columns of a copy but its version and body. */
export function copyColumns(key: CopyKey) {
  return {
    account: key.account,
    root_region: key.rootRegion,
    root_id: key.rootId,
    region: key.region,
    variant: key.variant,
  };
}

/** Reads a stored copy. As all readers here, throws `StateError` naming the record if it is not what it should be. */
export function readCopy(row: Omit<Tables["replicator_copies"], "updated_at" | "policy">): Copy {
  const what = `copy of ${row.root_region}/${row.root_id} in ${row.region} (${row.variant}) of account ${row.account}`;
  const body = parse(row.body, what);
  const arm = Object.hasOwn(arms, row.state) ? arms[row.state as CopyState] : undefined;
  if (!arm || body.state !== row.state)
    throw damaged(what, `its state "${row.state}" is not known or not the same in body`);
  check(body, { ...copy, ...arm, ...("claim" in body ? claim : {}) }, what);
  const found = body as unknown as Copy;
  for (const [column, value] of Object.entries(copyColumns(found.key))) {
    if (row[column as keyof ReturnType<typeof copyColumns>] !== value)
      throw damaged(what, `its body has another ${column}`);
  }
  checkVersion(body, row.version, what);
  return found;
}

/** Reads a stored account. */
export function readAccount(row: Tables["replicator_accounts"]): AccountRecord {
  const what = `account ${row.account}`;
  const body = parse(row.body, what);
  check(body, { ...account, ...("timer" in body ? timer : {}), ...("problems" in body ? problems : {}) }, what);
  if (body.account !== row.account) throw damaged(what, "its body is of another account");
  checkVersion(body, row.version, what);
  const found = body as unknown as AccountRecord;
  for (const problem of found.problems ?? []) check({ reason: problem }, reason, what);
  return found;
}

/** Reads a stored run. */
export function readRun(row: Pick<Tables["replicator_runs"], "id" | "body">): Run {
  const what = `run ${row.id}`;
  const body = parse(row.body, what);
  check(body, run, what);
  const found = body as unknown as Run;
  for (const problem of found.problems) check({ reason: problem }, reason, what);
  return found;
}

/** Reads a line of the journal. */
export function readEntry(row: Pick<Tables["replicator_journal"], "writer" | "seq" | "body">): JournalEntry {
  const what = `journal line ${row.writer}/${row.seq}`;
  const body = parse(row.body, what);
  const key = "key" in body ? ({ "key.rootId": "string", "key.region": "string" } as const) : {};
  const image = "image" in body ? ({ "image.region": "string", "image.imageId": "string" } as const) : {};
  check(body, { ...entry, ...key, ...image }, what);
  return body as unknown as JournalEntry;
}

/** Reads an image to wait for; it has no body. */
export function readAwaited(row: Tables["replicator_awaited"]): AwaitedImage {
  if (!Number.isSafeInteger(row.since))
    throw damaged(`awaited image ${row.region}/${row.image_id}`, '"since" is no time');
  return { account: row.account, region: row.region, imageId: row.image_id, since: row.since };
}

function parse(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(what, "its body is no JSON");
  }
  if (!isObject(value)) throw damaged(what, "its body is no JSON object");
  return value;
}

function check(body: Record<string, unknown>, fields: Readonly<Record<string, Kind | undefined>>, what: string): void {
  for (const [path, kind] of Object.entries(fields)) {
    let value: unknown = body;
    for (const name of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[name];
    const sort = kind?.replace("?", "") as Sort;
    if (value === undefined && kind !== sort) continue;
    if (!isOf(sort, value)) throw damaged(what, `"${path}" is missing or no ${sort}`);
  }
}

/** Largest time that there is a date for, in either direction. */
const LAST_DATE = 8.64e15;

function isOf(sort: Sort, value: unknown): boolean {
  if (sort === "list") return Array.isArray(value);
  // Most are times, and none of the others is as large.
  if (sort === "number") return typeof value === "number" && Math.abs(value) <= LAST_DATE;
  if (sort === "texts") return isObject(value) && Object.values(value).every((text) => typeof text === "string");
  return sort === "object" ? isObject(value) : typeof value === sort;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkVersion(body: Record<string, unknown>, version: number, what: string): void {
  if (body.version !== version) throw damaged(what, `its version is ${version} and not the same in body`);
}

function damaged(what: string, why: string): StateError {
  const remedy = /^(run|journal line) /.test(what)
    ? "restore a backup, or delete the record: it is history, and nothing depends on it"
    : "cvm-replicator rebuild forgets what is stored of this account and finds it again in the cloud";
  return new StateError(`holds a damaged record, ${what}: ${why}; ${remedy}`, { damaged: true });
}
