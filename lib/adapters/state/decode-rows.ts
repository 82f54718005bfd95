// Reads the rows of the state as records, and refuses damaged ones by name.
import * as z from "zod/mini";
import { StateError } from "../../model/errors.ts";
import { fullText, type Message } from "../../model/messages/define.ts";
import { type Expected, storeFault } from "../../model/messages/state.ts";
import type {
  AccountRecord,
  AwaitedImage,
  Claim,
  Claimant,
  Copy,
  CopyKey,
  CopyState,
  ImageRef,
  JournalEntry,
  Reason,
  Run,
  Settings,
} from "../../model/types.ts";
import type { Tables } from "./schema.ts";

/** Checks of some fields of `T`; a field that does not exist in `T` does not compile. */
type Shape<T> = { readonly [K in keyof T]?: z.ZodMiniType };

/** Largest time that a date can hold, in either direction. */
const LAST_DATE = 8.64e15;

// Only what the program relies on is checked. Records are returned as stored, with all other
// fields.
const text = z.string();
const flag = z.boolean();
// Most numbers are times, and no other number is as large.
const number = z.number().check(z.minimum(-LAST_DATE), z.maximum(LAST_DATE));
const maybeText = z.optional(text);
const maybeNumber = z.optional(number);
// Not `z.record`, which skips a key `__proto__`.
const texts = z.custom((value) => isObject(value) && Object.values(value).every((one) => typeof one === "string"));

const reason = z.object({ code: text, text, remedy: maybeText } satisfies Shape<Reason>);
const image = z.object({ region: text, imageId: text } satisfies Shape<ImageRef>);
const claimant = z.object({ id: text, host: maybeText, pid: maybeNumber } satisfies Shape<Claimant>);
const claim = z.object({
  number,
  token: text,
  parent: image,
  settings: z.object({ name: text, description: text, tags: texts } satisfies Shape<Settings>),
  claimant,
  claimedAt: number,
  sendBy: number,
  endedAt: maybeNumber,
  sendFailure: maybeText,
} satisfies Shape<Claim>);

const copy = {
  key: z.object({
    account: text,
    rootRegion: text,
    rootId: text,
    region: text,
    variant: text,
  } satisfies Shape<CopyKey>),
  policy: text,
  rootName: text,
  attempts: number,
  claimCount: number,
  createdAt: number,
  updatedAt: number,
  missingSince: maybeNumber,
  rolledBackFrom: maybeText,
  pendingReshare: z.optional(z.array(z.unknown())),
} satisfies Shape<Copy>;
const inState = <S extends CopyState>(arm: Shape<Extract<Copy, { state: S }>>) =>
  z.object({ ...copy, claim: z.optional(claim), ...arm });
const copyByState: { readonly [S in CopyState]: z.ZodMiniType } = {
  waiting: inState<"waiting">({ reason, notBefore: maybeNumber }),
  copying: inState<"copying">({
    claim,
    imageId: maybeText,
    percent: maybeNumber,
    progressedAt: number,
    tagRefused: z.optional(flag),
  }),
  finishing: inState<"finishing">({ claim, imageId: text, progressedAt: number }),
  ready: inState<"ready">({ imageId: text, name: text, readyAt: number, adopted: flag }),
  retrying: inState<"retrying">({ reason, notBefore: number }),
  blocked: inState<"blocked">({ reason, notBefore: maybeNumber, imageId: maybeText }),
  failed: inState<"failed">({ reason }),
  retired: inState<"retired">({ reason, imageId: maybeText, adopted: z.optional(flag) }),
};
const account = z.object({
  account: text,
  firstSeenAt: number,
  uncertainUntil: maybeNumber,
  lastSweepAt: maybeNumber,
  heartbeatAt: maybeNumber,
  timer: z.optional(z.object({ by: claimant, until: number })),
  problems: z.optional(z.array(reason)),
} satisfies Shape<AccountRecord>);
const run = z.object({
  id: text,
  account: text,
  why: text,
  startedAt: number,
  endedAt: number,
  actions: z.record(z.string(), z.unknown()),
  failures: number,
  stoppedEarly: flag,
  problems: z.array(reason),
  skipped: maybeText,
} satisfies Shape<Run>);
const entry = z.object({
  at: number,
  runId: text,
  account: text,
  level: text,
  event: text,
  text,
  requestId: maybeText,
  code: maybeText,
  key: z.optional(z.object({ rootId: text, region: text } satisfies Shape<CopyKey>)),
  image: z.optional(image),
} satisfies Shape<JournalEntry>);

