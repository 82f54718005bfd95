// The ledger: what is saved together, when a noted outcome is saved, and what other journals hear.
import { beforeEach, describe, expect, it } from "vitest";
import { openLedger } from "../../lib/apply/ledger.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { CopyChange } from "../../lib/model/ports.ts";
import type { Copy, JournalEntry } from "../../lib/model/types.ts";
import { ACCOUNT, copy, keyOf, NOW } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copiesOf, saveCopy } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";

const SECOND = 1_000;

let now = NOW;
let watch: Watched;
let heard: JournalEntry[];
/** What became of each copy: whether it was stored. */
let fates: [string, boolean][];
const ledger = (carried?: JournalEntry[]) =>
  openLedger(ACCOUNT, {
    carried,
    state: watch.state,
    journal: { append: async (entries) => void heard.push(...entries) },
    now: () => now,
    saved: (change, stored) => void fates.push([change.copy.key.rootId, stored !== undefined]),
  });
beforeEach(() => {
  now = NOW;
  heard = [];
  fates = [];
  watch = watched(memoryState());
});

const entry = (text: string): JournalEntry => {
  return { at: now, runId: "run", account: ACCOUNT, level: "info", event: "refreshed", text: storedText(text) };
};
/** A new copy of the n-th source, with one entry. */
const change = (n: number, fields: Partial<Copy> = {}): CopyChange => {
  const key = keyOf("ap-shanghai", { region: "ap-guangzhou", imageId: `img-${n}` });
  const reason = { code: "new", text: storedText("new") };
  const one = copy<"waiting">("ap-shanghai", { phase: "waiting", reason }, { key, version: 0 });
  return { copy: { ...one, ...fields } as Copy, entries: [entry(`copy ${n}`)] };
};
const changes = (count: number) => Array.from({ length: count }, (_, n) => change(n));
const stored = async () => (await watch.state.entries(ACCOUNT, 1_000)).map(({ text }) => String(text)).sort();
const heardTexts = () => heard.map(({ text }) => String(text)).sort();

describe("what is decided together", () => {
  it("is one save, with the entries of the copies and the others", async () => {
    const answer = await ledger().save(changes(300), [entry("alone")]);
    expect(watch.saves).toHaveLength(1);
    expect(answer.filter((one) => one === undefined)).toEqual([]);
    expect(await copiesOf(watch.state, ACCOUNT)).toHaveLength(300);
    expect(await stored()).toHaveLength(301);
    expect(heardTexts()).toEqual(await stored());
  });

  it("is several saves if it is very much: each copy and each entry once", async () => {
    const answer = await ledger().save(changes(301), [entry("alone")]);
    expect(watch.saves.map(({ copies = [], entries = [] }) => [copies.length, entries.length])).toEqual([
      [300, 1],
      [1, 0],
    ]);
    expect(answer.map((one) => one?.key.rootId)).toEqual(changes(301).map((one) => one.copy.key.rootId));
    expect(await stored()).toHaveLength(302);
  });

  it("writes an entry only if its copy was stored, also to the other journals", async () => {
    await saveCopy(watch.state, change(1).copy);
    const answer = await ledger().save(changes(3), [entry("alone")]);
    expect(answer.map((one) => one !== undefined)).toEqual([true, false, true]);
    expect(fates).toEqual([
      ["img-0", true],
      ["img-1", false],
      ["img-2", true],
    ]);
    expect(await stored()).toEqual(["alone", "copy 0", "copy 2"]);
    expect(heardTexts()).toEqual(["alone", "copy 0", "copy 2"]);
  });

  it("is no save if it is nothing", async () => {
    expect(await ledger().save([])).toEqual([]);
    await ledger().flush();
    expect([watch.saves, heard]).toEqual([[], []]);
  });

  it("reaches no other journal if the state fails", async () => {
    const failing = watched(memoryState(), () => Promise.reject(new Error("the state is away")));
    watch = failing;
    await expect(ledger().save(changes(1), [entry("alone")])).rejects.toThrow("the state is away");
    expect(heard).toEqual([]);
  });
});

describe("an entry that is carried through a run", () => {
  it("costs no save of its own, and goes with the next one, also that of a later plan", async () => {
    const carried: JournalEntry[] = [];
    const first = ledger(carried);
    await first.note({ entry: entry("tagged") });
    await first.flush();
    expect(watch.saves).toEqual([]);
    const second = ledger(carried);
    expect(await second.save([])).toEqual([]);
    await second.save(changes(1));
    expect(watch.saves).toHaveLength(1);
    expect(await stored()).toEqual(["copy 0", "tagged"]);
    await second.note({ entry: entry("modified") });
    await second.note({ change: change(1) });
    await second.flush();
    expect(watch.saves).toHaveLength(2);
    expect(carried).toEqual([]);
    expect(heardTexts()).toEqual(["copy 0", "copy 1", "modified", "tagged"]);
  });

  it("waits no longer than others while outcomes are noted", async () => {
    const carried: JournalEntry[] = [];
    const book = ledger(carried);
    await book.note({ entry: entry("first") });
    now += 5 * SECOND;
    await book.note({ entry: entry("second") });
    expect(await stored()).toEqual(["first", "second"]);
  });
});

describe("an outcome that is noted", () => {
  it("is saved with the others when all are, once", async () => {
    const book = ledger();
    for (const one of changes(3)) await book.note({ change: one });
    await book.note({ entry: entry("alone") });
    expect(watch.saves).toEqual([]);
    await book.flush();
    await book.flush();
    expect(watch.saves).toHaveLength(1);
    expect(await stored()).toEqual(["alone", "copy 0", "copy 1", "copy 2"]);
  });

  it("waits for 5 s at most, counted from the first one, and whatever the clock does", async () => {
    for (const passed of [5 * SECOND, -5 * SECOND]) {
      watch = watched(memoryState());
      const start = now;
      const book = ledger();
      await book.note({ change: change(1) });
      now = start + passed - Math.sign(passed);
      await book.note({ change: change(2) });
      expect(watch.saves).toEqual([]);
      now = start + passed;
      await book.note({ change: change(3) });
      expect(watch.saves.map(({ copies }) => copies?.length)).toEqual([3]);
      await book.note({ change: change(4) });
      expect(watch.saves).toHaveLength(1);
    }
  });

  it("is saved at once when there are 300", async () => {
    const book = ledger();
    for (const one of changes(299)) await book.note({ change: one });
    expect(watch.saves).toEqual([]);
    await book.note({ entry: entry("alone") });
    expect(watch.saves).toHaveLength(1);
  });

  it("is saved before another outcome of the same copy, which then is the later one", async () => {
    const first = (await saveCopy(watch.state, change(1).copy)) as Copy;
    watch.forget();
    const book = ledger();
    await book.note({ change: change(1, { version: first.version, rootName: "one" }) });
    await book.note({ change: change(2) });
    await book.note({ change: change(1, { version: first.version + 1, rootName: "two" }) });
    expect(watch.saves.map(({ copies }) => copies?.map((one) => one.copy.key.rootId))).toEqual([["img-1", "img-2"]]);
    await book.flush();
    const all = await copiesOf(watch.state, ACCOUNT);
    expect(all.find(({ key }) => key.rootId === "img-1")?.rootName).toBe("two");
  });
});
