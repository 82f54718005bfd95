// Lost answers, errors of the server and contention: what was saved is told, and nothing is saved twice.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../../../emulator/api/faults.ts";
import type { Fault } from "../../../../emulator/settings/faults.ts";
import { LostAnswer } from "../../../../lib/adapters/state/cos/requests/client.ts";
import { httpTransport } from "../../../../lib/adapters/state/cos/requests/http.ts";
import { signRequest } from "../../../../lib/adapters/state/cos/requests/sign.ts";
import { StateError } from "../../../../lib/model/errors.ts";
import { copiesOf, saveCopy } from "../../../support/records.ts";
import { A, copyOf, entry, key } from "../samples.ts";
import { bucketOverHttp, CREDENTIALS, type LocalBucket, localBucket, PLACE } from "./cos-place.ts";

type Effect = Fault["effect"];

const fault = ({ world }: Pick<LocalBucket, "world">, action: string, effect: Effect, times = 1) =>
  addFault(world, { match: { service: "cos", action, times }, effect });

const LOST: [string, Effect][] = [
  ["before its effect", { kind: "drop-before" }],
  ["after its effect", { kind: "drop-after" }],
  ["by an error 503 before its effect", { kind: "http", status: 503 }],
  ["by an error 503 after its effect", { kind: "http", status: 503, after: true }],
  ["by SlowDown", { kind: "error", code: "SlowDown" }],
];

describe.each(LOST)("an answer that is lost %s", (_name, effect) => {
  it("to a put: the save is made once, and told so", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const first = (await saveCopy(state, copyOf({})))!;
    fault(bucket, "PutObject", effect);
    const { copies } = await state.save(A, {
      copies: [{ copy: { ...first, policy: "b" }, entries: [entry(1, "once")] }],
    });
    expect(copies[0]).toStrictEqual({ ...first, policy: "b", version: first.version + 1 });
    const reader = await bucket.open();
    expect(await copiesOf(reader, A)).toStrictEqual(copies);
    expect(await reader.entries(A, 5)).toHaveLength(1);
    expect(await saveCopy(state, copies[0]!)).toBeDefined();
  });

  it("to a create of the copy: another process may be first meanwhile, and then one is told", async () => {
    const bucket = localBucket();
    const [one, other] = [await bucket.open(), await bucket.open()];
    await one.save(A, { entries: [entry(1, "x")] });
    await other.read(A);
    fault(bucket, "PutObject", effect);
    const answers = await Promise.all([
      saveCopy(one, copyOf({ policy: "one" })),
      saveCopy(other, copyOf({ policy: "other" })),
    ]);
    const won = answers.filter((answer) => answer !== undefined);
    expect(won).toHaveLength(1);
    expect(await copiesOf(await bucket.open(), A)).toStrictEqual(won);
  });

  it("to the first put ever: there is one chain", async () => {
    for (let nth = 1; nth <= 4; nth += 1) {
      const bucket = localBucket();
      addFault(bucket.world, { match: { service: "cos", action: "PutObject", nth, times: 1 }, effect });
      const saved = await saveCopy(await bucket.open(), copyOf({}));
      expect(await copiesOf(await bucket.open(), A)).toStrictEqual([saved]);
    }
  });

  it.each(["GetBucketVersioning", "GetObject", "ListObjects"])("to %s: it is asked again", async (action) => {
    const bucket = localBucket();
    const saved = await saveCopy(await bucket.open(), copyOf({}));
    fault(bucket, action, effect, 2);
    expect(await copiesOf(await bucket.open(), A)).toStrictEqual([saved]);
  });
});

it("says that it is unknown whether a change was stored, and reads it later", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  const first = (await saveCopy(state, copyOf({})))!;
  fault(bucket, "PutObject", { kind: "drop-before" }, 0);
  await expect(saveCopy(state, { ...first, policy: "b" })).rejects.toThrow(
    /unknown whether the last change was stored/,
  );
  endFaults(bucket.world);
  expect(await copiesOf(state, A)).toStrictEqual([first]);
  expect(await saveCopy(state, { ...first, policy: "c" })).toBeDefined();
});

