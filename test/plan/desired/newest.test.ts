// Policies with `select.newest`: which versions are selected, and which copies are retained.
import { describe, expect, it } from "vitest";
import { reason } from "../../../lib/model/messages/reasons.ts";
import { makePlan } from "../../../lib/plan/plan.ts";
import { minutes, NOW, type PolicyFields, SETTLE, type Stage, world } from "../../support/plan-world.ts";

const family = "web";
const NEWEST: PolicyFields = { name: "newest", select: { type: "custom", newest: 1 }, copy: { family: "inherit" } };
const older = world().policy(NEWEST).version(1, { family });
const versions = older.version(2, { family });

describe("a policy with select.newest", () => {
  it("selects only the newest image of each family, and of all images without a family together", () => {
    const plan = versions.plan();
    expect(plan.calls).toEqual(["send img-root0002 → ap-beijing", "send img-root0002 → ap-shanghai"]);
    expect(plan.notSelected()).toMatchObject([{ image: { imageId: "img-root0001" }, reason: { code: "not-newest" } }]);
    expect(versions.version(1).plan().calls).toHaveLength(4);
  });

  it("selects the one with the higher name of two that were made in the same second", () => {
    const createdAt = NOW - minutes(90);
    for (const [high, low] of [
      ["golden-1.10.0", "golden-1.9.0"],
      ["golden-1.1.0", "golden-1.0.0"],
    ]) {
      const lower = { imageId: "img-zzzz0001", family, createdAt, name: low as string };
      const higher = { imageId: "img-aaaa0001", family, createdAt, name: high as string };
      for (const given of [world().image(lower).image(higher), world().image(higher).image(lower)]) {
        const { desired } = given.policy(NEWEST).plan();
        expect(new Set(desired.map(({ root }) => root.name))).toEqual(new Set([high]));
      }
    }
  });

  it("selects the previous version if the newest one failed or was recalled", () => {
    for (const fields of [{ state: "CREATEFAILED" }, { deprecated: true }])
      expect(versions.change("img-root0002", fields).plan().calls).toEqual([
        "send img-root0001 → ap-beijing",
        "send img-root0001 → ap-shanghai",
      ]);
  });

  it("selects the previous version if the newest one was deleted, though a copy of it is stuck for ever", () => {
    const record = { rootCreatedAt: NOW, rootFamily: family };
    const requestsWith = (stage: Stage) => {
      const deleted = versions.copy("ap-shanghai", stage, { policy: "newest", record }).remove("img-root0002");
      return deleted.sweep().plan().requests;
    };
    expect(requestsWith("stuck")).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
    expect(requestsWith("copying")).toEqual([]);
  });

  it("selects although one of its source regions does not exist", () => {
    const given = versions.policy({ ...NEWEST, from: ["ap-guangzhou", "ap-atlantis"] });
    const absent = { unreadable: new Map([["ap-atlantis", reason("no-such-region", { region: "ap-atlantis" })]]) };
    const input = given.input();
    const { desiredCopies } = makePlan({ ...input, observation: { ...input.observation, ...absent } });
    expect(desiredCopies.size).toBe(2);
  });

  it("says of a failed image that it failed, and not that others are newer", () => {
    const { notSelected } = versions.change("img-root0002", { state: "CREATEFAILED" }).plan();
    expect(notSelected()).toMatchObject([{ image: { imageId: "img-root0002" }, reason: { code: "source-failed" } }]);
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

describe("a new version while another source region cannot be read", () => {
  const two = versions.policy({ ...NEWEST, from: ["ap-guangzhou", "ap-chengdu"], to: ["ap-shanghai"] }).sweep();
  const older = two.copy("ap-shanghai", "ready", { of: "img-root0001", policy: "newest" });

  it("gets no copies, and that is reported with the image and the region", () => {
    const plan = older.unreadable("ap-chengdu").plan();
    expect(plan.sends).toEqual([]);
    expect(plan.notSelected()).toMatchObject([{ image: { imageId: "img-root0002" }, reason: { code: "unread" } }]);
    const [waits] = plan.problems.filter(({ code }) => code === "sources-wait");
    expect(waits?.text).toMatch(/^policy newest .* img-root0002 gets no copies while ap-chengdu cannot be read$/);
  });

  it("is no problem while that region is only late", () => {
    expect(older.unread("ap-chengdu").plan().problems).toEqual([]);
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
