// The contract of the state for reads: which copies `Which` names, with the others of their sources.
import { beforeEach, describe, expect, it } from "vitest";
import type { Which } from "../../../lib/model/ports.ts";
import type { Copy, CopyKey } from "../../../lib/model/types.ts";
import { saveCopy } from "../../support/records.ts";
import type { Fixture } from "./contract.ts";
import { A, copyOf, everyArm, key } from "./samples.ts";

const ready = everyArm.find(({ phase }) => phase === "ready")!;
// Without what makes it due: its loss is not being confirmed.
const { missingSince: _, ...settled } = ready as typeof ready & { missingSince?: number };

const finished = (rootId: string, region: string, more: Partial<CopyKey> = {}): Copy => {
  const number = rootId.slice("img-".length);
  const found = { imageId: `copy-${number}`, name: `name-${number}`, ...(rootId === "img-2" && { family: "golden" }) };
  return { ...settled, ...found, key: { ...key, rootId, region, ...more } };
};
const ended = (rootId: string, region: string): Copy => {
  const { imageId: _, ...rest } = everyArm.find(({ phase }) => phase === "ended") as Copy & { imageId?: string };
  return { ...rest, family: "old", key: { ...key, rootId, region } } as Copy;
};
const waiting = (rootId: string, region: string, notBefore?: number): Copy =>
  copyOf({ key: { ...key, rootId, region }, ...(notBefore !== undefined && { notBefore }) });

/** The tests of `read`, for the store of `t`. */
export function readContract(t: Fixture): void {
  describe("with copies of several sources", () => {
    beforeEach(async () => {
      const copies = [
        finished("img-1", "ap-tokyo"),
        waiting("img-1", "ap-seoul", 1000),
        finished("img-2", "ap-tokyo"),
        waiting("img-2", "ap-seoul", 2000),
        finished("img-3", "ap-tokyo"),
        ended("img-3", "ap-seoul"),
        finished("img-1", "ap-mumbai", { rootRegion: "ap-beijing" }),
        finished("img-1", "ap-tokyo", { variant: "encrypted:key-1" }),
      ];
      await t.state.save(A, { copies: copies.map((copy) => ({ copy })) });
      const other = { ...key, account: "200000000001", rootId: "img-1", region: "ap-seoul" };
      await saveCopy(t.state, { ...copies[1]!, key: other });
    });

    const REGION = key.rootRegion;
    const OF_1 = ["ap-guangzhou/img-1/ap-seoul", "ap-guangzhou/img-1/ap-tokyo", "ap-guangzhou/img-1/ap-tokyo"];
    const OF_2 = ["ap-guangzhou/img-2/ap-seoul", "ap-guangzhou/img-2/ap-tokyo"];
    const OF_3 = ["ap-guangzhou/img-3/ap-seoul", "ap-guangzhou/img-3/ap-tokyo"];
    const ELSEWHERE = "ap-beijing/img-1/ap-mumbai";
    const ALL = [ELSEWHERE, ...OF_1, ...OF_2, ...OF_3];
    const many = Array.from({ length: 40_000 }, (_, n) => ({ region: REGION, imageId: `img-${n + 3}` }));

    it.each<[string, Which | undefined, string[]]>([
      ["no condition", undefined, []],
      ["an empty condition", { images: [], regions: [], names: [], families: [] }, []],
      ["all", { all: true }, ALL],
      ["all, and more", { all: true, dueBy: 1000, regions: ["ap-seoul"] }, ALL],
      ["due by a time at which none is", { dueBy: 999 }, []],
      ["due by a time", { dueBy: 1000 }, OF_1],
      ["due by a later time", { dueBy: 2000 }, [...OF_1, ...OF_2]],
      ["a source", { images: [{ region: REGION, imageId: "img-3" }] }, OF_3],
      ["a source by region and id", { images: [{ region: "ap-beijing", imageId: "img-1" }] }, [ELSEWHERE]],
      ["an image that is a copy", { images: [{ region: "ap-tokyo", imageId: "copy-2" }] }, OF_2],
      ["an image of another region", { images: [{ region: "ap-seoul", imageId: "copy-2" }] }, []],
      ["an unknown image", { images: [{ region: "img-1", imageId: REGION }] }, []],
      ["regions", { regions: ["ap-mumbai", "ap-mumbai"] }, [ELSEWHERE]],
      ["more regions", { regions: ["ap-mumbai", "ap-seoul"] }, ALL],
      ["an unknown region", { regions: ["ap-seoul'; --"] }, []],
      ["the name of a finished copy", { names: [{ region: "ap-tokyo", name: "name-3" }] }, OF_3],
      ["a name in another region", { names: [{ region: "ap-mumbai", name: "name-3" }] }, []],
      ["a family", { families: [{ region: "ap-tokyo", family: "golden" }] }, OF_2],
      ["a family in another region", { families: [{ region: "ap-seoul", family: "golden" }] }, []],
      ["a family of a copy that has ended", { families: [{ region: "ap-tokyo", family: "old" }] }, []],
      [
        "any of the conditions, each copy once",
        {
          dueBy: 1000,
          images: [{ region: REGION, imageId: "img-1" }],
          regions: ["ap-mumbai"],
          names: [{ region: "ap-tokyo", name: "name-1" }],
        },
        [...OF_1, ELSEWHERE],
      ],
      ["more images than a statement may have parameters", { images: many }, OF_3],
      [
        "more regions than a statement may have parameters",
        { regions: [...many.map(({ imageId }) => imageId), "ap-mumbai"] },
        [ELSEWHERE],
      ],
    ])("reads the copies of the sources of: %s", async (_name, which, expected) => {
      const { copies } = await t.state.read(A, which);
      const ids = copies.map((copy) => `${copy.key.rootRegion}/${copy.key.rootId}/${copy.key.region}`);
      expect(ids.sort()).toEqual([...expected].sort());
    });

    it("takes times between two milliseconds", async () => {
      const copy = waiting("img-4", "ap-seoul", 500.5);
      await saveCopy(t.state, copy);
      expect((await t.state.read(A, { dueBy: 500.75 })).copies).toHaveLength(1);
      expect((await t.state.read(A, { dueBy: 499.9 })).copies).toEqual([]);
    });

    it("no longer reads a copy as due once it was saved as finished, or as due later", async () => {
      const { copies } = await t.state.read(A, { dueBy: 2000 });
      const open = copies.filter((copy) => copy.phase === "waiting");
      const [one, two] = open.toSorted((a, b) => (a.key.rootId < b.key.rootId ? -1 : 1)) as [Copy, Copy];
      await saveCopy(t.state, { ...finished("img-1", "ap-seoul"), version: one.version });
      await saveCopy(t.state, { ...waiting("img-2", "ap-seoul", 3000), version: two.version });
      expect((await t.state.read(A, { dueBy: 2999 })).copies).toEqual([]);
      expect((await t.state.read(A, { dueBy: 3000 })).copies).toHaveLength(2);
    });
  });
}
