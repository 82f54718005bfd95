// Runs and journal lines that left the head: each is read once, whatever happened while it was moved.
import { describe, expect, it } from "vitest";
import { LostAnswer } from "../../../../lib/adapters/state/cos/requests/client.ts";
import type { State } from "../../../../lib/model/ports.ts";
import { A, copyOf, entry, key, run } from "../samples.ts";
import { localBucket, PLACE } from "./cos-place.ts";

const parts = (bucket: ReturnType<typeof localBucket>) => bucket.keys().filter((name) => name.includes("/history/"));

/** Saves `count` runs with three lines each, from a time on; run n starts at `from + 10 n`. */
async function live(state: State, count: number, from = 0, pause = 0): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const at = from + 10 * n;
    const entries = [0, 1, 2].map((more) => entry(at + more, `${at + more}`));
    await state.save(A, { run: run(`r${at}`, at), entries });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const times = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + 10 * n).reverse();

describe("a history of many runs", () => {
  it("is read newest first, from the head and from the objects, each line once", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await live(state, 300);
    expect(parts(bucket).length).toBeGreaterThan(3);
    for (const reader of [state, await bucket.open(), await bucket.open({ readOnly: true })]) {
      for (const limit of [1, 19, 21, 150, 500]) {
        expect((await reader.runs(A, limit)).map(({ startedAt }) => startedAt)).toEqual(times(0, 300).slice(0, limit));
      }
      const lines = times(0, 300).flatMap((at) => [at + 2, at + 1, at]);
      for (const limit of [1, 49, 51, 400, 5000]) {
        expect((await reader.entries(A, limit)).map(({ at }) => at)).toEqual(lines.slice(0, limit));
      }
    }
  });

  it("is in the order of its times, also where an object has older lines than a later one", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    const save = (...times: number[]) => state.save(A, { entries: times.map((at) => entry(at, `${at}`)) });
    const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);
    await save(...range(5000, 150), ...range(0, 150));
    await save(...range(1000, 300));
    await save(6000);
    expect(parts(bucket)).toHaveLength(2);
    const expected = [6000, ...range(5000, 150).reverse(), ...range(1000, 300).reverse(), ...range(0, 150).reverse()];
    for (const limit of [100, 200, 400, 500, 700]) {
      expect((await state.entries(A, limit)).map(({ at }) => at)).toEqual(expected.slice(0, limit));
    }
  });

  it("costs a look at the latest runs no list", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await live(state, 100);
    bucket.requests();
    await state.runs(A, 10);
    await state.entries(A, 30);
    expect(bucket.requests()).toEqual(["GetObject", "GetObject", "GetObject", "GetObject"]);
  });

  it("is kept where two instances move it at once, or one is killed in between", async () => {
    const bucket = localBucket();
    let killed = false;
    const dying = await bucket.open({
      through: (exchange) => async (request) => {
        if (killed) throw new Error("killed");
        const answer = await exchange(request);
        killed = request.target.includes("/history/") && request.method === "PUT";
        return answer;
      },
    });
    await expect(live(dying, 60)).rejects.toThrow("killed");
    expect(parts(bucket)).toHaveLength(1);
    const before = await (await bucket.open()).runs(A, 100);
    const [one, other] = [await bucket.open(), await bucket.open()];
    // A writer without a pause would always be first.
    await Promise.all([live(one, 60, 10_000, 10), live(other, 60, 20_005, 15)]);
    const reader = await bucket.open();
    expect((await reader.runs(A, 500)).map(({ id }) => id).sort()).toEqual(
      [
        ...before.map(({ id }) => id),
        ...times(10_000, 60).map((at) => `r${at}`),
        ...times(20_005, 60).map((at) => `r${at}`),
      ].sort(),
    );
    const lines = await reader.entries(A, 5000);
    expect(lines).toHaveLength(3 * (before.length + 120));
    expect(new Set(lines.map(({ at, text }) => `${at} ${text}`)).size).toBe(lines.length);
  });

  it("stays in the head where it cannot be moved", async () => {
    const bucket = localBucket();
    const state = await bucket.open({
      through: (exchange) => async (request) => {
        if (request.target.includes("/history/") && request.method === "PUT") throw new LostAnswer("no answer");
        return await exchange(request);
      },
    });
    await live(state, 100);
    expect(parts(bucket)).toEqual([]);
    expect(await state.entries(A, 5000)).toHaveLength(300);
    const next = await bucket.open();
    await live(next, 1, 5000);
    expect(parts(bucket)).toHaveLength(1);
    expect(await next.entries(A, 5000)).toHaveLength(303);
  });

  it("holds no line of a save that was lost to another process", async () => {
    const bucket = localBucket();
    const [one, other] = [await bucket.open(), await bucket.open()];
    const first = (await one.save(A, { copies: [{ copy: copyOf({}) }] })).copies[0]!;
    await live(one, 70);
    await other.read(A);
    await one.save(A, { copies: [{ copy: { ...first, policy: "one" } }] });
    const lost = await other.save(A, { copies: [{ copy: first, entries: [entry(1, "lost")] }] });
    expect(lost.copies).toEqual([undefined]);
    expect(parts(bucket).length).toBeGreaterThan(0);
    expect((await one.entries(A, 5000)).filter(({ text }) => text === "lost")).toEqual([]);
  });

  it("tells a run as it was last saved, also after it left the head", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await live(state, 100);
    await state.save(A, { run: { ...run("r0", 0), endedAt: 50, failures: 7 } });
    await live(state, 100, 5000);
    const runs = await state.runs(A, 500);
    expect(runs).toHaveLength(200);
    expect(runs.at(-1)).toMatchObject({ id: "r0", failures: 7 });
  });

  it("finds the lines of an image in all of it", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await state.save(A, { entries: [entry(1, "send", { key })] });
    await live(state, 100, 100);
    await state.save(A, {
      entries: [entry(9000, "found", { key, image: { region: key.region, imageId: "img-copy" } })],
    });
    expect((await state.entries(A, 5, "img-copy")).map(({ text }) => text)).toEqual(["found", "send"]);
  });
});