/** The columns of a copy's key. */
export function copyColumns(key: CopyKey) {
  return {
    account: key.account,
    root_region: key.rootRegion,
    root_id: key.rootId,
    region: key.region,
    variant: key.variant,
  };
}

/** Reads a stored copy. Throws `StateError` that names a damaged record, as all readers here. */
export function readCopy(row: Omit<Tables["replicator_copies"], "updated_at" | "policy">): Copy {
  const at = recordOf(
    `copy of ${row.root_region}/${row.root_id} in ${row.region} (${row.variant}) of account ${row.account}`,
  );
  const body = parse(row.body, at);
  const schema = Object.hasOwn(copyByState, row.state) ? copyByState[row.state as CopyState] : undefined;
  if (!schema || body.state !== row.state) throw damaged(storeFault("record-state", { ...at, state: row.state }));
  const stored = check<Copy>(body, schema, at);
  for (const [column, value] of Object.entries(copyColumns(stored.key))) {
    if (row[column as keyof ReturnType<typeof copyColumns>] !== value) {
      throw damaged(storeFault("record-column", { ...at, column }));
    }
  }
  checkVersion(stored, row.version, at);
  return stored;
}

/** Reads a stored account. */
export function readAccount(row: Tables["replicator_accounts"]): AccountRecord {
  const at = recordOf(`account ${row.account}`);
  const stored = check<AccountRecord>(parse(row.body, at), account, at);
  if (stored.account !== row.account) throw damaged(storeFault("record-account", at));
  checkVersion(stored, row.version, at);
  return stored;
}

/** Reads a stored run. */
export function readRun(row: Pick<Tables["replicator_runs"], "id" | "body">): Run {
  const at = recordOf(`run ${row.id}`, true);
  return check<Run>(parse(row.body, at), run, at);
}

/** Reads a line of the journal. */
export function readEntry(row: Pick<Tables["replicator_journal"], "writer" | "seq" | "body">): JournalEntry {
  const at = recordOf(`journal line ${row.writer}/${row.seq}`, true);
  return check<JournalEntry>(parse(row.body, at), entry, at);
}

/** Reads an awaited image, whose row has no body. */
export function readAwaited(row: Tables["replicator_awaited"]): AwaitedImage {
  if (!Number.isSafeInteger(row.since)) {
    const at = recordOf(`awaited image ${row.region}/${row.image_id}`);
    throw damaged(storeFault("record-field", { ...at, field: "since", expected: "time" }));
  }
  return { account: row.account, region: row.region, imageId: row.image_id, since: row.since };
}

/** A record, as messages name it. `isHistory`: nothing depends on the record. */
type Named = ReturnType<typeof recordOf>;
const recordOf = (record: string, isHistory = false) => ({ record, isHistory });

const damaged = (message: Message) => new StateError(fullText(message), { damaged: true });

function parse(json: string, at: Named): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damaged(storeFault("record-not-json", at));
  }
  if (!isObject(value)) throw damaged(storeFault("record-no-object", at));
  return value;
}

function check<T>(body: unknown, schema: z.ZodMiniType, at: Named): T {
  const issue = schema.safeParse(body).error?.issues[0];
  if (!issue) return body as T;
  const expected = "expected" in issue ? (issue.expected as Expected) : issue.code === "custom" ? "texts" : "number";
  throw damaged(storeFault("record-field", { ...at, field: issue.path.join("."), expected }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkVersion(stored: { readonly version: number }, version: number, at: Named): void {
  if (stored.version !== version) throw damaged(storeFault("record-version", { ...at, version }));
}
