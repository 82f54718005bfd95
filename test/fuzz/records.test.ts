// Random and mutated records: reading gives a usable record or a StateError.

import { describe, expect, it } from "vitest";
import { UNLIMITED } from "../../cli/ui/room.ts";
import { tableOf, totalsOf } from "../../cli/ui/status/table.ts";
import { lineJournal } from "../../lib/adapters/journal/json-lines.ts";
import {
  copyColumns,
  readAccount,
  readAwaited,
  readCopy,
  readEntry,
  readRun,
} from "../../lib/adapters/state/decode-rows.ts";
import { StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { plainJson } from "../../lib/model/printable.ts";
import type { Copy } from "../../lib/model/types.ts";
import { makePlan } from "../../lib/plan/plan.ts";
import { nextCheck, summarise } from "../../lib/report/summary.ts";
import { ACCOUNT, BORN, claim, copy, image, keyOf, NOW, observation, policy, SETTLE } from "../support/builders.ts";
import fc from "../support/random.ts";
import { json, mutated, nastyText, runs } from "./arbitraries.ts";

const reason = { code: "busy", text: storedText("the source is busy"), remedy: storedText("wait") };
const COPIES: Copy[] = [
  copy<"waiting">("ap-shanghai", { phase: "waiting", reason, notBefore: NOW }),
  copy<"copying">("ap-shanghai", {
    phase: "copying",
    claim: claim(),
    progressedAt: NOW,
    imageId: "img-c",
    percent: 20,
  }),
  copy<"finishing">("ap-shanghai", { phase: "finishing", claim: claim(), progressedAt: NOW, imageId: "img-c" }),
  copy<"ready">("ap-shanghai", {
    phase: "ready",
    imageId: "img-c",
    name: "x",
    readyAt: NOW,
    adopted: false,
    missingSince: NOW,
  }),
  copy<"retrying">("ap-shanghai", { phase: "retrying", reason, notBefore: NOW }),
  copy<"requested">("ap-shanghai", { phase: "requested", claim: claim() }),
  copy<"blocked">("ap-shanghai", { phase: "blocked", reason, notBefore: NOW }),
  copy<"stuck">("ap-shanghai", {
    phase: "stuck",
    reason,
    claim: claim({ endedAt: NOW }),
    imageId: "img-c",
    notBefore: NOW,
  }),
  copy<"failed">("ap-shanghai", { phase: "failed", reason }),
  copy<"retired">("ap-shanghai", { phase: "retired", reason, imageId: "img-c", name: "x", since: NOW, adopted: true }),
  copy<"ended">("ap-shanghai", { phase: "ended", reason, since: NOW }),
];

/** The record that `decode` returns, or undefined for a StateError about a damaged record. */
function read<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    expect(error.message).toContain("holds a damaged record");
    return undefined;
  }
}

/** A body from a damaged database: any text, but mostly a record with some fields changed. */
const body = (samples: readonly unknown[]) =>
  fc.oneof(
    { arbitrary: mutated(samples).map((value) => JSON.stringify(value)), weight: 5 },
    json.map((value) => JSON.stringify(value)),
    nastyText,
    fc.tuple(mutated(samples), fc.nat(400)).map(([value, at]) => JSON.stringify(value).slice(0, at)),
    // JSON with a number that is no possible time.
    fc
      .tuple(mutated(samples), fc.constantFrom("1e999", "-1e999", "1e300", "8.7e15"))
      .map(([value, number]) => JSON.stringify(value).replace(/\d{13}/, number)),
  );

describe("a copy in a damaged store", () => {
  it("gives a StateError, or can be shown, counted and planned", () => {
    fc.assert(
      fc.property(body(COPIES), fc.constantFrom(...COPIES), (text, original) => {
        const phase = /"phase":"(\w+)"/.exec(text)?.[1] ?? original.phase;
        const record = read(() =>
          readCopy({ ...copyColumns(original.key), phase, version: original.version, body: text }),
        );
        if (!record) return;
        const copies = [record];
        tableOf(copies, UNLIMITED);
        tableOf(copies, { width: 80, rows: 10, color: true });
        totalsOf(copies);
        plainJson(summarise(copies, []));
        nextCheck(copies, NOW);
        for (const seen of [
          observation([image()]),
          observation([image(), image({ region: "ap-shanghai", imageId: "img-c" })]),
        ]) {
          const input = {
            policies: [policy()],
            copies,
            record: BORN,
            now: NOW,
            settle: SETTLE,
            ended: new Set<string>(),
          };
          makePlan({ ...input, observation: seen });
        }
      }),
      runs(2000),
    );
  });

  it("gives a StateError if columns and body differ", () => {
    const [first] = COPIES as [Copy];
    const row = { ...copyColumns(first.key), phase: first.phase, version: first.version, body: JSON.stringify(first) };
    expect(readCopy(row)).toEqual(first);
    for (const other of [
      { account: "1" },
      { root_id: "img-x" },
      { region: "x" },
      { variant: "x" },
      { phase: "ready" },
      { version: 4 },
    ]) {
      expect(() => readCopy({ ...row, ...other })).toThrow(StateError);
    }
  });
});

describe("other records in a damaged store", () => {
  const run = {
    id: "r",
    account: ACCOUNT,
    trigger: "timer",
    startedAt: NOW,
    endedAt: NOW,
    actions: { send: 1 },
    failures: 0,
    stoppedEarly: false,
    problems: [reason],
  };
  const entry = {
    at: NOW,
    runId: "r",
    account: ACCOUNT,
    level: "info",
    event: "sent",
    text: storedText("x"),
    key: keyOf("ap-x"),
    image: { region: "ap-x", imageId: "img-c" },
    requestId: "q",
    code: "c",
  };
  const record = { ...BORN, uncertainUntil: NOW, lastSweepAt: NOW, heartbeatAt: NOW };

  it("give a StateError, or can be shown", async () => {
    const lines: string[] = [];
    const journal = lineJournal((line) => lines.push(line), "debug");
    await fc.assert(
      fc.asyncProperty(body([run]), body([entry]), body([record]), async (a, b, c) => {
        const aRun = read(() => readRun({ id: "r", body: a }));
        if (aRun) {
          expect(new Date(aRun.endedAt).toISOString()).toMatch(/Z$/);
          plainJson(summarise([], aRun.problems));
          for (const { text, remedy } of aRun.problems) expect(`${text}${remedy ?? ""}`).not.toContain("[object");
        }
        const anEntry = read(() => readEntry({ id: "w-1", body: b }));
        if (anEntry) await journal.append([anEntry]);
        const account = read(() => readAccount({ account: ACCOUNT, version: record.version, body: c }));
        if (account?.lastSweepAt !== undefined) expect(new Date(account.lastSweepAt).toISOString()).toMatch(/Z$/);
        if (account?.uncertainUntil !== undefined) expect(new Date(account.uncertainUntil).toISOString()).toMatch(/Z$/);
      }),
      runs(1000),
    );
    expect(lines.length).toBeGreaterThan(0);
  });

  it("give a StateError if something with a length stands where a list belongs", () => {
    for (const length of [[{ toString: "" }], { valueOf: 1 }, 3]) {
      const body = JSON.stringify({ ...record, installations: { length } });
      expect(() => readAccount({ account: ACCOUNT, version: record.version, body })).toThrow(StateError);
    }
  });

  it("give a StateError if the time of an awaited image is malformed", () => {
    for (const since of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, "1" as unknown as number]) {
      expect(() => readAwaited({ account: ACCOUNT, region: "ap-x", image_id: "img-c", since })).toThrow(StateError);
    }
  });
});
