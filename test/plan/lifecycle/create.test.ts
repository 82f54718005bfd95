// From a new image to its requests: which copies are requested now, and which wait or are blocked.
import { describe, expect, it } from "vitest";
import { tokenName } from "../../../lib/model/identity.ts";
import { fullText } from "../../../lib/model/messages/define.ts";
import { keyOf, LAB } from "../../support/builders.ts";
import { hours, type World, world } from "../../support/plan-world.ts";

describe("a new image", () => {
  it("is requested for all its destinations in one call", () => {
    const plan = world().image().plan();
    expect(plan.requests).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
    expect(plan.sends.map(({ token }) => token)).toEqual([tokenName(keyOf("ap-shanghai"), "golden-web", 1, LAB)]);
  });

  it("is not requested for a destination that was not read whole", () => {
    expect(world().image().unread("ap-shanghai").plan().requests).toEqual(["img-root0001 → ap-beijing"]);
  });

  it("waits until the source is NORMAL, and is blocked if the source has failed", () => {
    const creating = world().image({ state: "CREATING" }).plan();
    expect(creating.recordChanges).toEqual([
      "ap-beijing: waiting (source-not-normal)",
      "ap-shanghai: waiting (source-not-normal)",
    ]);
    const failed = world().image({ state: "CREATEFAILED" }).plan();
    expect(failed.recordChanges).toEqual([
      "ap-beijing: blocked (source-failed)",
      "ap-shanghai: blocked (source-failed)",
    ]);
    expect([...creating.requests, ...failed.requests]).toEqual([]);
  });

  it("is blocked for one destination and requested for the others", () => {
    const plan = world()
      .policy({ to: ["ap-shanghai", "ap-hongkong"] })
      .image()
      .plan();
    expect(plan.recordChanges).toEqual(["ap-hongkong: blocked (cross-border)"]);
    expect(plan.requests).toEqual(["img-root0001 → ap-shanghai"]);
  });

  const manyTags = Object.fromEntries(Array.from({ length: 47 }, (_, n) => [`key${n}`, "v"]));
  it.each<[string, World, string]>([
    ["too large", world().policy({ maxSizeGiB: 200 }).image({ sizeGiB: 300 }), "too-large"],
    [
      "given a name that is too long",
      world()
        .policy({ copy: { name: "{{name}}".padEnd(80, "x") } })
        .image(),
      "bad-name",
    ],
    ["left with more tags than the cloud allows", world().image({ tags: manyTags }), "too-many-tags"],
  ])("is blocked when it is %s", (_, given, code) => {
    const plan = given.plan();
    expect(plan.recordChanges).toEqual([`ap-beijing: blocked (${code})`, `ap-shanghai: blocked (${code})`]);
    expect(plan.requests).toEqual([]);
  });

  it("is blocked once its source has been busy for longer than stuckAfter, and is copied once that is NORMAL", () => {
    const busy = world()
      .policy({ to: ["ap-shanghai"] })
      .image({ state: "SYNCING" })
      .sweep();
    const first = busy.plan();
    expect(first.recordChanges).toEqual(["ap-shanghai: waiting (source-not-normal)"]);
    const later = (offset: number) => busy.after(first).at(offset);
    expect(later(hours(1)).plan().recordChanges).toEqual([]);
    const blocked = later(hours(1) + 1);
    expect(blocked.plan().recordChanges).toEqual(["ap-shanghai: blocked (source-stuck)"]);
    const again = blocked.after(blocked.plan()).at(hours(9));
    expect(again.plan().recordChanges).toEqual([]);
    expect(again.change("img-root0001", { state: "NORMAL" }).plan().requests).toEqual(["img-root0001 → ap-shanghai"]);
  });

  it("names the source if the source causes the block", () => {
    const blockOf = (given: World) => {
      const [desired] = given.plan().desired;
      return desired?.block ? fullText(desired.block) : "";
    };
    const long = world().image({ name: "golden-".padEnd(61, "x") });
    expect(blockOf(long)).toMatch(
      /has 61 characters, .*; that comes from the name of the source, img-root0001; rename the source img-root0001/,
    );
    expect(blockOf(world().image({ name: "golden-🔥".padEnd(61, "x") }))).toBe("");
    const template = world()
      .policy({ copy: { name: "{{name}}".padEnd(80, "x") } })
      .image();
    expect(blockOf(template)).toMatch(/; change copy.name in the policy$/);
    const tags = world()
      .policy({ copy: { tags: { set: { team: "a", key0: "b" } } } })
      .image({ tags: manyTags });
    expect(blockOf(tags)).toContain("would have 48 tags, 46 of them from the source img-root0001,");
  });

  it("inherits tags, except for the vendor's and our own tags", () => {
    const plan = world()
      .policy({ copy: { tags: { set: { team: "core", env: "prod" } } } })
      .image({ tags: { team: "web", "qcs:x": "1", "cvm-replicator:root": "2", "project-x": "3" } })
      .plan();
    expect(plan.sends[0]?.claimRequests[0]?.claim.settings.tags).toEqual({ team: "core", env: "prod" });
  });
});
