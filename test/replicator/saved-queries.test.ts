// The searches of docs/logs.md, as they stand there, on the journal of real runs in the emulated CLS.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { LOG_FIELDS } from "../../lib/adapters/journal/log-fields.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT } from "../support/builders.ts";
import { type FoundLine, makeTopic, type TestTopic } from "../support/log-topic.ts";
import { policyOf } from "../support/plan-policy.ts";
import { copiesOf } from "../support/records.ts";
import { sweep, type TestWorld, testWorld } from "../support/world.ts";

const DOC = readFileSync(join(import.meta.dirname, "../../docs/logs.md"), "utf8");
const [, SEARCHES = ""] = /## Searches\n(.*?)\n## /s.exec(DOC) ?? [];
/** The searches, each without the SQL, which the emulator does not run. */
const queries = [...SEARCHES.matchAll(/```\n(.+)\n```/g)].map(([, query = ""]) => query);
const conditionOf = (query: string) => query.split(" | ")[0] ?? "";

let t: TestWorld;
let topic: TestTopic;
let words: Readonly<Record<string, string>>;

beforeAll(async () => {
  t = await testWorld();
  topic = makeTopic(t.world);
  const logService = topic.service(() => t.world.now());
  const all = policyOf({ to: ["ap-shanghai", "ap-beijing"], prune: { delete: true, minAge: 60_000 } });
  const newest = { ...all, select: { ...all.select, newest: 1 } };
  const program = (one: Policy) => t.instance([one], { logService });
  const [source] = t.bake({ name: "golden-1", family: "golden" });
  const refusal = { kind: "error", code: "ImageQuotaLimitExceeded" } as const;
  addFault(t.world, { match: { action: "SyncImages", times: 2 }, effect: refusal });
  const { run } = await replicate(sweep, program(all));
  await t.settle(program(all));
  const [copy] = await copiesOf(t.state, ACCOUNT);
  // A newer version takes its place, and the older one is deleted.
  t.pass(3_600_000);
  t.bake({ name: "golden-2", family: "golden" });
  for (let sweeps = 0; sweeps < 10; sweeps += 1) {
    t.pass(600_000);
    await replicate(sweep, program(newest));
  }
  const image = copy && "imageId" in copy ? copy.imageId : "";
  words = { SOURCE: source?.imageId ?? "", REGION: "ap-shanghai", IMAGE: image, RUN: run.id };
});
afterAll(() => t.close());

const filled = (query: string) => query.replaceAll(/\b(SOURCE|REGION|IMAGE|RUN)\b/g, (word) => words[word] ?? word);
const found = (query: string): FoundLine[] => topic.find(filled(conditionOf(query)));
const queryWith = (part: string) =>
  queries.find((query) => query.includes(part)) ?? expect.fail(`no query has ${part}`);

it("are understood, every one, and name only fields of the journal", () => {
  expect(queries.length).toBeGreaterThanOrEqual(9);
  const names: readonly string[] = LOG_FIELDS.map(({ name }) => name);
  for (const query of queries) {
    found(query);
    const [condition = "", sql = ""] = query.split(" | ");
    const fields = [
      ...[...condition.matchAll(/(\w+):/g)].map(([, name]) => name),
      ...[...sql.matchAll(/"(\w+)"/g)].map(([, name]) => name),
    ];
    expect(fields.filter((name) => !names.includes(name ?? ""))).toEqual([]);
  }
});

it("tell why a copy is late", () => {
  const all = found("source_image:SOURCE AND destination_region:REGION");
  expect(all.map(({ event }) => event)).toEqual(expect.arrayContaining(["claimed", "sent", "ready"]));
  expect(new Set(all.map(({ destination_region: region }) => region))).toEqual(new Set(["ap-shanghai"]));
  const why = found(queryWith("event:(waiting"));
  expect(why.map(({ text }) => text).join()).toContain("ImageQuotaLimitExceeded");
});

it("tell who deleted an image, why, and by which request", () => {
  const lines = found(queryWith("event:(delete"));
  expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(["delete", "deleted"]));
  expect(lines.find(({ event }) => event === "deleted")?.request).toMatch(/\S/);
});

it("tell what a run did, and nothing of another one", () => {
  const lines = found(queryWith('run:"RUN"'));
  expect(lines.length).toBeGreaterThan(0);
  expect(new Set(lines.map(({ run }) => run))).toEqual(new Set([words["RUN"]]));
});

it("tell what went wrong", () => {
  expect(found("level:(warn OR error)").every(({ level }) => level !== "info")).toBe(true);
  expect(found(queryWith("line-refused"))).toEqual([]);
});
