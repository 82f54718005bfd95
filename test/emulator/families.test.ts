import { describe, expect, it } from "vitest";
import { changeImage, shareImage } from "../../emulator/control/console.ts";
import { exportWorld, importWorld } from "../../emulator/control/snapshot.ts";
import { type Bench, bench, GOLDEN, MAIN } from "./support.ts";

const HOME = "ap-guangzhou";
const pointedTo = (b: Bench, options = {}) =>
  b.call("DescribeImageFromFamily", { ImageFamily: "f" }, options).Image?.ImageId;

describe.each(["newest", "newest-modified", "first"] as const)("a family that points to the %s", (familyPointsTo) => {
  const switches = { familyPointsTo };

  it("passes over images that are deprecated, not NORMAL, elsewhere or somebody else's", () => {
    const b = bench({ switches });
    b.image({ name: "1", family: "f", deprecated: true });
    b.image({ name: "2", family: "f", state: "CREATING" });
    b.image({ name: "3", family: "f", region: "ap-beijing" });
    const lent = b.image({ name: "4", family: "f", account: GOLDEN.uin });
    shareImage(b.world, { region: HOME, imageId: lent }, [MAIN.uin]);
    expect(pointedTo(b)).toBeUndefined();
    const good = b.image({ name: "5", family: "f" });
    expect([pointedTo(b), pointedTo(b, { account: GOLDEN })]).toEqual([good, lent]);
  });

  it("goes on as before in an imported world", () => {
    const b = bench({ switches });
    const [one, two] = [b.image({ name: "1", family: "f" }), b.image({ name: "2", family: "f" })];
    changeImage(b.world, { region: HOME, imageId: one }, { family: "f" });
    const other = bench();
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(pointedTo(other)).toBe(pointedTo(b));
    changeImage(other.world, { region: HOME, imageId: two }, { family: "f" });
    expect(pointedTo(other)).toBe(familyPointsTo === "first" ? one : two);
  });
});
