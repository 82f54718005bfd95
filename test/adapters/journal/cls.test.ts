// The journal in CLS over HTTP: what arrives, what is repeated, and what keeps nothing else waiting.
import { afterEach, beforeEach, expect, it } from "vitest";
import { addFault } from "../../../emulator/api/faults.ts";
import { type Emulator, startEmulator } from "../../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../../emulator/settings/accounts.ts";
import type { FaultEffect, FaultMatch } from "../../../emulator/settings/faults.ts";
import type { World } from "../../../emulator/world/types.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { clsLog } from "../../../lib/adapters/journal/cls.ts";
import { LOG_FIELDS } from "../../../lib/adapters/journal/log-fields.ts";
import { MOST_VALUE } from "../../../lib/adapters/journal/log-group.ts";
import { tencentConnection } from "../../../lib/adapters/tencent/tencent-cloud.ts";
import type { LogService } from "../../../lib/model/ports.ts";
import type { JournalEntry, JournalLine } from "../../../lib/model/types.ts";
import { makeTopic, type TestTopic } from "../../support/log-topic.ts";
import { entry, key } from "../state/samples.ts";

const [MAIN] = DEFAULT_ACCOUNTS;
const AT = 1_795_000_000_000;

let world: World;
let emulator: Emulator;
let topic: TestTopic;

