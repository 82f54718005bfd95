// Sample records: one copy of every state, with every field.
import { storedText } from "../../../lib/model/messages/define.ts";
import type { AccountRecord, AwaitedImage, Claim, Copy, CopyKey, JournalEntry, Run } from "../../../lib/model/types.ts";

export const A = "100000000001";
export const key: CopyKey = {
  account: A,
  rootRegion: "ap-guangzhou",
  rootId: "img-root",
  region: "ap-shanghai",
  variant: "plain",
};

/** The fields of all copies; times as large as real ones. */
export const base = {
  key,
  policy: "golden",
  rootName: "golden-1",
  attempts: 1,
  claimCount: 2,
  createdAt: 1_795_000_000_000,
  updatedAt: 1_795_000_000_001,
  version: 0,
} as const;

const reason = { code: "quota", text: storedText("500 images are the limit"), remedy: storedText("delete some") };
const claim: Claim = {
  number: 2,
  token: "golden-1--copying-abc-2",
  parent: { region: "ap-guangzhou", imageId: "img-root" },
  settings: { name: "golden-1", description: "", tags: { env: "prod" } },
  claimant: { id: "p1", host: "h", pid: 7 },
  claimedAt: 1_795_000_000_002,
  sendBy: 1_795_000_000_003,
  endedAt: 1_795_000_000_004,
};
const time = 1_795_000_000_005;

/** One copy of every phase, with every field that it can have. */
export const everyArm = [
  { ...base, phase: "waiting", reason, notBefore: time, inDoubtUntil: time, delayedSince: time },
  {
    ...base,
    phase: "copying",
    claim,
    imageId: "img-copy",
    percent: 20,
    progressedAt: time,
    tagRefused: true,
    missingSince: time,
    pendingReshare: ["100000000002"],
  },
  { ...base, phase: "requested", claim },
  { ...base, phase: "finishing", claim, imageId: "img-copy", progressedAt: time, missingSince: time },
  { ...base, phase: "ready", imageId: "img-copy", name: "golden-1", readyAt: time, adopted: false, missingSince: time },
  { ...base, phase: "retrying", reason, notBefore: time },
  { ...base, phase: "blocked", reason, notBefore: time },
  { ...base, phase: "stuck", reason, notBefore: time, claim, imageId: "img-copy" },
  { ...base, phase: "failed", reason },
  { ...base, phase: "retired", reason, imageId: "img-copy", name: "golden-1", since: time, adopted: true },
  { ...base, phase: "ended", reason, since: time },
] as const satisfies readonly Copy[];

/** A waiting copy. */
export function copyOf(more: Partial<Copy>): Copy {
  return { ...base, phase: "waiting", reason, ...more } as Copy;
}

/** An account record that was not saved yet. */
export function accountRecord(more: Partial<AccountRecord> = {}): AccountRecord {
  return { account: A, firstSeenAt: 1, installations: ["lab"], version: 0, ...more };
}

export function awaited(imageId: string, since = 1_795_000_000_000): AwaitedImage {
  return { account: A, region: "ap-guangzhou", imageId, since };
}

/** The same entries plus an own property `__proto__`, which no literal can create. */
export function withProto(entries: Record<string, string>): Record<string, string> {
  return JSON.parse(`{"__proto__":"p",${JSON.stringify(entries).slice(1)}`) as Record<string, string>;
}

/** A run with a problem. */
export function run(id: string, startedAt: number): Run {
  const result = {
    actions: { send: 2 },
    failures: 1,
    stoppedEarly: false,
    problems: [{ code: "c", text: storedText("t") }],
  };
  return { id, account: A, trigger: "sweep", startedAt, endedAt: startedAt + 1, ...result };
}

/** A journal line. */
export function entry(at: number, text: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return { at, runId: "r1", account: A, level: "info", event: "send", text: storedText(text), ...more };
}
