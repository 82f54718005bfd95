// What a plan or an apply is narrowed to.
import { describe, expect, it } from "vitest";
import { copyId } from "../../lib/model/identity.ts";
import type { CopyKey } from "../../lib/model/types.ts";
import { onlyThese } from "../../lib/plan/guards/filters.ts";
import { makePlan } from "../../lib/plan/plan.ts";
import type { CopyFilter } from "../../lib/report/copies/choose-copies.ts";
import { narrow } from "../../lib/report/copies/narrow.ts";
import { viewOf } from "../../lib/report/plan/plan-view.ts";
import { callsOf } from "../support/plan-lines.ts";
import { minutes, NOW, type World, world } from "../support/plan-world.ts";

const encrypting = world()
  .policy({ to: ["ap-beijing", "ap-shanghai"], copy: { regions: { "ap-shanghai": { encrypt: {} } } } })
  .image();
const placesOf = (given: World, filter: CopyFilter) => {
  const plan = given.sweep().plan();
  const { chosen } = narrow(plan, filter, given.input().policies);
  return [...plan.desiredCopies.values()]
    .filter(({ key }) => chosen.has(copyId(key)))
    .map(({ key }) => `${key.region} ${key.variant}`)
    .sort();
};

describe("a narrowed command", () => {
  it("is about the copies of the filter, also of those that have no record yet", () => {
    expect(placesOf(encrypting, { regions: ["ap-beijing"] })).toEqual(["ap-beijing plain"]);
    expect(placesOf(encrypting, { images: ["golden-web"], regions: ["ap-beijing"] })).toEqual(["ap-beijing plain"]);
  });

  it("makes no call on other copies, neither requests nor any other", () => {
    const given = world()
      .policy({ to: ["ap-beijing", "ap-shanghai"] })
      .image()
      .copy("ap-beijing", "finishing")
      .copy("ap-shanghai", "finishing")
      .sweep()
      .input();
    const regionsOf = (only?: (key: CopyKey) => boolean) =>
      onlyThese(makePlan(given), only).actions.map((action) => (action.do === "send" ? "" : action.copy.key.region));
    expect(new Set(regionsOf())).toEqual(new Set(["ap-beijing", "ap-shanghai"]));
    expect(new Set(regionsOf(({ region }) => region === "ap-beijing"))).toEqual(new Set(["ap-beijing"]));
  });

  it("takes along what its copies are made from", () => {
    expect(placesOf(encrypting, { regions: ["ap-shanghai"] })).toEqual([
      "ap-shanghai encrypted:default",
      "ap-shanghai plain",
    ]);
  });

  it("takes along the older copy that has to give up its name, which its copy would wait for", () => {
    const rebuilt = world()
      .policy({ to: ["ap-shanghai"] })
      .image()
      .copy("ap-shanghai", "ready")
      .withoutSources()
      .image({ imageId: "img-root0002", createdAt: NOW - minutes(60) })
      .shares("img-root0001-ap-shanghai", [])
      .copy("ap-shanghai", "finishing", { of: "img-root0002" });
    const given = { ...rebuilt.sweep().input(), only: ({ rootId }: CopyKey) => rootId === "img-root0002" };
    expect(callsOf(onlyThese(makePlan(given), given.only))).toEqual([
      expect.stringMatching(/^modify img-root0001-ap-shanghai: name = golden-web--replaced-/),
    ]);
  });

  it("knows the policies and regions of the file, also those without copies, and names them to who misspells one", () => {
    const plan = encrypting.plan();
    const { policies } = encrypting.input();
    expect(narrow(plan, { policies: ["golden"], regions: ["ap-guangzhou"] }, policies)).toMatchObject({ problems: [] });
    const { problems } = narrow(plan, { policies: ["goldn"], images: ["img-unknown1"] }, policies);
    expect(problems.map(({ where }) => where)).toEqual(["--only", "--image"]);
    expect(problems[0]?.text).toContain("did you mean golden?");
  });

  it("shows its own copies alone, and counts them alone", () => {
    const plan = encrypting.sweep().plan();
    const { chosen } = narrow(plan, { regions: ["ap-beijing"] }, encrypting.input().policies);
    const { create, waiting, estimate, notSelected } = viewOf(plan, { chosen });
    expect(create.map(({ destinations }) => destinations)).toEqual([["ap-beijing"]]);
    expect({ waiting, gib: estimate.addGiB, notSelected }).toEqual({ waiting: [], gib: 20, notSelected: [] });
  });
});
