// Paging through lists that change, and reading by ids.

import { describe, expect, it } from "vitest";
import { readAll, readByIds } from "../../../lib/adapters/tencent/calls/paging.ts";
import fc from "../../support/random.ts";

const self = (item: string) => item;

describe("readAll", () => {
  it("reads a list of any length, in pages of any length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 2, max: 20 }), async (length, limit) => {
        const list = Array.from({ length }, (_, i) => `${i}`);
        const read = async (offset: number, n: number) => ({ items: list.slice(offset, offset + n), total: length });
        expect(await readAll(read, self, { limit })).toEqual(list);
      }),
    );
  });

  it("misses no item that was always in the list, whatever is added or deleted between two pages", async () => {
    const change = fc.record({ before: fc.nat(12), remove: fc.nat(30), insert: fc.boolean(), at: fc.nat(30) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
        let list = Array.from({ length: 25 }, (_, i) => `old-${i}`);
        const lasting = new Set(list);
        let n = 0;
        const read = async (offset: number, limit: number) => {
          for (const { remove, insert, at } of changes.filter(({ before }) => before === n)) {
            const gone = list[remove];
            if (gone !== undefined) lasting.delete(gone);
            list = list.filter((item) => item !== gone);
            if (insert) list.splice(Math.min(at, list.length), 0, `new-${n}-${at}`);
          }
          n++;
          return { items: list.slice(offset, offset + limit), total: list.length };
        };
        const found = await readAll(read, self, { limit: 5, tries: 8 });
        if (found) expect(found).toEqual(expect.arrayContaining([...lasting]));
        else expect(changes.length).toBeGreaterThan(0);
      }),
    );
  });

  it("reads again if the count changes, even if no item has moved", async () => {
    const list = ["a", "b", "c", "d"];
    let n = 0;
    const read = async (offset: number, limit: number) => {
      if (++n === 2) list.push("e");
      return { items: list.slice(offset, offset + limit), total: list.length };
    };
    expect(await readAll(read, self, { limit: 3 })).toEqual(["a", "b", "c", "d", "e"]);
  });

  it.each([
    ["a page that stays empty", () => ({ items: [], total: 3 })],
    ["a page that repeats itself", () => ({ items: ["a", "a"], total: 3 })],
    ["more items than the count", () => ({ items: ["a", "b"], total: 1 })],
  ])("ends on %s", async (_, page) => {
    let n = 0;
    const read = async () => {
      n++;
      return page();
    };
    expect(await readAll(read, self, { limit: 2, tries: 3 })).toBeUndefined();
    expect(n).toBeLessThanOrEqual(6);
  });
});

describe("readByIds", () => {
  it("finds the existing items, whether the API leaves out or refuses unknown ids", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), fc.boolean(), async (exist, strict) => {
        const ids = exist.map((_, i) => `${i}`);
        const existing = ids.filter((_, i) => exist[i]);
        const read = async (batch: readonly string[]) => {
          expect(batch.length).toBeLessThanOrEqual(8);
          if (strict && batch.some((id) => !existing.includes(id))) throw new Error("unknown id");
          return batch.filter((id) => existing.includes(id));
        };
        expect(await readByIds(ids, read, () => true, 8)).toEqual(existing);
      }),
    );
  });

  it("throws any other error", async () => {
    const read = () => Promise.reject(new Error("down"));
    await expect(readByIds(["a"], read, () => false)).rejects.toThrow("down");
  });
});
