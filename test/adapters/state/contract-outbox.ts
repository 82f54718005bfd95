// The contract of the state for its outbox: journal lines that no log service has taken yet.
import { expect, it } from "vitest";
import type { State } from "../../../lib/model/ports.ts";
import { append } from "./calls.ts";
import type { Fixture } from "./contract.ts";
import { A, copyOf, entry } from "./samples.ts";

const other = "200000000001";

const textsIn = async (state: State, limit = 5_000) =>
  (await state.unsent(A, limit)).map((line) => String(line.entry?.text));
const sinceIn = async (state: State) => (await state.read(A)).unsentSince;

/** Sends all lines as a run does, with one log that is always there. */
async function send(state: State, limit = 5_000): Promise<string[]> {
  const lines = await state.unsent(A, limit);
  await state.markSent(
    A,
    lines.map(({ id }) => id),
  );
  return lines.map((line) => String(line.entry?.text));
}

/** The tests of the outbox, for the store of `t`. */
export function outboxContract(t: Fixture): void {
  it("keeps every line as unsent until it is marked, with its time and an id of its own", async () => {
    expect([await t.state.unsent(A, 10), await sinceIn(t.state)]).toEqual([[], undefined]);
    const lines = [entry(5, "a", { policy: "golden" }), entry(7, "b")];
    await append(t.state, A, lines);
    await t.state.save(A, { copies: [{ copy: copyOf({}), entries: [entry(9, "c")] }] });
    const unsent = await t.state.unsent(A, 10);
    expect(unsent.map((line) => line.entry)).toStrictEqual([...lines, entry(9, "c")]);
    expect(unsent.map(({ at }) => at)).toEqual([5, 7, 9]);
    expect(new Set(unsent.map(({ id }) => id)).size).toBe(3);
    expect(await sinceIn(t.state)).toBe(5);
    await t.state.markSent(A, [unsent[0]!.id]);
    expect([await textsIn(t.state), await sinceIn(t.state)]).toEqual([["b", "c"], 7]);
    await t.state.markSent(
      A,
      unsent.map(({ id }) => id),
    );
    expect([await textsIn(t.state), await sinceIn(t.state)]).toEqual([[], undefined]);
    // The history is not the outbox.
    expect(await t.state.entries(A, 10)).toHaveLength(3);
  });

  it("has no line of a copy that was not saved", async () => {
    const copy = copyOf({});
    await t.state.save(A, { copies: [{ copy, entries: [entry(1, "first")] }] });
    await t.state.save(A, { copies: [{ copy, entries: [entry(2, "too late")] }] });
    expect(await textsIn(t.state)).toEqual(["first"]);
  });

  it("answers the oldest lines first, and those of one millisecond by ids in the order of writing", async () => {
    const texts = Array.from({ length: 30 }, (_, n) => `line ${n}`);
    for (const text of texts) await append(t.state, A, [entry(5, text)]);
    await append(t.state, A, [entry(1, "older")]);
    expect(await textsIn(t.state)).toEqual(["older", ...texts]);
    expect(await textsIn(t.state, 3)).toEqual(["older", "line 0", "line 1"]);
    const ids = (await t.state.unsent(A, 100)).slice(1).map(({ id }) => id);
    expect([...ids].sort()).toEqual(ids);
  });

  it("marks lines twice, and lines that it does not have, without harm", async () => {
    await t.state.markSent(A, []);
    await append(t.state, A, [entry(1, "a"), entry(2, "b")]);
    const [first] = await t.state.unsent(A, 1);
    await t.state.markSent(A, [first!.id, "no-such-line"]);
    await t.state.markSent(A, [first!.id]);
    expect(await textsIn(t.state)).toEqual(["b"]);
  });

  it("separates accounts, and forgets no unsent line with the copies", async () => {
    await append(t.state, A, [entry(5, "a")]);
    await append(t.state, other, [{ ...entry(1, "b"), account: other }]);
    expect([await textsIn(t.state), await sinceIn(t.state)]).toEqual([["a"], 5]);
    const ids = (await t.state.unsent(other, 10)).map(({ id }) => id);
    await t.state.markSent(A, ids);
    expect(await t.state.unsent(other, 10)).toHaveLength(1);
    await t.state.forget(A);
    expect([await textsIn(t.state), await sinceIn(t.state)]).toEqual([["a"], 5]);
  });

  it("deletes unsent lines with the rest of the history, and no others", async () => {
    await append(t.state, A, [entry(10, "a"), entry(20, "b"), entry(30, "c")]);
    await t.state.deleteHistoryBefore(A, 20);
    expect([await textsIn(t.state), await sinceIn(t.state)]).toEqual([["b", "c"], 20]);
  });

  it("hands every line to some process that sends, whichever process wrote it", async () => {
    const second = await t.open();
    await append(t.state, A, [entry(1, "a")]);
    await append(second, A, [entry(2, "b")]);
    // Both read before either has marked: both send both.
    const both = await Promise.all([t.state.unsent(A, 10), second.unsent(A, 10)]);
    expect(both.map((lines) => lines.length)).toEqual([2, 2]);
    await append(second, A, [entry(3, "c")]);
    await t.state.markSent(
      A,
      both[0].map(({ id }) => id),
    );
    await second.markSent(
      A,
      both[1].map(({ id }) => id),
    );
    expect(await textsIn(await t.open())).toEqual(["c"]);
  });

  it("loses no line of a thousand, in parts, while others are written", async () => {
    const sent: string[] = [];
    const written: string[] = [];
    for (let part = 0; part < 10; part += 1) {
      const texts = Array.from({ length: 110 }, (_, n) => `${part}-${n}`);
      written.push(...texts);
      await append(
        t.state,
        A,
        texts.map((text, n) => entry(part * 1_000 + n, text)),
      );
      if (part > 4) sent.push(...(await send(t.state, 70)));
    }
    const next = await t.open();
    while ((await sinceIn(next)) !== undefined) sent.push(...(await send(next, 300)));
    expect(sent.sort()).toEqual(written.sort());
    expect(await next.entries(A, 5_000)).toHaveLength(1_100);
  });
}
