// What is saved before the calls of a plan and after them, and what another process has changed meanwhile.
import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import type { RecordChange } from "../../lib/plan/types.ts";
import { ACCOUNT, BORN } from "../support/builders.ts";
import { copiesOf, recordOf, saveCopy, saveRecord } from "../support/records.ts";
import { applyWorld, several } from "./apply-world.ts";

describe("calls on images", () => {
  it("are announced a few at a time, each part with one save before its first call", async () => {
    const w = await applyWorld();
    const copies = await Promise.all(several(6, (n) => w.finished(n)));
    await w.apply(copies.map(w.untag), { concurrency: 1 });
    const calls = (...numbers: number[]) => numbers.map((n) => `untag img-${n}`);
    const [first, second] = [calls(0, 1, 2, 3), calls(4, 5)];
    expect(w.log).toEqual(["save 0 + 4", ...first, "save 0 + 4", "save 0 + 2", ...second, "save 0 + 2"]);
    expect((await w.events()).slice(0, 4)).toEqual(first);
  });

  it("are announced together with the changes of their records", async () => {
    const w = await applyWorld();
    const calls = (await Promise.all(several(3, (n) => w.finished(n)))).map(w.untag);
    await w.apply([...calls.slice(1).map(w.announced), ...calls]);
    expect(w.log).toEqual(["save 2 + 1", ...several(3, (n) => `untag img-${n}`), "save 0 + 3"]);
    expect((await copiesOf(w.theirs, ACCOUNT)).map(({ rootName }) => rootName)).toEqual([
      "golden-web",
      "changed",
      "changed",
    ]);
    expect(w.heard.map(({ event }) => event).filter((event) => event === "untag")).toHaveLength(3);
  });

  it("are neither announced nor made if another process has changed the record", async () => {
    const w = await applyWorld();
    const copies = await Promise.all(several(2, (n) => w.finished(n)));
    const [ours, theirs] = copies.map(w.untag);
    if (!ours || !theirs) throw new Error("two copies were made");
    await saveCopy(w.theirs, theirs.copy);
    await w.apply([w.announced(ours), w.announced(theirs), ours, theirs]);
    expect(w.log.filter((one) => one.startsWith("untag"))).toEqual(["untag img-0"]);
    expect((await w.events()).sort()).toEqual(["refreshed img-0", "untag img-0", "untagged img-0"]);
    expect(w.heard.map(({ event, key }) => `${event} ${key?.rootId}`).sort()).toEqual((await w.events()).sort());
  });

  it("are neither announced nor made if the plan could not change the record before", async () => {
    const w = await applyWorld();
    const calls = (await Promise.all(several(2, (n) => w.finished(n)))).map(w.untag);
    for (const { copy } of calls.slice(1)) await saveCopy(w.theirs, copy);
    const before = calls.map((call): RecordChange => {
      const { before: _, ...change } = w.announced(call);
      return change;
    });
    await w.apply([...before, ...calls]);
    expect(w.log.filter((one) => one.startsWith("untag"))).toEqual(["untag img-0"]);
    expect((await w.events()).filter((event) => event.endsWith("img-1"))).toEqual([]);
  });
});

describe("a call that breaks off", () => {
  it("loses no outcome of the others, and its error is thrown", async () => {
    const w = await applyWorld((call) => (call === "untag img-1" ? Promise.reject(new Error("broken")) : undefined));
    const copies = await Promise.all(several(4, (n) => w.finished(n)));
    await expect(w.apply(copies.map(w.untag))).rejects.toThrow("broken");
    const done = (await w.events()).filter((event) => event.startsWith("untagged")).sort();
    expect(done).toEqual(["untagged img-0", "untagged img-2", "untagged img-3"]);
  });

  it("loses no image id of another request, and no later part is begun", async () => {
    const w = await applyWorld((call) => (call === "send img-1" ? Promise.reject(new Error("broken")) : undefined));
    await expect(w.apply(several(17, w.send))).rejects.toThrow("broken");
    const copies = await copiesOf(w.theirs, ACCOUNT);
    const phases = copies.map(({ key, phase }) => `${key.rootId} ${phase}`);
    expect(phases).toEqual(several(16, (n) => `img-${n} ${n === 1 ? "requested" : "copying"}`));
  });
});

describe("requests", () => {
  it("are claimed with one save for four of each that runs at the same time, before the first is sent", async () => {
    const w = await applyWorld();
    await w.apply(several(17, w.send));
    const sent = several(17, (n) => `send img-${n}`);
    const [first, second] = [sent.slice(0, 16), sent.slice(16)];
    expect(w.log).toEqual(["save 16 + 0", ...first, "save 16 + 0", "save 1 + 0", ...second, "save 1 + 0"]);
    const copies = await copiesOf(w.theirs, ACCOUNT);
    expect(copies.map((copy) => copy.phase === "copying" && copy.imageId)).toEqual(several(17, (n) => `copy-${n}`));
  });

  it("win or lose each copy by itself", async () => {
    const w = await applyWorld();
    const sends = several(16, w.send);
    for (const [at, { claimRequests }] of sends.entries())
      for (const { copy } of claimRequests) if (at % 5 === 0) await saveCopy(w.theirs, { ...copy, rootName: "theirs" });
    await w.apply(sends);
    const ours = several(16, (n) => n).filter((n) => n % 5 !== 0);
    expect(w.log).toEqual(["save 16 + 0", ...ours.map((n) => `send img-${n}`), "save 12 + 0"]);
    const copies = await copiesOf(w.theirs, ACCOUNT);
    const left = copies.filter(({ phase }) => phase === "waiting").map(({ key, rootName }) => [key.rootId, rootName]);
    expect(left).toEqual([0, 5, 10, 15].map((n) => [`img-${n}`, "theirs"]));
    expect((await w.events()).filter((event) => event.startsWith("claimed"))).toEqual(
      ours.map((n) => `claimed img-${n}`),
    );
  });

  it("are not sent if the state was lost after the plan was made, although the claims were won", async () => {
    const w = await applyWorld();
    const record = await recordOf(w.theirs, ACCOUNT);
    await saveRecord(w.theirs, { ...BORN, version: record?.version ?? 0, firstSeenAt: BORN.firstSeenAt + 1 });
    await w.apply(several(2, w.send));
    expect(w.log).toEqual(["save 2 + 0", "save 2 + 0"]);
    expect((await copiesOf(w.theirs, ACCOUNT)).map((copy) => [copy.phase, copy.claimCount])).toEqual([
      ["waiting", 0],
      ["waiting", 0],
    ]);
  });
});

describe("changes of records without a call", () => {
  it("are one save, before the claims", async () => {
    const w = await applyWorld();
    const copies = await Promise.all(several(5, (n) => w.finished(n)));
    const changes = copies.map((copy): RecordChange => {
      return { do: "record", copy: { ...copy, rootName: "changed" }, event: "refreshed", text: storedText("changed") };
    });
    await w.apply([w.send(9), ...changes]);
    expect(w.log.slice(0, 3)).toEqual(["save 5 + 0", "save 1 + 0", "send img-9"]);
  });
});
