// Journal lines that leave the head before CLS has taken them: found, sent and marked where they lie.
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { State } from "../../../../lib/model/ports.ts";
import { seededRandom } from "../../../simulation/random.ts";
import { A, entry, run } from "../samples.ts";
import { type LocalBucket, localBucket, PLACE } from "./cos-place.ts";

const parts = (bucket: LocalBucket) => bucket.keys().filter((name) => name.includes("/history/"));

/** The newest head as it is stored. */
function headIn(bucket: LocalBucket) {
  const objects = bucket.world.buckets.get(PLACE.bucket)?.objects;
  const [newest = ""] = bucket.keys().filter((name) => /\/heads\/[^/]+\/\d{12}$/.test(name));
  const body = objects?.get(`${PLACE.prefix}/${newest}`)?.body ?? Buffer.alloc(0);
  return JSON.parse(gunzipSync(body).toString()) as {
    unsentPast: { object: string; left: string[] | null }[];
    lines: object[];
  };
}

/** Writes lines in several saves, so that older ones leave the head. */
async function write(state: State, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at += 50) {
    const entries = Array.from({ length: Math.min(50, from + count - at) }, (_, n) => entry(at + n, `${at + n}`));
    await state.save(A, { entries });
  }
}
const textsOf = (lines: Awaited<ReturnType<State["unsent"]>>) => lines.map((line) => Number(line.entry?.text));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

it("lines that wait in the history are named by the head, in a few bytes, and sent from there, oldest first", async () => {
  const bucket = localBucket();
  await write(await bucket.open(), 0, 2_000);
  expect(parts(bucket).length).toBeGreaterThan(5);
  const named = headIn(bucket).unsentPast;
  expect(named.map(({ left }) => left)).toEqual(parts(bucket).map(() => null));
  expect(JSON.stringify(named).length / named.length).toBeLessThan(200);

  const next = await bucket.open();
  expect((await next.read(A)).unsentSince).toBe(0);
  expect(textsOf(await next.unsent(A, 5_000))).toEqual(upTo(2_000));
  const first = await next.unsent(A, 500);
  expect(textsOf(first)).toEqual(upTo(500));
  await next.markSent(
    A,
    first.map(({ id }) => id),
  );
  expect((await next.read(A)).unsentSince).toBe(500);
  const rest = await (await bucket.open()).unsent(A, 5_000);
  expect(textsOf(rest)).toEqual(upTo(2_000).slice(500));
});

it("reads no object of the history that holds nothing to send", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  await write(state, 0, 1_000);
  const lines = await state.unsent(A, 5_000);
  await state.markSent(
    A,
    lines.map(({ id }) => id),
  );
  expect(headIn(bucket).unsentPast).toEqual([]);
  await write(state, 1_000, 1);
  bucket.requests();
  expect(textsOf(await state.unsent(A, 10))).toEqual([1_000]);
  expect(bucket.requests()).toEqual(["GetObject", "GetObject"]);
  // What is sent before it leaves the head is never named.
  await write(state, 2_000, 10);
  await state.markSent(
    A,
    (await state.unsent(A, 100)).map(({ id }) => id),
  );
  await write(state, 3_000, 400);
  expect((await state.unsent(A, 5_000)).map(({ at }) => at)).toEqual(upTo(400).map((n) => 3_000 + n));
});

it("an idle poll with nothing to send takes the same requests as before", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  await write(state, 0, 300);
  await state.read(A);
  bucket.clock.now += 60_000;
  bucket.requests();
  expect((await state.read(A, { dueBy: bucket.clock.now })).unsentSince).toBe(0);
  await state.save(A, { run: run("r", 1) });
  expect(bucket.requests()).toEqual(["GetObject", "GetObject", "PutObject"]);
});

it("lines that are sent while another process moves them are sent at most once more", async () => {
  const bucket = localBucket();
  const [writer, sender] = [await bucket.open(), await bucket.open()];
  await write(writer, 0, 190);
  const lines = await sender.unsent(A, 5_000);
  // They leave the head between the request to CLS and the mark.
  await write(writer, 1_000, 100);
  await sender.markSent(
    A,
    lines.map(({ id }) => id),
  );
  const again = await sender.unsent(A, 5_000);
  expect(textsOf(again).filter((text) => text >= 1_000)).toHaveLength(100);
  await sender.markSent(
    A,
    again.map(({ id }) => id),
  );
  expect([await sender.unsent(A, 10), headIn(bucket).unsentPast]).toEqual([[], []]);
});

it("an object of the history that is gone or damaged keeps no other line waiting, and is named no more", async () => {
  const bucket = localBucket();
  await write(await bucket.open(), 0, 1_000);
  const objects = bucket.world.buckets.get(PLACE.bucket)?.objects;
  const [gone = "", damaged = ""] = parts(bucket).map((name) => `${PLACE.prefix}/${name}`);
  objects?.delete(gone);
  const stored = objects?.get(damaged);
  if (stored) objects?.set(damaged, { ...stored, body: Buffer.from("damaged") });
  const state = await bucket.open();
  const lines = await state.unsent(A, 5_000);
  expect(lines.length).toBeGreaterThan(500);
  expect(headIn(bucket).unsentPast.map(({ object }) => object)).not.toContain(gone);
  await state.markSent(
    A,
    lines.map(({ id }) => id),
  );
  expect((await state.read(A)).unsentSince).toBeUndefined();
});

it("history that is deleted waits for nobody", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  await write(state, 0, 1_000);
  await state.deleteHistoryBefore(A, 930);
  expect((await state.unsent(A, 5_000)).map(({ at }) => at)).toEqual(upTo(1_000).slice(930));
  await state.deleteHistoryBefore(A, 10_000);
  expect([await state.unsent(A, 10), (await state.read(A)).unsentSince]).toEqual([[], undefined]);
  expect(headIn(bucket).unsentPast).toEqual([]);
});

it.each(upTo(12))("no line is lost where writers and senders alternate at every request (seed %i)", async (seed) => {
  const bucket = localBucket();
  const random = seededRandom(seed);
  const received = new Set<string>();
  const send = async (state: State) => {
    const lines = await state.unsent(A, random.between(1, 400));
    for (const line of lines) received.add(String(line.entry?.text));
    // Killed before the mark.
    if (random.roll(0.3)) return;
    await state.markSent(
      A,
      lines.map(({ id }) => id),
    );
  };
  const written: string[] = [];
  const writeAll = async (name: string) => {
    const state = await bucket.open();
    for (let n = 0; n < 12; n += 1) {
      const texts = Array.from({ length: random.between(1, 60) }, (_, more) => `${name} ${n} ${more}`);
      await state.save(A, { entries: texts.map((text) => entry(n * 1_000, text)) });
      written.push(...texts);
      if (random.roll(0.3)) await send(state);
    }
  };
  const sendAll = async () => {
    for (let n = 0; n < 10; n += 1) await send(await bucket.open());
  };
  await Promise.all([writeAll("a"), writeAll("b"), sendAll(), sendAll()]);
  const last = await bucket.open();
  while ((await last.read(A)).unsentSince !== undefined) await send(last);
  expect([...received].sort()).toEqual(written.sort());
});
