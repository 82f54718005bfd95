// The image quota of a region: which new copies get room, and which are blocked.
import { describe, expect, it } from "vitest";
import { days, hours, NOW, UNANSWERED, type World, world } from "../../support/plan-world.ts";

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
      reason: {
        code: "quota",
        text: "ap-shanghai holds 3 of at most 5 custom images, and room for 2 more goes to copies that are requested first",
      },
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

describe("a full region with orphaned copies of ours", () => {
  const OLD = "img-root0001-ap-shanghai";
  const newest = { type: "custom", name: ["golden-*"], newest: 1 } as const;
  const pruning = { to: ["ap-shanghai"], select: newest, prune: { minAge: hours(1), delete: true } };
  const orphan = (given: World, n: number) =>
    given
      .version(n)
      .copy("ap-shanghai", "retired")
      .users(`img-root000${n}-ap-shanghai`, undefined)
      .shares(`img-root000${n}-ap-shanghai`, []);
  const last = orphan(world().policy(pruning).sweep(), 1).version(3);
  const two = orphan(last, 2).version(3);

  it("deletes them first; the new copy waits, and is requested when there is room", () => {
    const plan = two.quota("ap-shanghai", 2).plan();
    expect(plan.calls).toEqual([`delete ${OLD}`]);
    expect(plan.recordChanges).toContain("ap-shanghai: waiting (making-room)");
    const after = two.after(plan).remove(OLD).quota("ap-shanghai", 2).sweep(false);
    expect(after.plan().calls).toEqual(["send img-root0003 → ap-shanghai"]);
  });

  it("does not wait for a deletion that the cloud refused before, and tries that again all the same", () => {
    const refusedDeletion = { code: "UnauthorizedOperation", tries: 5, at: NOW - days(2) };
    const plan = two
      .copy("ap-shanghai", "retired", { of: "img-root0001", record: { refusedDeletion } })
      .quota("ap-shanghai", 2)
      .plan();
    expect(plan.calls).toEqual([`delete ${OLD}`]);
    expect(plan.recordChanges).toContain("ap-shanghai: blocked (quota)");
  });

  it("does not wait if there is room", () => {
    expect(two.quota("ap-shanghai", 3).plan().calls).toContain("send img-root0003 → ap-shanghai");
  });

  it("blocks what would not fit after the deletions either", () => {
    const more = two.policy({ select: { type: "custom", name: ["golden-3", "golden-4"] } }).version(4);
    const changes = more.quota("ap-shanghai", 2).plan().recordChanges;
    expect(changes.filter((change) => !change.includes("retired"))).toEqual([
      "ap-shanghai: blocked (quota)",
      "ap-shanghai: waiting (making-room)",
    ]);
  });

  it("blocks the new copy if only the last version is left, names that version, and says so once", () => {
    const given = last.quota("ap-shanghai", 1);
    const plan = given.plan();
    expect(plan.calls).toEqual([]);
    const blocked = plan.copies.find(({ phase }) => phase === "blocked");
    const why = blocked && "reason" in blocked ? blocked.reason : undefined;
    expect(why).toMatchObject({ code: "quota" });
    expect(why?.text).toContain(`${OLD} ("golden-1")`);
    expect(why?.remedy).toContain("cvm-replicator prune");
    for (const sweep of [true, false]) expect(given.after(plan).sweep(sweep).plan().recordChanges).toEqual([]);
  });

  it("names no copy that its policy never deletes", () => {
    const plan = last
      .policy({ prune: { delete: false } })
      .quota("ap-shanghai", 1)
      .plan();
    expect(JSON.stringify(plan.copies)).not.toContain("last usable");
  });
});

it("the end of a share makes no room in a full region", () => {
  const given = { golden: { accounts: ["100000000009"], tags: {}, families: [] } };
  const plan = one
    .copy("ap-shanghai", "ready", { record: { given } })
    .shares("img-root0001-ap-shanghai", ["100000000009"])
    .version(2)
    .quota("ap-shanghai", 1)
    .sweep()
    .plan();
  expect(plan.calls).toEqual(["unshare img-root0001-ap-shanghai: 100000000009"]);
  expect(plan.recordChanges).toContain("ap-shanghai: blocked (quota)");
});
