// Which images are sources: never our own copies, however they are recognised.
import { describe, expect, it } from "vitest";
import { lineageTags } from "../../../lib/model/identity.ts";
import { image, keyOf, madeFrom } from "../../support/builders.ts";
import { type World, world } from "../../support/plan-world.ts";

describe("a copy is never a source", () => {
  const there = { name: "ab", select: { type: "custom" }, to: ["ap-shanghai"] } as const;
  const back = { name: "ba", from: ["ap-shanghai"], select: { type: "custom" }, to: ["ap-guangzhou"] } as const;
  const pair = world().policies(there, back).image();

  it.each<[string, World]>([
    ["its lineage tags", pair.copy("ap-shanghai", "ready", { record: "absent" })],
    ["its token", pair.copy("ap-shanghai", "copying", { record: "absent", lineage: false })],
    ["our records", pair.copy("ap-shanghai", "ready", { lineage: false })],
  ])("if it is recognised by %s", (_, given) => {
    expect(given.plan().requests).toEqual([]);
  });

  it("but lineage tags that another image inherited prove nothing", () => {
    const tags = lineageTags(keyOf("ap-shanghai"), "img-copy0001", madeFrom(image()));
    const baked = world().policies(back).otherImage({ imageId: "img-other001", name: "golden-new", tags });
    expect(baked.plan().requests).toEqual(["img-other001 → ap-guangzhou"]);
  });
});
