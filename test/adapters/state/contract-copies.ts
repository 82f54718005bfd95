// The contract of the state for copies: created once, replaced at one version, stored unchanged.

import { expect, it } from "vitest";
import { storedText } from "../../../lib/model/messages/define.ts";
import { copiesOf, recordOf, saveCopy, saveRecord } from "../../support/records.ts";
import type { Fixture } from "./contract.ts";
import { A, accountRecord, base, copyOf, everyArm, key, withProto } from "./samples.ts";

/** The tests of copies, for the store of `t`. */
export function copyContract(t: Fixture): void {
  it("creates a copy once", async () => {
    const stored = await saveCopy(t.state, copyOf({ policy: "first" }));
    expect(stored).toStrictEqual(copyOf({ policy: "first", version: stored!.version }));
    expect(stored!.version).toBeGreaterThan(0);
    expect(await saveCopy(t.state, copyOf({ policy: "second" }))).toBeUndefined();
    expect(await copiesOf(t.state, A)).toStrictEqual([stored]);
  });

  it("replaces a copy only at the version that was read", async () => {
    const first = await saveCopy(t.state, copyOf({}));
    const second = await saveCopy(t.state, { ...first!, policy: "second" });
    expect(second).toStrictEqual(copyOf({ policy: "second", version: second!.version }));
    expect(second!.version).not.toBe(first!.version);
    expect(await saveCopy(t.state, { ...first!, policy: "late" })).toBeUndefined();
    expect(await saveCopy(t.state, { ...first!, policy: "early", version: second!.version + 1 })).toBeUndefined();
    expect(await saveCopy(t.state, { ...first!, policy: "anew", version: 0 })).toBeUndefined();
    expect(await copiesOf(t.state, A)).toStrictEqual([second]);
  });

  it("does not replace a record that does not exist", async () => {
    expect(await saveCopy(t.state, copyOf({ version: 1 }))).toBeUndefined();
    expect(await saveRecord(t.state, accountRecord({ version: 1 }))).toBeUndefined();
    expect(await copiesOf(t.state, A)).toEqual([]);
    expect(await recordOf(t.state, A)).toBeUndefined();
  });

  it("lets exactly one of many concurrent saves succeed, at creation and at every version", async () => {
    const stores = [t.state, await t.open(), await t.open(), await t.open()];
    for (let version = 0, round = 0; round < 3; round += 1) {
      const attempts = Array.from({ length: 40 }, (_, index) =>
        saveCopy(stores[index % stores.length]!, copyOf({ version, policy: `saver ${index}` })),
      );
      const won = (await Promise.all(attempts)).filter((answer) => answer !== undefined);
      expect(won).toHaveLength(1);
      expect(await copiesOf(t.state, A)).toStrictEqual(won);
      version = won[0]!.version;
    }
  });

  it.each(everyArm)("stores a copy in phase $phase unchanged", async (copy) => {
    const stored = await saveCopy(t.state, copy);
    expect(stored).toStrictEqual({ ...copy, version: stored!.version });
    expect(await copiesOf(await t.open(), A)).toStrictEqual([stored]);
  });

  it("leaves out undefined fields", async () => {
    const { version: _, ...rest } = base;
    const copy = {
      ...rest,
      version: 0,
      phase: "waiting",
      reason: { code: "c", text: storedText("t") },
      notBefore: undefined,
    };
    const stored = await saveCopy(t.state, copy as never);
    expect(stored).not.toHaveProperty("notBefore");
    expect((await copiesOf(t.state, A))[0]).not.toHaveProperty("notBefore");
  });

  it("stores quotes, other scripts, control characters and tags named like properties of an object", async () => {
    const tags = withProto({
      __proto__: "p",
      constructor: "c",
      'it\'s "quoted" \\ `;--': "黄金镜像 🚀 \u0000\n\ud800",
      "": "",
    });
    const claim = { ...everyArm.find((arm) => arm.phase === "copying")!.claim };
    const copy = copyOf({ rootName: "'; drop table replicator_copies; --" });
    const odd = {
      ...copy,
      phase: "copying",
      imageId: "img-copy",
      progressedAt: 1,
      claim: { ...claim, settings: { ...claim.settings, tags } },
    };
    expect(await saveCopy(t.state, odd as never)).toBeDefined();
    const [found] = await copiesOf(t.state, A);
    expect(found!.rootName).toBe(copy.rootName);
    const foundTags = found!.phase === "copying" ? found!.claim.settings.tags : {};
    expect(Object.entries(foundTags)).toEqual(Object.entries(tags));
    expect(Object.hasOwn(foundTags, "__proto__")).toBe(true);
  });

  it("distinguishes copies by every part of their key", async () => {
    const keys = [
      key,
      { ...key, rootRegion: "ap-beijing" },
      { ...key, rootId: "img-other" },
      { ...key, region: "ap-tokyo" },
      { ...key, variant: "encrypted:key-1" as const },
    ];
    for (const one of keys) expect(await saveCopy(t.state, copyOf({ key: one }))).toBeDefined();
    const found = (await copiesOf(t.state, A)).map((copy) => JSON.stringify(copy.key)).sort();
    expect(found).toEqual(keys.map((one) => JSON.stringify(one)).sort());
  });

  it("lets no stale save replace a forgotten copy or its successor", async () => {
    const first = await saveCopy(t.state, copyOf({}));
    const second = await saveCopy(t.state, { ...first!, policy: "second" });
    await t.state.forget(A);
    expect(await saveCopy(t.state, { ...second!, policy: "late" })).toBeUndefined();
    const racers = Array.from({ length: 20 }, (_, n) => saveCopy(t.state, copyOf({ policy: `anew ${n}` })));
    const [anew, ...rest] = (await Promise.all(racers)).filter((answer) => answer !== undefined);
    expect(rest).toEqual([]);
    const next = await saveCopy(t.state, anew!);
    for (const late of [first, second]) {
      expect(await saveCopy(t.state, { ...late!, policy: "late" })).toBeUndefined();
    }
    expect(await copiesOf(t.state, A)).toStrictEqual([next]);
  });

  it("lets no stale save replace a record that was created again after the state was lost", async () => {
    const copy = await saveCopy(t.state, copyOf({}));
    const record = await saveRecord(t.state, accountRecord());
    const anew = await t.makePlace();
    const store = await anew.open();
    try {
      const newCopy = await saveCopy(store, copyOf({}));
      const newRecord = await saveRecord(store, accountRecord({ firstSeenAt: 2 }));
      expect(await saveCopy(store, { ...copy!, policy: "late" })).toBeUndefined();
      expect(await saveRecord(store, { ...record!, lastSweepAt: 99 })).toBeUndefined();
      expect(await copiesOf(store, A)).toStrictEqual([newCopy]);
      expect(await recordOf(store, A)).toStrictEqual(newRecord);
    } finally {
      await store.close();
      await anew.remove();
    }
  });
}
