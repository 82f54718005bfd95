// The last guard of another installation's images: no call on one passes, whatever step asks for it.
import { describe, expect, it } from "vitest";
import { othersImages } from "../../../lib/plan/guards/other-installations.ts";
import type { CloudCall, PlanContext, Step } from "../../../lib/plan/types.ts";
import { image } from "../../support/builders.ts";
import { copyIn } from "../../support/plan-copy.ts";
import { world } from "../../support/plan-world.ts";

const THEIRS = "img-root0001-ap-shanghai";
const given = world().image().copy("ap-shanghai", "ready", { installation: "other" }).otherImage();
const { observation, record } = given.input();
const context = { observation, installations: record.installations } as PlanContext;
const { record: copy } = copyIn("ready", image(), "ap-shanghai", {});
/** Steps that call on this image in every way. */
const stepsOn = (imageId: string): Step[] => {
  const at = { ...image(), region: "ap-shanghai", imageId };
  if (!copy) throw new Error("no record");
  const calls: CloudCall[] = [
    { do: "tag", copy, image: at, tags: { a: "b" } },
    { do: "untag", copy, image: at, keys: ["a"] },
    { do: "modify", copy, image: at, attributes: { name: "x" }, mayUnshareTemporarily: [] },
    { do: "share", copy, image: at, accounts: ["100000000003"] },
    { do: "unshare", copy, image: at, accounts: ["100000000003"] },
    { do: "delete", copy, image: at, sizeGiB: 20, why: "x", done: copy },
  ];
  return calls.map((call) => ({ call }));
};

describe("the guard of other installations", () => {
  it("drops every call on an image whose mark names another installation", () => {
    expect(othersImages(stepsOn(THEIRS), context).steps).toEqual([]);
  });

  it("keeps those on images without such a mark, and steps without a call", () => {
    const steps: Step[] = [...stepsOn("img-theirs01"), {}];
    expect(othersImages(steps, context).steps).toEqual(steps);
    const own = { ...context, installations: ["own", "other"] } as PlanContext;
    expect(othersImages(stepsOn(THEIRS), own).steps).toHaveLength(6);
  });
});
