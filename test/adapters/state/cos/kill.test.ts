// A process that is killed at any request of its saves: the state stays readable, and nothing that was told saved is lost.
import { expect, it } from "vitest";
import type { State } from "../../../../lib/model/ports.ts";
import { copiesOf, saveCopy } from "../../../support/records.ts";
import { A, accountRecord, copyOf, entry, key, run } from "../samples.ts";
import { type Exchange, type LocalBucket, localBucket } from "./cos-place.ts";

/** The transport of a process that dies at its nth request: before the request has an effect, or after it. */
function dying(nth: number, when: "before" | "after") {
  let count = 0;
  let die = () => {};
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  const forEver = async () => {
    die();
    return await new Promise<never>(() => {});
  };
  const through =
    (exchange: Exchange): Exchange =>
    async (request) => {
      count += 1;
      if (count > nth || (count === nth && when === "before")) return await forEver();
      const answer = await exchange(request);
      return count === nth ? await forEver() : answer;
    };
  return { through, count: () => count, dead };
}

/** What a process does, with all kinds of requests; pushes what it was told. */
async function work(bucket: LocalBucket, state: State, told: string[]): Promise<void> {
  await state.save(A, {
    record: accountRecord(),
    entries: Array.from({ length: 250 }, (_, n) => entry(n, `old ${n}`)),
  });
  told.push("record");
  for (let n = 0; n < 3; n += 1) {
    await state.read(A, { all: true });
    const copy = copyOf({ key: { ...key, rootId: `img-${n}` } });
    const saved = await state.save(A, {
      copies: [{ copy, entries: [entry(1000 + n, `copy ${n}`)] }],
      run: run(`r${n}`, 1000 + n),
    });
    expect(saved.copies[0]).toBeDefined();
    told.push(`copy ${n}`);
    bucket.clock.now += 7 * 60_000;
  }
  await state.deleteHistoryBefore(A, 100);
  told.push("deleted");
  await state.forget(A);
  told.push("forgotten");
}

/** Checks the state against what the dead process was told; one more change may be stored. */
async function check(bucket: LocalBucket, told: readonly string[]): Promise<void> {
  const state = await bucket.open();
  const { copies, record } = await state.read(A, { all: true });
  const saved = told.filter((one) => one.startsWith("copy")).length;
  if (told.includes("forgotten")) expect(copies).toEqual([]);
  else if (!told.includes("deleted")) expect([saved, saved + 1]).toContain(copies.length);
  else expect([saved, 0]).toContain(copies.length);
  if (told.includes("record")) expect(record).toBeDefined();
  const lines = (await state.entries(A, 5000)).map(({ text }) => text);
  expect(new Set(lines).size).toBe(lines.length);
  for (const line of told.filter((one) => one.startsWith("copy"))) expect(lines).toContain(line);
  if (copies.length > 0) expect(lines.filter((line) => line.startsWith("copy"))).toHaveLength(copies.length);
  if (told.includes("record"))
    expect(lines.filter((line) => line.startsWith("old")).length).toBeGreaterThanOrEqual(150);
  expect((await state.runs(A, 10)).length).toBeGreaterThanOrEqual(saved);
  // It goes on.
  const next = await saveCopy(state, copyOf({ key: { ...key, rootId: "img-next" } }));
  expect(next).toBeDefined();
  expect((await copiesOf(await bucket.open(), A)).length).toBe(copies.length + 1);
}

it.each(["before", "after"] as const)("killed %s the effect of any request", async (when) => {
  const bucket = localBucket();
  const whole = dying(Number.POSITIVE_INFINITY, when);
  await work(bucket, await bucket.open({ through: whole.through }), []);
  expect(whole.count()).toBeGreaterThan(25);
  for (let nth = 2; nth <= whole.count(); nth += 1) {
    const struck = localBucket();
    const { through, dead } = dying(nth, when);
    const told: string[] = [];
    const working = work(struck, await struck.open({ through }), told);
    await Promise.race([working, dead]);
    await check(struck, told);
  }
});
