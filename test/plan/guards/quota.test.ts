// The image quota of a region: which new copies get room, and which are blocked.
import { describe, expect, it } from "vitest";
import { UNANSWERED, type World, world } from "../../support/plan-world.ts";

/** Adds so many images of others in ap-shanghai. */
const used = (given: World, count: number) =>
  Array.from({ length: count }, (_, n) => n).reduce<World>(
    (all, n) => all.otherImage({ imageId: `img-other${n}`, name: `other-${n}` }),
    given,
  );
const one = world()
  .policy({ to: ["ap-shanghai"] })
  .version(1);
const three = one.version(2).version(3);

describe("a region without room for more images", () => {
  it("gets the newest versions first; the others are blocked with its limit and usage", () => {
    const plan = used(three, 3).quota("ap-shanghai", 5).plan();
    expect(plan.calls).toEqual(["send img-root0002 → ap-shanghai", "send img-root0003 → ap-shanghai"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
    const [blocked] = plan.copies;
    expect(blocked).toMatchObject({
      key: { rootId: "img-root0001" },
      reason: { code: "quota", text: "ap-shanghai holds 3 of at most 5 custom images" },
    });
    expect(blocked && "reason" in blocked && blocked.reason.remedy).toMatch(/quota/);
  });

  it("gets no copies if it is full or over its limit", () => {
    for (const count of [5, 6]) expect(used(three, count).quota("ap-shanghai", 5).plan().calls).toEqual([]);
  });

  it("does not hold up other regions", () => {
    const plan = used(world().image(), 1).quota("ap-shanghai", 1).quota("ap-beijing", 1).plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-beijing"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
  });

  const full = used(three, 5).quota("ap-shanghai", 5);

  it("is recorded once, and gets the copy in the next run with room", () => {
    const blocked = full.after(full.plan());
    expect(blocked.plan().actions).toEqual([]);
    expect(blocked.remove("img-other4").plan().calls).toEqual(["send img-root0003 → ap-shanghai"]);
    expect(blocked.quota("ap-shanghai", 9).plan().calls).toHaveLength(3);
  });

  it("is recorded again when its limit or usage has changed", () => {
    const more = used(three, 6).quota("ap-shanghai", 6).after(full.plan());
    expect(more.plan().recordChanges).toHaveLength(3);
  });
});

it("a poll does not replace the reason name-conflict by quota", () => {
  const blocked = used(one.copy("ap-shanghai", "blocked", { record: { reason: "name-conflict" } }), 2);
  const full = blocked.quota("ap-shanghai", 2);
  expect(full.plan().actions).toEqual([]);
  expect(full.sweep().plan().recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
});

describe("the quota of a region", () => {
  it("is queried only if a copy would be requested there", () => {
    expect(three.plan().questions).toEqual([{ ask: "quota", region: "ap-shanghai" }]);
    expect(three.policy({ enabled: false }).plan().questions).toEqual([]);
  });

  it("blocks nothing if the cloud does not answer; then the cloud's verdict on the call decides", () => {
    expect(used(three, 500).quota("ap-shanghai", UNANSWERED).plan().calls).toHaveLength(3);
  });

  it("counts every listed custom image in any state, and no other images", () => {
    const plan = three
      .otherImage({ imageId: "img-a", name: "a", state: "CREATING" })
      .otherImage({ imageId: "img-b", name: "b", state: "CREATEFAILED" })
      .otherImage({ imageId: "img-c", name: "c", type: "shared" })
      .quota("ap-shanghai", 3)
      .plan();
    expect(plan.calls).toEqual(["send img-root0003 → ap-shanghai"]);
  });
});