describe("deleteHistoryBefore", () => {
  it("deletes whole objects, and hides the older part of the others", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await live(state, 300);
    const before = parts(bucket).length;
    await state.deleteHistoryBefore(A, 1500);
    expect(parts(bucket).length).toBeLessThan(before - 1);
    const reader = await bucket.open();
    expect((await reader.runs(A, 500)).map(({ startedAt }) => startedAt)).toEqual(times(1500, 150));
    expect(await reader.entries(A, 5000)).toHaveLength(450);
    await state.deleteHistoryBefore(A, 9000);
    expect(parts(bucket)).toEqual([]);
    expect(await reader.runs(A, 500)).toEqual([]);
    expect(await reader.entries(A, 500)).toEqual([]);
  });

  it.each([0, 3_600_000])(
    "deletes more objects than one request can name, where lists show them for %i ms",
    async (ms) => {
      const bucket = localBucket({ switches: { cosListsDeletedForMs: ms } });
      const state = await bucket.open();
      await live(state, 70);
      const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
      const [name, object] = [...objects].find(([one]) => one.includes("/history/"))!;
      for (let n = 0; n < 1100; n += 1) objects.set(`${name}${n}`, object);
      await state.deleteHistoryBefore(A, 9000);
      expect(parts(bucket)).toEqual([]);
    },
  );

  it("does nothing to an account without a record", async () => {
    const bucket = localBucket();
    await (await bucket.open()).deleteHistoryBefore(A, 9000);
    expect(bucket.keys()).toEqual([]);
  });

  it("names a damaged object, on which nothing depends", async () => {
    const bucket = localBucket();
    const state = await bucket.open();
    await live(state, 100);
    const { objects } = bucket.world.buckets.get(PLACE.bucket)!;
    const [name, object] = [...objects].find(([one]) => one.includes("/history/"))!;
    objects.set(name, { ...object, body: Buffer.from("x") });
    await expect(state.runs(A, 500)).rejects.toThrow(/history\/\S+; delete the object: it is history/);
    await state.read(A, { all: true });
  });
});
