// Image families in the emulator.
import { describe, expect, it } from "vitest";
import { changeImage, shareImage } from "../../emulator/control/console.ts";
import { exportWorld, importWorld } from "../../emulator/control/snapshot.ts";
import { type Bench, bench, GOLDEN, MAIN } from "./support.ts";

const HOME = "ap-guangzhou";
const currentImageId = (b: Bench, options = {}) =>
  b.call("DescribeImageFromFamily", { ImageFamily: "f" }, options).Image?.ImageId;

describe.each(["newest", "newest-modified", "first"] as const)("a family that points to the %s", (familyPointsTo) => {
  const switches = { familyPointsTo };

  it("ignores images that are deprecated, not NORMAL, in another region or of another account", () => {
    const b = bench({ switches });
    b.image({ name: "1", family: "f", deprecated: true });
    b.image({ name: "2", family: "f", state: "CREATING" });
    b.image({ name: "3", family: "f", region: "ap-beijing" });
    const shared = b.image({ name: "4", family: "f", account: GOLDEN.uin });
    shareImage(b.world, { region: HOME, imageId: shared }, [MAIN.uin]);
    expect(currentImageId(b)).toBeUndefined();
    const usable = b.image({ name: "5", family: "f" });
    expect([currentImageId(b), currentImageId(b, { account: GOLDEN })]).toEqual([usable, shared]);
  });

  it("stays the same in an imported world", () => {
    const b = bench({ switches });
    const [one, two] = [b.image({ name: "1", family: "f" }), b.image({ name: "2", family: "f" })];
    changeImage(b.world, { region: HOME, imageId: one }, { family: "f" });
    const other = bench();
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(currentImageId(other)).toBe(currentImageId(b));
    changeImage(other.world, { region: HOME, imageId: two }, { family: "f" });
    expect(currentImageId(other)).toBe(familyPointsTo === "first" ? one : two);
  });
});
