// How many requests the state in COS takes: the same with ten copies and with 5,000.
import { describe, expect, it } from "vitest";
import type { Copy } from "../../../../lib/model/types.ts";
import { A, accountRecord, copyOf, entry, everyArm, key, run } from "../samples.ts";
import { type LocalBucket, localBucket } from "./cos-place.ts";

const settled = { ...everyArm.find(({ phase }) => phase === "ready")!, missingSince: undefined };

async function fill(bucket: LocalBucket, count: number): Promise<void> {
  const state = await bucket.open();
  const copies = Array.from({ length: count }, (_unused, n) => ({
    copy: { ...settled, key: { ...key, rootId: `img-${n}` } } as Copy,
  }));
  await state.save(A, { copies, record: accountRecord() });
  await state.close();
  bucket.clock.now += 3_600_000;
  bucket.requests();
}

describe.each([10, 1000, 5000])("with %i copies", (count) => {
  it("an idle poll takes 6 requests in a new instance and 4 in a warm one, a phase 2", async () => {
    const bucket = localBucket();
    await fill(bucket, count);
    const state = await bucket.open();
    const poll = async () => {
      const { record } = await state.read(A, { dueBy: bucket.clock.now });
      const now = bucket.clock.now;
      const saved = await state.save(A, { record: { ...record!, heartbeatAt: now }, run: run(`r${now}`, now) });
      expect(saved.record).toBeDefined();
      return bucket.requests();
    };
    expect(await poll()).toEqual([
      "GetBucketVersioning",
      "GetObject",
      "ListObjects",
      "GetObject",
      "GetObject",
      "PutObject",
    ]);
    bucket.clock.now += 60_000;
    expect(await poll()).toEqual(["GetObject", "GetObject", "PutObject"]);
    // Too long after the last one for its head to be trusted.
    bucket.clock.now += 15 * 60_000;
    expect(await poll()).toEqual(["GetObject", "ListObjects", "GetObject", "PutObject"]);

    const { copies } = await state.read(A, { images: [{ region: key.rootRegion, imageId: "img-1" }] });
    bucket.requests();
    bucket.clock.now += 30_000;
    const phase = await state.save(A, { copies: [{ copy: copies[0]!, entries: [entry(1, "claimed")] }] });
    expect(phase.copies[0]).toBeDefined();
    expect(bucket.requests()).toEqual(["PutObject", "GetObject"]);
    // A phase that begins so long after the reading that a signature would have ended.
    bucket.clock.now += 150_000;
    await state.save(A, { copies: [{ copy: phase.copies[0]! }] });
    expect(bucket.requests()).toEqual(["GetObject", "PutObject", "GetObject"]);
  });
});

it("saves that wait at the same time are one request", async () => {
  const bucket = localBucket();
  await fill(bucket, 1);
  const state = await bucket.open();
  await state.read(A);
  bucket.requests();
  const saves = Array.from({ length: 20 }, (_unused, n) =>
    state.save(A, { copies: [{ copy: copyOf({ key: { ...key, rootId: `img-new-${n}` } }) }] }),
  );
  expect((await Promise.all(saves)).every(({ copies }) => copies[0])).toBe(true);
  expect(bucket.requests()).toEqual(["PutObject", "GetObject"]);
});

it("a sweep deletes the heads that were replaced long ago, in one request, and a poll deletes none", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  const heads = () => bucket.keys().filter((name) => /\d{12}$/.test(name)).length;
  for (let n = 0; n < 5; n += 1) {
    await state.save(A, { run: run(`r${n}`, n) });
    bucket.clock.now += 60_000;
  }
  bucket.clock.now += 11 * 60_000;
  await state.read(A, { dueBy: 1 });
  await state.save(A, { run: run("poll", 5) });
  expect(heads()).toBe(6);
  bucket.requests();
  await state.read(A, { all: true });
  expect(bucket.requests()).toEqual(["GetObject", "ListObjects", "GetObject"]);
  await state.save(A, { run: run("sweep", 6) });
  expect(bucket.requests()).toEqual(["GetBucketVersioning", "PutObject", "DeleteObjects", "PutObject"]);
  // The newest, the two before it, whose successors are new, and none of the first four.
  expect(heads()).toBe(3);
  expect(await state.runs(A, 10)).toHaveLength(7);
});

it("opened to be read only, it puts and deletes nothing, and refuses to save", async () => {
  const bucket = localBucket();
  const reader = await bucket.open({ readOnly: true });
  expect(await reader.read(A, { all: true })).toEqual({ record: undefined, awaited: [], copies: [], totals: {} });
  expect(bucket.requests()).toEqual(["GetObject"]);
  await fill(bucket, 2);
  expect((await reader.read(A, { all: true })).copies).toHaveLength(2);
  expect(await reader.runs(A, 5)).toEqual([]);
  expect(new Set(bucket.requests())).toEqual(new Set(["GetObject", "ListObjects"]));
  await expect(reader.save(A, { run: run("r", 1) })).rejects.toThrow("opened to be read");
  await expect(reader.forget(A)).rejects.toThrow("opened to be read");
  await expect(reader.deleteHistoryBefore(A, 5)).rejects.toThrow("opened to be read");
  expect(bucket.requests()).toEqual([]);
});