beforeEach(async () => {
  world = createWorld({ now: Date.now, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  topic = makeTopic(world);
});
afterEach(() => emulator.close());

/** The log as the program opens it, with pauses that take no time. */
function log(topicId = topic.topicId, signal?: AbortSignal): LogService {
  const { secretId, secretKey } = MAIN;
  const connection = tencentConnection({
    ...{ site: "cn", endpoint: emulator.url, now: Date.now },
    credentials: async () => ({ secretId, secretKey }),
    ...(signal && { signal }),
  });
  const clock = { now: () => 0, random: () => 0, sleep: async () => {} };
  return clsLog({ topicId, region: topic.region }, { ...connection, now: Date.now, clock });
}

const line = (n: number, more: Partial<JournalEntry> = {}): JournalLine => ({
  id: `w-${String(n).padStart(9, "0")}`,
  at: AT + n,
  entry: entry(AT + n, `line ${n}`, more),
});
const linesOf = (count: number, more?: Partial<JournalEntry>) => Array.from({ length: count }, (_, n) => line(n, more));
const soon = () => Date.now() + 8_000;
const fault = (effect: FaultEffect, match: FaultMatch = {}) =>
  addFault(world, { match: { service: "cls", action: "UploadLog", ...match }, effect });
const uploads = () => world.requests.filter(({ action }) => action === "UploadLog").map(({ result }) => result);

it("sends every field of a line under its name, with the line's own time", async () => {
  const image = { region: "ap-shanghai", imageId: "img-copy" };
  const more = { level: "warn", code: "quota", policy: "golden", requestId: "req-1", key, image } as const;
  const full = line(1, more);
  expect(await log().send([full], soon())).toEqual({ taken: [full.id] });
  expect(topic.find()).toEqual([
    {
      id: "w-000000001",
      time: "2026-11-18T11:06:40.001Z",
      level: "warn",
      event: full.entry?.event,
      code: "quota",
      text: "line 1",
      run: full.entry?.runId,
      account: key.account,
      policy: "golden",
      source_region: "ap-guangzhou",
      source_image: "img-root",
      destination_region: "ap-shanghai",
      variant: "plain",
      image: "img-copy",
      image_region: "ap-shanghai",
      request: "req-1",
    },
  ]);
  expect(Object.keys(topic.find()[0] ?? {})).toEqual(LOG_FIELDS.map(({ name }) => name));
  expect([...world.logTopics.values()][0]?.lines.map(({ timeMs, source }) => [timeMs, source])).toEqual([
    [AT + 1, "cvm-replicator"],
  ]);
});

it("sends many lines in few requests, in their order, none twice", async () => {
  const lines = linesOf(2_000);
  const { taken } = await log().send(lines, soon());
  expect(taken).toEqual(lines.map(({ id }) => id));
  expect(topic.find().map(({ id }) => id)).toEqual(taken);
  expect(uploads().length).toBeLessThanOrEqual(3);
});

it("shortens a value that CLS would refuse, between two characters, and sends texts of every kind", async () => {
  const texts = ["镜".repeat(MOST_VALUE), 'quote " and \0 and 🙂', "half \ud800 pair", "x".repeat(3_000_000)];
  const lines = texts.map((text, n) => line(n, { text: text as JournalEntry["text"] }));
  expect((await log().send(lines, soon())).taken).toHaveLength(4);
  const found = topic.find().map(({ text = "" }) => text);
  expect(found[0]).toMatch(/^镜+…$/);
  expect(Buffer.byteLength(found[0] ?? "")).toBeLessThanOrEqual(MOST_VALUE);
  expect(found.slice(1, 3)).toEqual([texts[1], "half \ufffd pair"]);
  expect(found[3]?.length).toBe(MOST_VALUE - 2);
});

it("sends a line that is damaged in the state as one that says so", async () => {
  expect((await log().send([line(1), { id: "w-2", at: AT, entry: undefined }], soon())).taken).toHaveLength(2);
  expect(topic.find("code:line-damaged")).toMatchObject([{ id: "w-2", level: "warn" }]);
});

it("repeats a refusal that passes and a lost answer; a line that arrives twice has the same id", async () => {
  fault({ kind: "http", status: 503 }, { times: 2 });
  expect((await log().send([line(1)], soon())).taken).toEqual([line(1).id]);
  fault({ kind: "error", code: "FailedOperation.WriteQpsLimit" });
  expect((await log().send([line(2)], soon())).taken).toEqual([line(2).id]);
  fault({ kind: "drop-after" });
  expect((await log().send([line(3)], soon())).taken).toEqual([line(3).id]);
  expect(topic.find().map(({ id }) => id)).toEqual([1, 2, 3, 3].map((n) => line(n).id));
  expect(topic.texts()).toEqual(["line 1", "line 2", "line 3"]);
});

it("says which lines were taken before the log was away, and why the others were not", async () => {
  fault({ kind: "http", status: 503 }, { nth: 2, times: 0 });
  const lines = linesOf(2_000);
  const { taken, failure } = await log().send(lines, soon());
  expect(taken.length).toBeGreaterThan(100);
  expect(taken.length).toBeLessThan(2_000);
  expect(taken).toEqual(lines.slice(0, taken.length).map(({ id }) => id));
  expect(topic.find().map(({ id }) => id)).toEqual(taken);
  expect(failure).toMatchObject({
    code: "HttpStatus",
    text: expect.stringContaining("UploadLog in ap-guangzhou") as string,
  });
});

it.each([
  ["FailedOperation.TopicClosed", /topic is closed/, /CLS_TOPIC_ID/],
  ["FailedOperation.TopicIsolated", /overdue payments/, /CLS_TOPIC_ID/],
  ["AuthFailure.UnauthorizedOperation", /no permission/, /CAM/],
  ["OperationDenied.AccountIsolate", /refuses the account/, /balance/],
])("gives up at once after %s, with what to do", async (code, text, remedy) => {
  fault({ kind: "error", code }, { times: 0 });
  const { taken, failure } = await log().send(linesOf(3), soon());
  expect([taken, failure?.code, uploads().length]).toEqual([[], code, 1]);
  expect(failure?.text).toMatch(text);
  expect(failure?.remedy).toMatch(remedy);
});

it("names a topic that does not exist", async () => {
  const { failure } = await log("00000000-0000-0000-0000-000000000000").send(linesOf(1), soon());
  expect(failure).toMatchObject({
    code: "ResourceNotFound.TopicNotExist",
    remedy: expect.stringContaining("CLS_REGION") as string,
  });
});

it("does not let one line that CLS refuses keep the others waiting", async () => {
  // The whole, the half with the line, the quarter, and the line; then its short form is taken.
  fault({ kind: "error", code: "InvalidParameter.Content" }, { times: 4 });
  const lines = linesOf(8);
  const { taken, failure } = await log().send(lines, soon());
  expect([taken, failure]).toEqual([lines.map(({ id }) => id), undefined]);
  expect(
    topic
      .find()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(taken);
  expect(topic.find("code:line-refused")).toMatchObject([
    {
      id: line(0).id,
      time: "2026-11-18T11:06:40.000Z",
      text: expect.stringContaining("InvalidParameter.Content") as string,
    },
  ]);
});

it("stops at a refusal that is of every content", async () => {
  fault({ kind: "error", code: "InvalidParameter.Content" }, { times: 0 });
  const { taken, failure } = await log().send(linesOf(256), soon());
  expect([taken, failure?.code]).toEqual([[], "InvalidParameter.Content"]);
  expect(uploads().length).toBeLessThanOrEqual(11);
});

it("ends at its last moment if CLS hangs, and begins nothing after it", async () => {
  fault({ kind: "hang" }, { times: 0 });
  const from = Date.now();
  const { taken, failure } = await log().send(linesOf(1), from + 300);
  expect([taken, failure?.code]).toEqual([[], "Timeout"]);
  expect(Date.now() - from).toBeLessThan(2_000);
  const count = uploads().length;
  expect((await log().send(linesOf(1), Date.now() - 1)).failure).toBeDefined();
  expect(uploads()).toHaveLength(count);
});

it("ends with the run", async () => {
  fault({ kind: "hang" }, { times: 0 });
  const stop = new AbortController();
  const sending = log(topic.topicId, stop.signal).send(linesOf(1), soon());
  await expect.poll(() => world.requests.length + [...world.logTopics].length).toBeGreaterThan(0);
  stop.abort();
  expect(await sending).toMatchObject({ taken: [], failure: { code: "Aborted" } });
});
