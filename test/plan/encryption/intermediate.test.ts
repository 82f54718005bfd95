// The intermediate copy: when it is created, the room that is reserved for it, and its deletion.
import { describe, expect, it } from "vitest";
import { intermediateName, lineageTags } from "../../../lib/model/identity.ts";
import { RECHECK_AFTER } from "../../../lib/model/time.ts";
import { image, keyOf, madeFrom } from "../../support/builders.ts";
import { days, NOW, UNANSWERED, type World, world } from "../../support/plan-world.ts";

const [PLAIN, ENCRYPTED] = ["img-root0001-ap-shanghai", "img-root0001-ap-shanghai-enc"];
const encrypted = { variant: "encrypted:default" } as const;
const intermediate = { name: "intermediate" } as const;
const encrypting = world()
  .policy({ to: ["ap-shanghai"], copy: { encrypt: {} } })
  .image();
const silver = { type: "custom", name: ["silver-*"] } as const;

describe("the intermediate copy, when the encrypted copy is ready", () => {
  /** The intermediate copy is superseded, and every check permits its deletion. */
  const superseded = encrypting
    .copy("ap-shanghai", "retired", { ...intermediate, record: { reason: "superseded", since: NOW - 1000 } })
    .users(PLAIN, undefined)
    .shares(PLAIN, []);
  const both = superseded.copy("ap-shanghai", "ready", encrypted);

  it("is superseded and deleted at once, whatever the policy's prune settings", () => {
    const plan = both.copy("ap-shanghai", "ready", intermediate).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: retired (superseded)"]);
    const next = both.plan();
    expect(next.calls).toEqual([`delete ${PLAIN}`]);
    expect(next.actions).toMatchObject([{ do: "delete" }]);
    // No user is asked about it: no policy ever offered it to anybody.
    expect(both.option({ confirmedDeletions: new Set() }).plan().calls).toEqual([`delete ${PLAIN}`]);
  });

  it.each<[string, World]>([
    ["is not seen", both.remove(ENCRYPTED)],
    ["is not NORMAL", both.change(ENCRYPTED, { state: "SYNCING" })],
    ["has no lineage tags", both.change(ENCRYPTED, { tags: {} })],
    [
      "was missing in the last observation",
      superseded.copy("ap-shanghai", "ready", { ...encrypted, record: { missingSince: NOW } }),
    ],
    [
      "is that of another source",
      superseded.image({ imageId: "img-else" }).remove("img-else").copy("ap-shanghai", "ready", encrypted),
    ],
  ])("is kept if the encrypted copy %s", (_, given) => {
    expect(given.plan().calls.filter((call) => call.startsWith("delete"))).toEqual([]);
  });

  it.each<[string, World, string]>([
    ["something uses it", both.users(PLAIN, "instance ins-1"), "in-use"],
    ["its users cannot be read", both.users(PLAIN, UNANSWERED), "unanswered-UnauthorizedOperation"],
    ["it was shared by hand", both.shares(PLAIN, ["100000000004"]), "shared-outside"],
  ])("is kept if %s", (_, given, code) => {
    const plan = given.plan();
    expect(plan.calls).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code } }]);
  });

  it("is checked again by sweeps, not by polls, if it is kept", () => {
    const late = both.at(RECHECK_AFTER);
    expect(late.plan().calls).toEqual([]);
    expect(late.sweep().plan().calls).toEqual([`delete ${PLAIN}`]);
  });

  it("is pruned like any other copy if the encrypted copy is orphaned, too", () => {
    const plan = superseded
      .policies({ to: ["ap-beijing"] })
      .sweep()
      .plan();
    expect(plan.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("is created again when the encrypted copy is gone", () => {
    const record = { reason: "pruned", imageId: undefined };
    const plan = encrypting.copy("ap-shanghai", "retired", { image: "absent", record }).plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("gets the final name when the policy no longer encrypts", () => {
    const plan = encrypting
      .policy({ copy: { encrypt: false } })
      .copy("ap-shanghai", "ready", intermediate)
      .sweep()
      .plan();
    expect(plan.calls).toEqual([`modify ${PLAIN}: name = golden-web`]);
  });
});

it("the lineage tags of a plain copy are void on an encrypted copy", () => {
  const tags = lineageTags(keyOf("ap-shanghai"), ENCRYPTED, madeFrom(image()));
  const plan = encrypting
    .copy("ap-shanghai", "ready", { ...encrypted, record: "absent" })
    .change(ENCRYPTED, { tags })
    .plan();
  expect(plan.recordChanges).toContain("ap-shanghai: ready");
  expect(plan.copies.find(({ key }) => key.variant !== "plain")?.phase).not.toBe("ready");
});

describe("room for an encrypted copy", () => {
  const rule = { to: ["ap-shanghai"], copy: { encrypt: {} } };
  const one = world().policy(rule).version(1);

  it("is reserved while its intermediate copy is created, so that two chains do not block each other", () => {
    const versions = one.version(2).quota("ap-shanghai", 2);
    const plan = versions.plan();
    expect(plan.calls).toEqual(["send img-root0002 → ap-shanghai"]);
    expect(plan.recordChanges).toContain("ap-shanghai: blocked (quota)");
    const next = versions.copy("ap-shanghai", "ready", intermediate).plan();
    expect(next.calls).toEqual(["send img-root0002-ap-shanghai → ap-shanghai"]);
  });

  it("is reserved against other copies, too", () => {
    const plan = one
      .copy("ap-shanghai", "ready", { ...intermediate, image: { state: "SYNCING" } })
      .policy({ name: "other", to: ["ap-shanghai"], select: { type: "custom", name: ["other-*"] } })
      .image({ imageId: "img-other001", name: "other-1" })
      .quota("ap-shanghai", 2)
      .plan();
    expect(plan.calls).toEqual([`send ${PLAIN} → ap-shanghai`]);
  });
});

describe("an intermediate copy", () => {
  it("is not superseded by an older encrypted copy with another key", () => {
    const plan = encrypting
      .policies({ to: ["ap-shanghai"], select: silver })
      .copy("ap-shanghai", "retired", {
        ...encrypted,
        image: { createdAt: NOW - days(2) },
        record: { since: NOW - days(1) },
      })
      .copy("ap-shanghai", "retired", { ...intermediate, image: { createdAt: NOW - days(1) } })
      .users(PLAIN, undefined)
      .shares(PLAIN, [])
      .quota("ap-shanghai", 9)
      .sweep()
      .plan();
    expect(plan.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
  });

  it("is pruned like any other copy if it was desired directly and never got its final name", () => {
    const named = encrypting
      .policies({ to: ["ap-shanghai"] })
      .copy("ap-shanghai", "ready", intermediate)
      .sweep();
    const direct = named.plan();
    expect(direct.copies[0]).toMatchObject({ desiredDirectly: true });
    const orphaned = named.after(direct).copy("ap-shanghai", "ready", encrypted).policy({ select: silver });
    const later = orphaned
      .after(orphaned.plan())
      .at(days(30))
      .users(PLAIN, undefined)
      .shares(PLAIN, [])
      .quota("ap-shanghai", 9)
      .plan();
    expect(later.retained.map(({ image: { imageId }, reason }) => [imageId, reason.code])).toContainEqual([
      PLAIN,
      "not-permitted",
    ]);
  });

  it("is not created if another image has the name of the encrypted copy", () => {
    const plan = encrypting.otherImage().plan();
    expect(plan.calls).toEqual([]);
    expect(plan.recordChanges).toContain("ap-shanghai: blocked (name-taken)");
  });

  it("is created for one policy although another policy's direct copy is blocked", () => {
    const own = { name: "own", to: ["ap-shanghai"], maxSizeGiB: 1, copy: { name: "x-{{name}}" } };
    const plan = encrypting.policies(own, { to: ["ap-shanghai"], copy: { encrypt: {} } }).plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-shanghai"]);
  });
});

describe("an intermediate copy that a policy desires itself before it is finished", () => {
  const PLAIN_NAME = intermediateName(keyOf("ap-shanghai"), "golden-web");
  const claim = { settings: { name: PLAIN_NAME, description: "a golden image", tags: {} } };
  const both = encrypting
    .policy({ name: "plain", to: ["ap-shanghai"], copy: { family: "web", shareWith: ["100000000002"] } })
    .shares(image().imageId, []);
  const under = (name: string, family?: string) =>
    both
      .copy("ap-shanghai", "finishing", { image: { name, ...(family && { family }) }, record: { claim } })
      .shares(PLAIN, [])
      .plan();

  it("gets the name of its claim, and is neither published nor shared under it", () => {
    const renamed = under("golden-web--copying-0123456789abcdef-1").actions.find((action) => action.do === "modify");
    expect(renamed?.attributes).toEqual({ name: PLAIN_NAME, description: "a golden image" });
    const plan = under(PLAIN_NAME);
    expect([plan.calls, plan.recordChanges]).toEqual([[], expect.arrayContaining(["ap-shanghai: ready"])]);
  });

  it("leaves the family that the cloud has copied from the source", () => {
    const renamed = under("golden-web--copying-0123456789abcdef-1", "web").actions.find(
      ({ do: kind }) => kind === "modify",
    );
    expect(renamed).toMatchObject({ attributes: { family: "" } });
  });

  it("is published and shared by a sweep, once it has its own name", () => {
    const ready = (name?: "intermediate") =>
      both
        .copy("ap-shanghai", "ready", { policy: "plain", ...(name && { name }) })
        .shares(PLAIN, [])
        .sweep()
        .plan();
    expect(ready("intermediate").actions.find((action) => action.do === "modify")?.attributes).toEqual({
      name: "golden-web",
    });
    expect(ready().calls.join()).toContain("family");
  });
});
