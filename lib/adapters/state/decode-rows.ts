// Reads the rows of the state as records, and refuses damaged ones by name.
import * as z from "zod/mini";
import { StateError, unlessDamaged } from "../../model/errors.ts";
import { fullText, type Message } from "../../model/messages/define.ts";
import { type Expected, storeFault } from "../../model/messages/state.ts";
import type { Totals } from "../../model/ports.ts";
import type {
  AccountRecord,
  AwaitedImage,
  Claim,
  Claimant,
  Copy,
  CopyBase,
  CopyImage,
  CopyIn,
  CopyKey,
  CopyPhase,
  Given,
  ImageRef,
  JournalEntry,
  JournalLine,
  Reason,
  Refusal,
  RefusedDeletion,
  RegionRecord,
  Run,
  Settings,
} from "../../model/types.ts";

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

const reason = z.object({ code: text, text, remedy: maybeText, requestId: maybeText } satisfies Shape<Reason>);
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

const refusal = z.object({ kind: text, item: text, code: text, at: number } satisfies Shape<Refusal>);
const refusedDeletion = z.object({ code: text, tries: number, at: number } satisfies Shape<RefusedDeletion>);

const given = z.record(
  text,
  z.object({ accounts: z.array(text), tags: texts, families: z.array(text) } satisfies Shape<Given>),
);

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
  rolledBackFrom: maybeText,
  inDoubtUntil: maybeNumber,
  delayedSince: maybeNumber,
  lastImageId: maybeText,
} satisfies Shape<CopyBase>;
const copyImage = {
  imageId: text,
  missingSince: maybeNumber,
  pendingReshare: z.optional(z.array(z.unknown())),
  given: z.optional(given),
  sharedByOthers: z.optional(z.array(text)),
  refusals: z.optional(z.array(refusal)),
} satisfies Shape<CopyImage>;
const inPhase = <P extends CopyPhase>(fields: Shape<CopyIn<P>>) => z.object({ ...copy, ...fields });
const copyByPhase: { readonly [P in CopyPhase]: z.ZodMiniType } = {
  waiting: inPhase<"waiting">({ reason, notBefore: maybeNumber }),
  retrying: inPhase<"retrying">({ reason, notBefore: number }),
  blocked: inPhase<"blocked">({ reason, notBefore: maybeNumber }),
  failed: inPhase<"failed">({ reason }),
  requested: inPhase<"requested">({ claim }),
  copying: inPhase<"copying">({
    ...copyImage,
    claim,
    percent: maybeNumber,
    progressedAt: number,
    tagRefused: z.optional(flag),
  }),
  finishing: inPhase<"finishing">({ ...copyImage, claim, progressedAt: number }),
  stuck: inPhase<"stuck">({ ...copyImage, claim, reason, notBefore: maybeNumber }),
  ready: inPhase<"ready">({ ...copyImage, name: text, readyAt: number, adopted: flag, installation: maybeText }),
  retired: inPhase<"retired">({
    ...copyImage,
    refusedDeletion: z.optional(refusedDeletion),
    name: text,
    reason,
    since: number,
    adopted: flag,
    installation: maybeText,
    deprecatedByAge: z.optional(flag),
  }),
  ended: inPhase<"ended">({ reason, since: number }),
};
const region = z.object({
  sweptAt: maybeNumber,
  failure: z.optional(z.object({ count: number, retryAt: number, reason })),
} satisfies Shape<RegionRecord>);
const account = z.object({
  account: text,
  firstSeenAt: number,
  uncertainUntil: maybeNumber,
  uncertainBecause: z.optional(z.object({ cause: text, regions: z.optional(z.array(text)) })),
  lastSweepAt: maybeNumber,
  policy: z.optional(z.object({ hash: text, since: number })),
  cloudRegions: z.optional(z.object({ ids: z.array(text), readAt: number })),
  regions: z.optional(z.record(z.string(), region)),
  heartbeatAt: maybeNumber,
  timer: z.optional(z.object({ by: claimant, until: number })),
  problems: z.optional(z.array(reason)),
  // Not minLength: it reads `length` of whatever is there, before it is known to be a list.
  installations: z.array(text).check(z.refine((ids) => ids.length > 0)),
  metInstallations: z.optional(z.array(text)),
} satisfies Shape<AccountRecord>);
const run = z.object({
  id: text,
  account: text,
  trigger: text,
  startedAt: number,
  endedAt: number,
  actions: z.record(z.string(), z.unknown()),
  failures: number,
  stoppedEarly: flag,
  problems: z.array(reason),
  skipped: maybeText,
  program: maybeText,
  by: z.optional(claimant),
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
  policy: maybeText,
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

type CopyColumns = { readonly [C in keyof ReturnType<typeof copyColumns>]: string };

/** A record with a version, as stored. */
interface VersionedRow {
  readonly version: number;
  readonly body: string;
}

/** Reads a stored copy. Throws `StateError` that names a damaged record, as all readers here. */
export function readCopy(row: CopyColumns & VersionedRow & { readonly phase: string }): Copy {
  const at = recordOf(
    `copy of ${row.root_region}/${row.root_id} in ${row.region} (${row.variant}) of account ${row.account}`,
  );
  const body = parse(row.body, at);
  if (!isPhase(row.phase) || body.phase !== row.phase) {
    throw damaged(storeFault("record-phase", { ...at, phase: row.phase }));
  }
  const stored = check<Copy>(body, copyByPhase[row.phase], at);
  for (const [column, value] of Object.entries(copyColumns(stored.key))) {
    if (row[column as keyof CopyColumns] !== value) {
      throw damaged(storeFault("record-column", { ...at, column }));
    }
  }
  checkVersion(stored, row.version, at);
  return stored;
}

/** Reads a stored account. */
export function readAccount(row: VersionedRow & { readonly account: string }): AccountRecord {
  const at = recordOf(`account ${row.account}`);
  const stored = check<AccountRecord>(parse(row.body, at), account, at);
  if (stored.account !== row.account) throw damaged(storeFault("record-account", at));
  checkVersion(stored, row.version, at);
  return stored;
}

/** Reads a stored run. */
export function readRun(row: { readonly id: string; readonly body: string }): Run {
  const at = recordOf(`run ${row.id}`, true);
  return check<Run>(parse(row.body, at), run, at);
}

/** Reads a line of the journal. */
export function readEntry(row: { readonly id: string; readonly body: string }): JournalEntry {
  const at = recordOf(`journal line ${row.id}`, true);
  return check<JournalEntry>(parse(row.body, at), entry, at);
}

/** Reads a line of the journal to send it. A damaged one has no entry, and keeps no other from being sent. */
export function readLine(row: { readonly id: string; readonly at: number; readonly body: string }): JournalLine {
  return { id: row.id, at: row.at, entry: unlessDamaged(() => readEntry(row)) };
}

/** Reads an awaited image, whose row has no body. */
export function readAwaited(row: { account: string; region: string; image_id: string; since: number }): AwaitedImage {
  if (!Number.isSafeInteger(row.since)) {
    const at = recordOf(`awaited image ${row.region}/${row.image_id}`);
    throw damaged(storeFault("record-field", { ...at, field: "since", expected: "time" }));
  }
  return { account: row.account, region: row.region, imageId: row.image_id, since: row.since };
}

/**
 * Reads the totals of an account. Nothing but what users see depends on them, and only a user who
 * changes rows by hand brings one below zero: such a total is left out, as a total of zero is.
 */
export function readTotals(account: string, rows: readonly { phase: string; count: number }[]): Totals {
  const at = recordOf(`totals of account ${account}`);
  const totals: Partial<Record<CopyPhase, number>> = {};
  for (const { phase, count } of rows) {
    if (!isPhase(phase)) throw damaged(storeFault("record-phase", { ...at, phase }));
    if (!Number.isSafeInteger(count)) {
      throw damaged(storeFault("record-field", { ...at, field: phase, expected: "number" }));
    }
    if (count > 0) totals[phase] = count;
  }
  return totals;
}

function isPhase(phase: string): phase is CopyPhase {
  return Object.hasOwn(copyByPhase, phase);
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
