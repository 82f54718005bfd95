// Lists that are late or show what is gone, and objects that were deleted by hand.
import { describe, expect, it } from "vitest";
import { copiesOf, saveCopy } from "../../../support/records.ts";
import { A, copyOf, run } from "../samples.ts";
import { localBucket, PLACE } from "./cos-place.ts";

const MINUTE = 60_000;

describe("a list that shows new objects two minutes late", () => {
  it("costs requests, and never forks the chain", async () => {
    const bucket = localBucket({ switches: { cosListsNewAfterMs: 2 * MINUTE } });
    let last = (await saveCopy(await bucket.open(), copyOf({})))!;
    for (let n = 0; n < 30; n += 1) {
      bucket.clock.now += 20_000;
      const state = await bucket.open();
      expect(await copiesOf(state, A)).toStrictEqual([last]);
      const next = await saveCopy(state, { ...last, policy: `p${n}` });
      expect(next).toBeDefined();
      last = next!;
    }
  });
});

describe("a list that shows deleted objects for an hour", () => {
  it("does no harm, as heads of the same name are never made again", async () => {
    const bucket = localBucket({ switches: { cosListsDeletedForMs: 60 * MINUTE } });
    const state = await bucket.open();
    let last = (await saveCopy(state, copyOf({})))!;
    for (let n = 0; n < 20; n += 1) {
      bucket.clock.now += 7 * MINUTE;
      expect(await copiesOf(state, A)).toStrictEqual([last]);
      last = (await saveCopy(state, { ...last, policy: `p${n}` }))!;
      expect(await copiesOf(await bucket.open(), A)).toStrictEqual([last]);
    }
    expect(bucket.keys().filter((name) => /\d{12}$/.test(name)).length).toBeLessThan(5);
  });
});

it("a list that is an hour late is refused, and read again once before", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  let last = (await saveCopy(state, copyOf({})))!;
  const listed = await listing(bucket);
  for (let n = 0; n < 4; n += 1) {
    bucket.clock.now += 20 * MINUTE;
    await state.read(A, { all: true });
    last = (await saveCopy(state, { ...last, policy: `p${n}` }))!;
  }
  let lists = 0;
  const open = (late: number) => {
    lists = 0;
    return bucket.open({
      through: (exchange) => async (request) => {
        const answer = await exchange(request);
        return request.target.includes("max-keys") && ++lists <= late ? { ...answer, body: listed } : answer;
      },
    });
  };
  expect(await copiesOf(await open(1), A)).toStrictEqual([last]);
  await expect((await open(2)).read(A)).rejects.toThrow(/a list of objects that is many minutes old/);
  expect(lists).toBe(2);
  // An instance that knows a newer head than the list.
  const knows = await open(9);
  lists = 9;
  await knows.read(A);
  lists = 0;
  bucket.clock.now += 60 * MINUTE;
  await expect(knows.read(A)).rejects.toThrow(/many minutes old/);
});

/** The body of a list of the heads as they are now. */
async function listing(bucket: ReturnType<typeof localBucket>): Promise<Buffer> {
  let body: Buffer | undefined;
  const state = await bucket.open({
    through: (exchange) => async (request) => {
      const answer = await exchange(request);
      if (request.target.includes("max-keys")) body = answer.body;
      return answer;
    },
  });
  await state.read(A);
  return body!;
}

describe("objects that were deleted by hand", () => {
  it("all of them: the state is empty, with a new chain that no writer of the old one reaches", async () => {
    const bucket = localBucket();
    const old = await bucket.open();
    const first = (await saveCopy(old, copyOf({})))!;
    await old.save(A, { run: run("r1", 1) });
    bucket.world.buckets.get(PLACE.bucket)!.objects.clear();
    const state = await bucket.open();
    expect(await copiesOf(state, A)).toEqual([]);
    const anew = (await saveCopy(state, copyOf({ policy: "new" })))!;
    // Still in the run that began before: a claim in the old chain would keep nobody from claiming the copy.
    expect(await saveCopy(old, { ...first, policy: "late" })).toBeUndefined();
    expect(await saveCopy(old, copyOf({ policy: "late" }))).toBeUndefined();
    expect(await copiesOf(state, A)).toStrictEqual([anew]);
    // Its next run, a poll or a sweep.
    expect((await old.read(A, { regions: [anew.key.region] })).copies).toStrictEqual([anew]);
    expect(await copiesOf(old, A)).toStrictEqual([anew]);
    const next = await saveCopy(old, { ...anew, policy: "next" });
    expect(await copiesOf(state, A)).toStrictEqual([next]);
  });

  it("all of them, while a save is frozen: it is made in the new chain, or not at all", async () => {
    const bucket = localBucket();
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    let isStruck = false;
    const struck = await bucket.open({
      through: (exchange) => async (request) => {
        if (isStruck && request.method === "PUT") {
          isStruck = false;
          objects.clear();
          bucket.clock.now += 60 * MINUTE;
          const other = await bucket.open();
          for (let n = 0; n < 3; n += 1) await other.save(A, { run: run(`other ${n}`, n) });
        }
        return await exchange(request);
      },
    });
    const first = (await saveCopy(struck, copyOf({})))!;
    await struck.save(A, { run: run("before", 1) });
    isStruck = true;
    const saved = await struck.save(A, { copies: [{ copy: { ...first, policy: "late" } }], run: run("mine", 9) });
    expect(saved.copies).toEqual([undefined]);
    const reader = await bucket.open();
    expect(await copiesOf(reader, A)).toEqual([]);
    expect((await reader.runs(A, 9)).map(({ id }) => id)).toEqual(["mine", "other 2", "other 1", "other 0"]);
  });

  it("all of them, while the put of a claim is under way: the claim is not told to be saved", async () => {
    const bucket = localBucket();
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    let isStruck = false;
    const struck = await bucket.open({
      through: (exchange) => async (request) => {
        const answer = await exchange(request);
        if (isStruck && request.method === "PUT") objects.clear();
        isStruck &&= request.method !== "PUT";
        return answer;
      },
    });
    const first = (await saveCopy(struck, copyOf({})))!;
    isStruck = true;
    expect(await saveCopy(struck, { ...first, policy: "late" })).toBeUndefined();
    expect(await copiesOf(await bucket.open(), A)).toEqual([]);
  });

  it("a strange object among the heads is refused, as the newest head cannot be told", async () => {
    const bucket = localBucket();
    await saveCopy(await bucket.open(), copyOf({}));
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    const [name, object] = [...objects].find(([key]) => /\d{12}$/.test(key))!;
    objects.set(name.replace(/\d{12}$/, "!notes"), object);
    await expect((await bucket.open()).read(A)).rejects.toThrow(/!notes; delete all objects of the account/);
  });
});
