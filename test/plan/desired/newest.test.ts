// Policies with `select.newest`: which versions are selected, and which copies are retained.
import { describe, expect, it } from "vitest";
import { minutes, type PolicyFields, SETTLE, world } from "../../support/plan-world.ts";

const family = "web";
const NEWEST: PolicyFields = { name: "newest", select: { type: "custom", newest: 1 }, copy: { family: "inherit" } };
const older = world().policy(NEWEST).version(1, { family });
const versions = older.version(2, { family });

describe("a policy with select.newest", () => {
  it("selects only the newest image of each family, and of all images without a family together", () => {
    const plan = versions.plan();
    expect(plan.calls).toEqual(["send img-root0002 → ap-beijing", "send img-root0002 → ap-shanghai"]);
    expect(plan.notSelected).toMatchObject([{ image: { imageId: "img-root0001" }, reason: { code: "not-newest" } }]);
    expect(versions.version(1).plan().calls).toHaveLength(4);
  });

  it("selects the previous version if the newest one failed or was recalled", () => {
    for (const fields of [{ state: "CREATEFAILED" }, { deprecated: true }])
      expect(versions.change("img-root0002", fields).plan().calls).toEqual([
        "send img-root0001 → ap-beijing",
        "send img-root0001 → ap-shanghai",
      ]);
  });

  it("continues recorded copies and starts no others if not all competing images were read", () => {
    const one = older.readOneByOne("ap-guangzhou");
    const { desired } = one.copy("ap-shanghai", "copying").plan();
    expect(desired.map(({ key, publication }) => [key.rootId, key.region, publication.family])).toEqual([
      ["img-root0001", "ap-shanghai", "web"],
    ]);
    expect(one.plan().desired).toEqual([]);
  });

  it("does not ask for copies that another policy has created", () => {
    const plan = older
      .policies({ to: ["ap-shanghai"] }, NEWEST)
      .copy("ap-shanghai", "copying")
      .readOneByOne("ap-guangzhou")
      .plan();
    expect(plan.calls).toEqual([]);
    expect(plan.recordChanges).toEqual([]);
  });
});

describe("a newest version that is missing in a listing", () => {
  const record = { rootFamily: family, policy: "newest", family };
  const missing = versions
    .policy({ name: "newest", to: ["ap-shanghai"] })
    .copy("ap-shanghai", "ready", { record })
    .remove("img-root0002")
    .sweep();

  it("still counts until its absence is certain, so that no older version is copied instead", () => {
    const first = missing.plan();
    expect(first.calls).toEqual([]);
    const soon = missing.after(first).plan();
    expect(soon.calls).toEqual([]);
    const later = missing.after(soon).at(SETTLE + minutes(2));
    expect(later.plan().calls).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("lets the existing copies of the older version be retained", () => {
    const { desired } = missing.copy("ap-shanghai", "ready", { of: "img-root0001", record }).plan();
    expect(desired.map(({ root }) => root.imageId)).toEqual(["img-root0001"]);
  });
});
