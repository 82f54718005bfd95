// What the state in COS refuses: versioning, a header without effect, no access, damage, too many records.
import { describe, expect, it } from "vitest";
import { StateError } from "../../../../lib/model/errors.ts";
import type { Copy } from "../../../../lib/model/types.ts";
import { copiesOf, recordOf, saveCopy, saveRecord } from "../../../support/records.ts";
import { A, accountRecord, copyOf, entry, key, run } from "../samples.ts";
import { localBucket, PLACE } from "./cos-place.ts";

describe.each(["Enabled", "Suspended"] as const)("versioning that is %s", (versioning) => {
  it("is refused at open, with the way out", async () => {
    const bucket = localBucket();
    bucket.world.buckets.get(PLACE.bucket)!.versioning = versioning;
    await expect(bucket.open()).rejects.toThrow(
      new RegExp(`the state cos://\\S+ is in a bucket with versioning \\(${versioning}\\).*create another bucket`),
    );
  });

  it("is refused from the first save after a sweep on, and not asked for in a poll", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const first = (await saveCopy(state, copyOf({})))!;
    bucket.world.buckets.get(PLACE.bucket)!.versioning = versioning;
    await state.read(A, { dueBy: 5 });
    const second = (await saveCopy(state, first))!;
    await state.read(A, { all: true });
    for (let times = 0; times < 3; times += 1) {
      await expect(saveCopy(state, second)).rejects.toThrow(/bucket with versioning/);
    }
  });
});

describe("a header that has no effect", () => {
  it("is refused before the first head is written", async () => {
    const bucket = localBucket({ switches: { cosForbidOverwrite: "ignored" } });
    await expect(saveCopy(await bucket.open(), copyOf({}))).rejects.toThrow(/lets an existing object be overwritten/);
    expect(bucket.keys()).toEqual([`${A}/check`]);
  });

  it("is refused at the first save after a sweep", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const first = (await saveCopy(state, copyOf({})))!;
    bucket.world.switches.cosForbidOverwrite = "ignored";
    await state.read(A, { all: true });
    for (let times = 0; times < 3; times += 1) {
      await expect(saveCopy(state, first)).rejects.toThrow(/lets an existing object be overwritten/);
    }
  });
});

describe("without access", () => {
  it("says that the bucket does not exist, or that the key may not read it", async () => {
    const bucket = localBucket();
    bucket.world.buckets.clear();
    await expect(bucket.open()).rejects.toThrow(
      /there is no bucket \S+-1250000001 in ap-guangzhou; correct the bucket/,
    );
    const other = localBucket();
    const [, account] = other.world.config.accounts;
    const { secretId, secretKey } = account!;
    await expect(other.open({ credentials: async () => ({ secretId, secretKey }) })).rejects.toThrow(
      /refuses the access \(AccessDenied\) \(RequestId [^)]+\); allow this user or role/,
    );
  });
});

it("without permission to delete, says so in the first save after a sweep", async () => {
  const bucket = localBucket();
  const denied =
    "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>m</Message></Error></DeleteResult>";
  const state = await bucket.open({
    through: (exchange) => async (request) => {
      const answer = await exchange(request);
      return request.method === "POST" ? { ...answer, body: Buffer.from(denied) } : answer;
    },
  });
  for (let n = 0; n < 3; n += 1) {
    await state.save(A, { run: run(`r${n}`, n) });
    bucket.clock.now += 3_600_000;
  }
  await state.read(A, { all: true });
  await expect(state.save(A, { run: run("sweep", 9) })).rejects.toThrow(/refuses the access \(AccessDenied\); allow/);
});

