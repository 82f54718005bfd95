// The contract of the state for copies: created once, replaced at one version, stored unchanged.

import { expect, it } from "vitest";
import { storedText } from "../../../lib/model/messages/define.ts";
import type { Fixture } from "./contract.ts";
import { A, base, copyOf, everyArm, key, withProto } from "./samples.ts";

/** The tests of copies, for the store of `t`. */
export function copyContract(t: Fixture): void {
  it("creates a copy once", async () => {
    const stored = await t.state.saveCopy(copyOf({ policy: "first" }));
    expect(stored).toStrictEqual(copyOf({ policy: "first", version: stored!.version }));
    expect(stored!.version).toBeGreaterThan(0);
    expect(await t.state.saveCopy(copyOf({ policy: "second" }))).toBeUndefined();
    expect(await t.state.copies(A)).toStrictEqual([stored]);
  });

  it("replaces a copy only at the version that was read", async () => {
    const first = await t.state.saveCopy(copyOf({}));
    const second = await t.state.saveCopy({ ...first!, policy: "second" });
    expect(second).toStrictEqual(copyOf({ policy: "second", version: second!.version }));
    expect(second!.version).not.toBe(first!.version);
    expect(await t.state.saveCopy({ ...first!, policy: "late" })).toBeUndefined();
    expect(await t.state.saveCopy({ ...first!, policy: "early", version: second!.version + 1 })).toBeUndefined();
    expect(await t.state.saveCopy({ ...first!, policy: "anew", version: 0 })).toBeUndefined();
    expect(await t.state.copies(A)).toStrictEqual([second]);
  });

  it("does not replace a record that does not exist", async () => {
    expect(await t.state.saveCopy(copyOf({ version: 1 }))).toBeUndefined();
    expect(await t.state.saveAccount({ account: A, firstSeenAt: 1, version: 1 })).toBeUndefined();
    expect(await t.state.copies(A)).toEqual([]);
    expect(await t.state.account(A)).toBeUndefined();
  });

  it("lets exactly one of many concurrent saves succeed, at creation and at every version", async () => {
    const stores = [t.state, await t.open(), await t.open(), await t.open()];
    for (let version = 0, round = 0; round < 3; round += 1) {
      const attempts = Array.from({ length: 40 }, (_, index) =>
        stores[index % stores.length]!.saveCopy(copyOf({ version, policy: `saver ${index}` })),
      );
      const won = (await Promise.all(attempts)).filter((answer) => answer !== undefined);
      expect(won).toHaveLength(1);
      expect(await t.state.copies(A)).toStrictEqual(won);
      version = won[0]!.version;
    }
  });

  it.each(everyArm)("stores a copy in state $state unchanged", async (copy) => {
    const stored = await t.state.saveCopy(copy);
    expect(stored).toStrictEqual({ ...copy, version: stored!.version });
    expect(await (await t.open()).copies(A)).toStrictEqual([stored]);
  });

  it("leaves out undefined fields", async () => {
    const { version: _, ...rest } = base;
    const copy = {
      ...rest,
      version: 0,
      state: "waiting",
      reason: { code: "c", text: storedText("t") },
      notBefore: undefined,
    };
    const stored = await t.state.saveCopy(copy as never);
    expect(stored).not.toHaveProperty("notBefore");
    expect((await t.state.copies(A))[0]).not.toHaveProperty("notBefore");
  });

  it("stores quotes, other scripts, control characters and tags named like properties of an object", async () => {
    const tags = withProto({
      __proto__: "p",
      constructor: "c",
      'it\'s "quoted" \\ `;--': "黄金镜像 🚀 \u0000\n\ud800",
      "": "",
    });
    const claim = { ...everyArm.find((arm) => arm.state === "copying")!.claim };
    const copy = copyOf({ rootName: "'; drop table replicator_copies; --" });
    const odd = {
      ...copy,
      state: "copying",
      progressedAt: 1,
      claim: { ...claim, settings: { ...claim.settings, tags } },
    };
    expect(await t.state.saveCopy(odd as never)).toBeDefined();
    const [found] = await t.state.copies(A);
    expect(found!.rootName).toBe(copy.rootName);
    const foundTags = found!.state === "copying" ? found!.claim.settings.tags : {};
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
    for (const one of keys) expect(await t.state.saveCopy(copyOf({ key: one }))).toBeDefined();
    const found = (await t.state.copies(A)).map((copy) => JSON.stringify(copy.key)).sort();
    expect(found).toEqual(keys.map((one) => JSON.stringify(one)).sort());
  });

  it("lets no stale save replace a forgotten copy or its successor", async () => {
    const first = await t.state.saveCopy(copyOf({}));
    const second = await t.state.saveCopy({ ...first!, policy: "second" });
    await t.state.forget(A);
    expect(await t.state.saveCopy({ ...second!, policy: "late" })).toBeUndefined();
    const racers = Array.from({ length: 20 }, (_, n) => t.state.saveCopy(copyOf({ policy: `anew ${n}` })));
    const [anew, ...rest] = (await Promise.all(racers)).filter((answer) => answer !== undefined);
    expect(rest).toEqual([]);
    const next = await t.state.saveCopy(anew!);
    for (const late of [first, second]) expect(await t.state.saveCopy({ ...late!, policy: "late" })).toBeUndefined();
    expect(await t.state.copies(A)).toStrictEqual([next]);
  });

  it("lets no stale save replace a record that was created again after the state was lost", async () => {
    const copy = await t.state.saveCopy(copyOf({}));
    const record = await t.state.saveAccount({ account: A, firstSeenAt: 1, version: 0 });
    const anew = await t.makePlace();
    const store = await anew.open();
    try {
      const newCopy = await store.saveCopy(copyOf({}));
      const newRecord = await store.saveAccount({ account: A, firstSeenAt: 2, version: 0 });
      expect(await store.saveCopy({ ...copy!, policy: "late" })).toBeUndefined();
      expect(await store.saveAccount({ ...record!, lastSweepAt: 99 })).toBeUndefined();
      expect(await store.copies(A)).toStrictEqual([newCopy]);
      expect(await store.account(A)).toStrictEqual(newRecord);
    } finally {
      await store.close();
      await anew.remove();
    }
  });
}
