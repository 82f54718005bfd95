// The journal on its way to the log service: killed, lost, refused or sent twice, no line is lost.
import { beforeEach, describe, expect, it } from "vitest";
import { StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import type { LogService, State } from "../../lib/model/ports.ts";
import type { Delivery, JournalLine } from "../../lib/model/types.ts";
import { shipJournal, watchOutbox } from "../../lib/record/ship-journal.ts";
import { append } from "../adapters/state/calls.ts";
import { A, copyOf, entry } from "../adapters/state/samples.ts";
import { memoryState } from "../support/memory-state.ts";

const NOW = 1_795_000_000_000;
const AWAY = reason("work-left", { calls: 1 });

/** A log that keeps what it takes. `fails`: what becomes of a delivery, by what the log took before. */
class TestLog implements LogService {
  readonly received: JournalLine[] = [];
  readonly untils: number[] = [];
  fails: (lines: readonly JournalLine[]) => Delivery | undefined = () => undefined;

  async send(lines: readonly JournalLine[], until: number): Promise<Delivery> {
    this.untils.push(until);
    const failed = this.fails(lines);
    const taken = new Set(failed?.taken ?? lines.map(({ id }) => id));
    this.received.push(...lines.filter(({ id }) => taken.has(id)));
    return failed ?? { taken: [...taken] };
  }

  /** The texts of the lines, each id once. */
  texts(): string[] {
    const byId = new Map(this.received.map((line) => [line.id, String(line.entry?.text)]));
    return [...byId.values()];
  }
}

let state: State;
let log: TestLog;

beforeEach(() => {
  state = memoryState();
  log = new TestLog();
});

const ship = (more: Partial<{ state: State; stopAt: number }> = {}) =>
  shipJournal(A, {
    state: more.state ?? state,
    logService: log,
    now: () => NOW,
    stopAt: () => more.stopAt ?? Number.POSITIVE_INFINITY,
  });
const write = (...texts: string[]) =>
  append(
    state,
    A,
    texts.map((text, n) => entry(NOW + n, text)),
  );
const sinceIn = async () => (await state.read(A)).unsentSince;

describe("a run", () => {
  it("sends what waits once, and the next one sends nothing", async () => {
    await write("a", "b");
    expect(await ship()).toBeUndefined();
    expect([log.texts(), await sinceIn()]).toEqual([["a", "b"], undefined]);
    expect(await ship()).toBeUndefined();
    expect(log.untils).toEqual([NOW + 10_000]);
  });

  it("sends at most 2,000 lines, the oldest first, and the next ones the rest", async () => {
    await write(...Array.from({ length: 4_500 }, (_, n) => `${n}`));
    for (const count of [2_000, 4_000, 4_500]) {
      expect(await ship()).toBeUndefined();
      expect(log.received).toHaveLength(count);
    }
    expect(log.texts()).toEqual(Array.from({ length: 4_500 }, (_, n) => `${n}`));
  });

  it("leaves the lines, and says how many, since when, why and what to do, if the log takes none", async () => {
    await write("a", "b");
    log.fails = () => ({ taken: [], failure: AWAY });
    const problem = await ship();
    expect(problem).toEqual({
      code: "journal-not-sent",
      text: `2 journal lines, the oldest of 2026-11-18T11:06:40.000Z, could not be sent to CLS: ${AWAY.text}`,
      remedy: `nothing is lost: they stay in the state, and the next run sends them; ${AWAY.remedy}`,
    });
    expect(await sinceIn()).toBe(NOW);
    log.fails = () => undefined;
    expect(await ship()).toBeUndefined();
    expect([log.texts(), log.received.length]).toEqual([["a", "b"], 2]);
  });

  it("marks what was taken before the log was away", async () => {
    await write("a", "b", "c");
    log.fails = ([first]) => ({ taken: [first!.id], failure: AWAY });
    expect((await ship())?.text).toMatch(/^2 journal lines, the oldest of 2026-11-18T11:06:40.001Z/);
    log.fails = () => undefined;
    await ship();
    expect(log.received.map((line) => line.entry?.text)).toEqual(["a", "b", "c"]);
  });

  it("says nothing about lines that wait because the run was ended", async () => {
    await write("a");
    log.fails = () => ({ taken: [], failure: { ...AWAY, code: "Aborted" } });
    expect(await ship()).toBeUndefined();
    expect(await sinceIn()).toBe(NOW);
  });

  it("has 10 s for it, less if its deadline is near, and begins nothing at its deadline", async () => {
    await write("a");
    await ship({ stopAt: NOW + 400 });
    expect(log.untils).toEqual([]);
    await ship({ stopAt: NOW + 3_000 });
    expect(log.untils).toEqual([NOW + 3_000]);
  });

  it("asks nothing without a log service", async () => {
    await write("a");
    const untouched = new Proxy({} as State, { get: () => () => expect.fail("the state was asked") });
    expect(await shipJournal(A, { state: untouched, now: () => NOW, stopAt: () => NOW + 1 })).toBeUndefined();
  });
});

describe("a process", () => {
  it("that is killed between the request and the mark sends the lines again, under the same ids", async () => {
    await write("a", "b");
    const killed: State = { ...state, markSent: () => Promise.reject(new Error("killed")) };
    await expect(ship({ state: killed })).rejects.toThrow("killed");
    await write("c");
    await ship();
    expect(log.received).toHaveLength(5);
    expect(new Set(log.received.map(({ id }) => id)).size).toBe(3);
    expect([log.texts(), await sinceIn()]).toEqual([["a", "b", "c"], undefined]);
  });

  it("whose answer was lost sends the lines again", async () => {
    await write("a");
    log.fails = (lines) => {
      log.received.push(...lines);
      return { taken: [], failure: AWAY };
    };
    expect(await ship()).toMatchObject({ code: "journal-not-sent" });
    log.fails = () => undefined;
    await ship();
    expect([log.received.length, log.texts(), await sinceIn()]).toEqual([2, ["a"], undefined]);
  });

  it("that cannot mark or read says so, or leaves it to the next run, and fails no run", async () => {
    await write("a");
    const broken = () => Promise.reject(new StateError(storedText("the database is away")));
    expect(await ship({ state: { ...state, markSent: broken } })).toBeUndefined();
    expect(await ship({ state: { ...state, unsent: broken } })).toMatchObject({
      code: "journal-not-sent",
      text: "journal lines could not be sent to CLS: the database is away",
    });
    await ship();
    expect([log.texts(), await sinceIn()]).toEqual([["a"], undefined]);
  });

  it("that sends at the same time as another one loses nothing", async () => {
    await write("a", "b");
    let release = () => {};
    const gate = new Promise<void>((done) => {
      release = done;
    });
    const slow: State = { ...state, markSent: async (...args) => gate.then(() => state.markSent(...args)) };
    const first = ship({ state: slow });
    await write("c");
    await ship();
    release();
    await first;
    expect([log.texts().sort(), await sinceIn()]).toEqual([["a", "b", "c"], undefined]);
  });
});

describe("a run knows of lines without a query", () => {
  it.each<[string, (state: State) => Promise<unknown>, boolean]>([
    ["no line", (s) => s.save(A, { copies: [{ copy: copyOf({}) }] }), false],
    ["a line by itself", (s) => s.save(A, { entries: [entry(1, "a")] }), true],
    ["a line of a copy", (s) => s.save(A, { copies: [{ copy: copyOf({}), entries: [entry(1, "a")] }] }), true],
    ["nothing that waits", (s) => s.read(A), false],
  ])("after it has written or read %s", async (_, work, expected) => {
    const outbox = watchOutbox(state, undefined, () => NOW);
    await work(outbox.state);
    expect(outbox.mayHaveLines()).toBe(expected);
  });

  it.each([
    ["at the time of writing, which leaves them to their writer", 0, false],
    ["29 s later", 29_000, false],
    ["30 s later", 30_000, true],
    ["by a clock that is far behind that of the writer", -30_000, true],
  ])("after it has read that some wait: %s", async (_, later, expected) => {
    await write("a");
    const now = () => NOW + later;
    expect(watchOutbox(state, NOW, now).mayHaveLines()).toBe(expected);
    const outbox = watchOutbox(state, undefined, now);
    await outbox.state.read(A);
    expect(outbox.mayHaveLines()).toBe(expected);
  });
});