describe("a damaged head", () => {
  const damage = (bucket: ReturnType<typeof localBucket>, body: string) => {
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    const name = [...objects.keys()].filter((one) => /\d{12}$/.test(one)).sort()[0]!;
    objects.set(name, { ...objects.get(name)!, body: Buffer.from(body) });
  };

  it("is refused by name, and forget replaces it", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const old = (await saveCopy(state, copyOf({})))!;
    await state.save(A, { entries: Array.from({ length: 300 }, (_, n) => entry(n, `e${n}`)) });
    await state.save(A, { run: run("r1", 1) });
    damage(bucket, "not gzip");
    const next = await bucket.open();
    const error = await next.read(A).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StateError);
    expect((error as StateError).damaged).toBe(true);
    expect(String(error)).toMatch(
      /replicator\/lab\/100000000001\/heads\/\w+\/999999999996; run `cvm-replicator rebuild`/,
    );
    await expect(saveCopy(next, copyOf({}))).rejects.toThrow(/cannot have written as it is/);
    await next.forget(A);
    expect(await copiesOf(next, A)).toEqual([]);
    expect(await saveCopy(next, { ...old, policy: "late" })).toBeUndefined();
    expect(await saveCopy(next, copyOf({}))).toBeDefined();
    // What had gone to the history before is still there.
    expect((await next.entries(A, 500)).length).toBe(250);
  });

  it("of a program two versions newer is not taken for damaged, and not forgotten", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await saveCopy(state, copyOf({}));
    const { gzipSync } = await import("node:zlib");
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    const name = [...objects.keys()].find((one) => /\d{12}$/.test(one))!;
    objects.set(name, { ...objects.get(name)!, body: gzipSync('{"format":3}') });
    const next = await bucket.open();
    await expect(next.read(A)).rejects.toThrow(/newer version of this program/);
    await expect(next.forget(A)).rejects.toThrow(/newer version of this program/);
  });

  it("of a program one version newer is used, and keeps its form and what this program does not know", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await saveCopy(state, copyOf({ policy: "first" }));
    const { gunzipSync, gzipSync } = await import("node:zlib");
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    const last = () => [...objects.keys()].filter((one) => /\d{12}$/.test(one)).sort()[0]!;
    const contentOf = (name: string) => JSON.parse(gunzipSync(objects.get(name)!.body).toString()) as object;
    const newer = { ...contentOf(last()), format: 2, ofNewer: [1] };
    objects.set(last(), { ...objects.get(last())!, body: gzipSync(JSON.stringify(newer)) });
    const next = await bucket.open();
    const [copy] = await copiesOf(next, A);
    expect(copy?.policy).toBe("first");
    expect(await saveCopy(next, { ...copy!, policy: "second" })).toBeDefined();
    expect(contentOf(last())).toMatchObject({ format: 2, ofNewer: [1] });
    expect(await copiesOf(next, A)).toMatchObject([{ policy: "second" }]);
  });

  it("with one damaged record: that record is named, and the others are read and saved", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const { copies } = await state.save(A, {
      copies: [copyOf({}), copyOf({ key: { ...key, rootId: "img-other", region: "ap-tokyo" } })].map((copy) => ({
        copy,
      })),
    });
    const bad = { ...copies[0]!, attempts: "many" } as unknown as Copy;
    const damaged = (await saveCopy(state, bad))!;
    await expect(state.read(A, { all: true })).rejects.toThrow(/damaged record, copy of .* in ap-shanghai.*"attempts"/);
    expect((await state.read(A, { regions: ["ap-tokyo"] })).copies).toHaveLength(1);
    expect(await saveCopy(state, { ...damaged, attempts: 1 })).toBeDefined();
    expect(await copiesOf(state, A)).toHaveLength(2);
  });

  it("forgets a damaged record of the account, and keeps a sound one", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const sound = (await saveRecord(state, accountRecord()))!;
    await state.forget(A);
    expect(await recordOf(state, A)).toStrictEqual(sound);
    await saveRecord(state, { ...sound, installations: [] } as never);
    await expect(state.read(A)).rejects.toThrow(/damaged record, account/);
    await state.forget(A);
    expect(await recordOf(state, A)).toBeUndefined();
  });
});

it("refuses more records than one object is meant for, and saves nothing of them", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  const first = (await saveCopy(state, copyOf({})))!;
  const large = { ...first, policy: "x".repeat(51_000_000) };
  await expect(saveCopy(state, large)).rejects.toThrow(/would have 52 MB .* 50 MB is the limit; use a server/);
  expect(await copiesOf(state, A)).toStrictEqual([first]);
});

it("works with a clock that is an hour wrong, and while the clock of COS is", async () => {
  for (const skew of [-3_600_000, 3_600_000]) {
    for (const cosClockSkewMs of [0, 120_000, -120_000]) {
      const bucket = localBucket({ switches: { cosClockSkewMs } });
      const surroundings = { now: () => bucket.clock.now + skew, pause: async () => {}, random: () => 0 };
      const state = await bucket.open({ surroundings });
      let last = (await saveCopy(state, copyOf({})))!;
      for (let n = 0; n < 5; n += 1) {
        bucket.clock.now += 90_000;
        await state.read(A, { all: true });
        last = (await saveCopy(state, last))!;
        expect(await copiesOf(await bucket.open({ surroundings }), A)).toStrictEqual([last]);
      }
    }
  }
});
