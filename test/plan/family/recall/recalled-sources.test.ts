// Many sources that are recalled at once: an accident, until the user says that it is none.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG } from "../../../../lib/model/identity.ts";
import { makePlan } from "../../../../lib/plan/plan.ts";
import { callsOf } from "../../../support/plan-lines.ts";
import { type World, world } from "../../../support/plan-world.ts";

const ids = (count: number) => Array.from({ length: count }, (_, n) => `img-root${String(n + 1).padStart(4, "0")}`);

/** So many sources with a ready copy each, of which the first ones were recalled. */
function sources(count: number, recalled: number): World {
  const all = ids(count).reduce<World>(
    (given, imageId, n) => given.image({ imageId, name: `golden-${n}` }).copy("ap-shanghai", "ready"),
    world()
      .policy({ to: ["ap-shanghai"], select: { type: "custom" } })
      .sweep(),
  );
  return ids(recalled).reduce<World>((given, id) => given.change(id, { tags: { [IGNORE_TAG]: "bad" } }), all);
}

const accepted = (given: World) => makePlan({ ...given.input(), acceptRecall: true });

describe("sources that are recalled at once", () => {
  it.each([
    [3, 3, true],
    [4, 4, false],
    [4, 40, true],
    [5, 40, false],
  ])("%i of %i are followed: %s", (recalled, total, isFollowed) => {
    const plan = sources(total, recalled).plan();
    expect(plan.calls).toHaveLength(isFollowed ? recalled : 0);
    expect(plan.recordChanges).toHaveLength(isFollowed ? recalled : 0);
    expect(plan.problems.map(({ code }) => code)).toEqual(isFollowed ? [] : ["mass-recall"]);
  });

  it("count together with those that the run has followed before, and those go on", () => {
    const before = (...roots: string[]) => ({ recalled: new Set(roots.map((id) => `ap-guangzhou/${id}`)) });
    const held = sources(6, 3).option(before("img-other001")).plan();
    expect([held.calls, held.problems.map(({ code }) => code)]).toEqual([[], ["mass-recall"]]);
    const begun = sources(6, 3)
      .option(before("img-root0001", "img-other001", "img-other002"))
      .plan();
    expect(begun.recordChanges).toEqual(["ap-shanghai: retired (recalled)"]);
    expect(begun.problems).toMatchObject([{ code: "mass-recall" }]);
    expect(sources(6, 3).option(before("img-root0001")).plan().recordChanges).toHaveLength(3);
  });

  it("are followed if the user accepts it", () => {
    const plan = accepted(sources(4, 4));
    expect([callsOf(plan).length, plan.problems]).toEqual([4, []]);
  });

  it("are not counted again once they were followed, recorded or not", () => {
    const followed = ids(4).reduce<World>(
      (given, id) => given.change(`${id}-ap-shanghai`, { deprecated: true }),
      sources(8, 5),
    );
    for (const given of [followed.after(accepted(sources(8, 5))), followed.withoutRecords()]) {
      const plan = given.plan();
      expect(plan.problems).toEqual([]);
    }
  });

  it("are held, too, if a script deprecated copies together with all the sources", () => {
    const given = ids(8).reduce<World>(
      (some, id) => some.change(`${id}-ap-shanghai`, { deprecated: true }),
      sources(8, 8),
    );
    const plan = given.plan();
    expect([plan.problems.map(({ code }) => code), plan.calls]).toEqual([["mass-recall"], []]);
  });

  it("keep their places among the newest, so that no older version is copied instead", () => {
    const newest = sources(4, 4)
      .policy({ select: { type: "custom", newest: 4 } })
      .image({ imageId: "img-older001", name: "golden-older", createdAt: 1 });
    expect(newest.plan().calls).toEqual([]);
    expect(callsOf(accepted(newest))).toContain("send img-older001 → ap-shanghai");
  });
});