it("does not make a change again of which it is unknown whether it was made", async () => {
  const bucket = localBucket();
  let isCut = false;
  const state = await bucket.open({
    through: (exchange) => async (request) => {
      const answer = await exchange(request);
      if (!isCut || !/\/\d{12}$/.test(request.target) || request.method !== "PUT") return answer;
      // The answer is lost, and the instance thaws a day later: its head was replaced and deleted.
      isCut = false;
      const other = await bucket.open();
      for (let n = 0; n < 3; n += 1) {
        bucket.clock.now += 3_600_000;
        await other.read(A, { all: true });
        await other.save(A, { entries: [entry(n, "other")] });
      }
      throw new LostAnswer("no answer within 10 s");
    },
  });
  const first = (await saveCopy(state, copyOf({})))!;
  isCut = true;
  const save = state.save(A, { copies: [{ copy: { ...first, policy: "b" } }], entries: [entry(9, "mine")] });
  await expect(save).rejects.toThrow(/unknown whether the last change was stored/);
  const [copy] = await copiesOf(state, A);
  expect(copy).toMatchObject({ policy: "b", version: first.version + 1 });
  expect((await state.entries(A, 9)).filter(({ text }) => text === "mine")).toHaveLength(1);
});

it("gives up after twelve rounds against processes that are always first, and saves nothing", async () => {
  const bucket = localBucket();
  const other = await bucket.open();
  const first = (await saveCopy(other, copyOf({})))!;
  let puts = 0;
  const state = await bucket.open({
    through: (exchange) => async (request) => {
      if (request.method === "PUT") {
        puts += 1;
        await other.save(A, { entries: [entry(puts, "other")] });
      }
      return await exchange(request);
    },
  });
  await expect(saveCopy(state, { ...first, policy: "b" })).rejects.toThrow(/changed by other processes 12 times/);
  expect(puts).toBe(12);
  expect(await copiesOf(other, A)).toStrictEqual([first]);
});

it("over HTTP, waits for an answer for a limited time, and reads no half of one", async () => {
  const { world, url, remove } = await bucketOverHttp();
  fault({ world }, "GetBucketVersioning", { kind: "hang" });
  const transport = httpTransport(new URL(url), 300);
  const request = { method: "GET", path: "/", params: { versioning: "" }, headers: {} } as const;
  const signed = signRequest(PLACE, request, CREDENTIALS, { from: Date.now() - 5000, until: Date.now() + 5000 });
  const began = performance.now();
  await expect(transport.exchange(signed)).rejects.toThrow(new LostAnswer("no answer within 0.3 s"));
  expect(performance.now() - began).toBeLessThan(2000);
  expect((await transport.exchange(signed)).status).toBe(200);
  const half = createServer((_, answer) => {
    answer.writeHead(200, { "content-length": "100", date: new Date().toUTCString() });
    answer.write("half");
    setTimeout(() => answer.destroy(), 20);
  });
  await new Promise<void>((done) => half.listen(0, "127.0.0.1", done));
  const other = httpTransport(new URL(`http://127.0.0.1:${(half.address() as AddressInfo).port}`), 1000);
  await expect(other.exchange(signed)).rejects.toThrow(LostAnswer);
  for (const one of [transport, other]) one.close();
  half.close();
  await remove();
});

it("over HTTP, tells no secret", async () => {
  const { world, open, remove } = await bucketOverHttp();
  fault({ world }, "GetBucketVersioning", { kind: "drop-before" }, 0);
  const error = await open().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StateError);
  expect(String(error)).toMatch(/cos:\/\/state-1250000001\/replicator\/lab cannot be reached \(ECONNRESET\)/);
  endFaults(world);
  const refused = await open({ credentials: async () => ({ secretId: "AKIDwrong", secretKey: "hidden-key" }) }).catch(
    String,
  );
  expect(refused).toMatch(/refuses the access \(\w+\)/);
  expect(refused).not.toMatch(/AKIDwrong|hidden-key/);
  const broken = await open({
    credentials: async () => ({ secretId: "AKIDx", secretKey: "hidden-key", token: "hidden\ntoken" }),
  }).catch(String);
  expect(broken).toContain("cannot be reached");
  expect(broken).not.toContain("hidden");
  await remove();
});

it("two instances that write at once over HTTP lose nothing", async () => {
  const { open, remove } = await bucketOverHttp();
  const states = [await open(), await open()];
  const save = async (n: number) => {
    const copy = copyOf({ key: { ...key, rootId: `img-${n}` } });
    expect(
      (await states[n % 2]!.save(A, { copies: [{ copy, entries: [entry(n, `e${n}`)] }] })).copies[0],
    ).toBeDefined();
  };
  for (let n = 0; n < 20; n += 4) await Promise.all([save(n), save(n + 1), save(n + 2), save(n + 3)]);
  for (const state of states) {
    expect(await copiesOf(state, A)).toHaveLength(20);
    expect(await state.entries(A, 50)).toHaveLength(20);
    await state.close();
  }
  await remove();
});
