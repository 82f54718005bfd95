// Objects of an account that are deleted by hand in part: no two processes may win the same claim.
import { describe, expect, it } from "vitest";
import { saveCopy } from "../../../support/records.ts";
import { A, copyOf, key } from "../samples.ts";
import { localBucket, PLACE } from "./cos-place.ts";

const claim = copyOf({ key: { ...key, rootId: "img-new" } });

describe("a deletion in the order of the names, as a console or a tool does it", () => {
  it("never lets two processes claim one copy, wherever another process reads in between", async () => {
    for (let deleted = 1; deleted < 10; deleted += 1) {
      const bucket = localBucket();
      const objects = bucket.world.buckets.get(PLACE.bucket)!.objects;
      const [warm, cold] = [await bucket.open(), await bucket.open()];
      for (let n = 0; n < 4; n += 1) await saveCopy(warm, copyOf({ key: { ...key, rootId: `img-${n}aaa` } }));
      for (const name of [...objects.keys()].sort().slice(0, deleted)) objects.delete(name);
      await cold.read(A);
      const won = [await saveCopy(cold, claim), await saveCopy(warm, claim)];
      expect([deleted, won.filter((one) => one !== undefined).length]).toEqual([deleted, 1]);
    }
  });
});
