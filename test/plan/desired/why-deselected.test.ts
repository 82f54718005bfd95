// Which change made a copy an orphan: its reason names it.
import { describe, expect, it } from "vitest";
import { lineageTags } from "../../../lib/model/identity.ts";
import { keyOf, LAB } from "../../support/builders.ts";
import { days, NOW, type World, world } from "../../support/plan-world.ts";

const copied = world()
  .policy({ to: ["ap-shanghai"] })
  .image()
  .copy("ap-shanghai", "ready");

const newest = { select: { type: "custom", newest: 1 } } as const;
const markOf = (imageId: string) =>
  lineageTags(keyOf("ap-guangzhou"), imageId, {
    parent: { region: "ap-guangzhou", imageId },
    policy: "golden",
    installation: LAB,
  });

describe("a copy that no policy selects any more names the change that did it:", () => {
  it.each<[string, World, RegExp]>([
    [
      "the policy is gone",
      copied.policies({ name: "other", from: ["ap-guangzhou"], select: { type: "custom", name: ["x-*"] } }),
      /policy golden is no longer in the policy file$/,
    ],
    ["the policy is disabled", copied.policy({ enabled: false }), /policy golden is disabled$/],
    ["the source was deleted", copied.withoutSources(), /its source img-root0001 was deleted$/],
    [
      "the policy copies elsewhere",
      copied.policy({ to: ["ap-beijing"] }),
      /policy golden no longer copies to ap-shanghai$/,
    ],
    [
      "the policy copies from elsewhere",
      copied.policy({ from: ["ap-tokyo"] }),
      /policy golden no longer copies from ap-guangzhou$/,
    ],
    [
      "the name does not match",
      copied.policy({ select: { type: "custom", name: ["db-*"] } }),
      /the name "golden-web" does not match "db-\*"$/,
    ],
    [
      "a newer version took its place",
      copied.policy({ select: { type: "custom", newest: 1 } }).image({ imageId: "img-root0002", name: "golden-z" }),
      /not among the newest 1$/,
    ],
    [
      "the policy encrypts now",
      copied
        .policy({ copy: { encrypt: {} } })
        .copy("ap-shanghai", "ready", { variant: "encrypted:default", image: { name: "other" } }),
      /policy golden no longer asks for this encryption in ap-shanghai$/,
    ],
    [
      "the source has failed since",
      copied.change("img-root0001", { state: "CREATEFAILED" }).policy(newest),
      /the source is CREATEFAILED$/,
    ],
    [
      "the source is a copy itself",
      copied.change("img-root0001", { tags: markOf("img-root0001") }),
      /the image is a copy itself/,
    ],
  ])("%s", (_, given, text) => {
    const retired = given
      .sweep()
      .plan()
      .copies.find(({ key }) => key.rootId === "img-root0001" && key.region === "ap-shanghai");
    expect(retired).toMatchObject({ phase: "retired", reason: { code: "deselected" } });
    expect(retired && "reason" in retired && retired.reason.text).toMatch(text);
  });
});

describe("the record of an orphaned copy", () => {
  const record = { reason: "deselected", rootName: "former" };
  const orphan = (given: World) => given.copy("ap-shanghai", "retired", { record }).sweep();
  const selecting = world().policy({ to: ["ap-shanghai"], select: { type: "custom", newest: 1 } });
  const reasonOf = (given: World) => given.plan().copies.find(({ phase }) => phase === "retired");

  it("follows the present cause and the present name of the source, in a sweep", () => {
    const replaced = orphan(selecting.version(1)).version(2).unread("ap-beijing");
    const fresh = reasonOf(replaced);
    expect(fresh).toMatchObject({ rootName: "golden-1", reason: { code: "deselected" } });
    expect(fresh && "reason" in fresh ? fresh.reason.text : "").toMatch(/policy: the image is not among the newest 1$/);
    expect(replaced.after(replaced.plan()).plan().recordChanges).not.toContainEqual(expect.stringMatching(/retired/));
    expect(reasonOf(replaced.sweep(false))).toMatchObject({ rootName: "former" });
  });

  it("keeps the name of a source that is gone, and a reason that no policy gives", () => {
    expect(reasonOf(orphan(selecting.version(1)).withoutSources())).toMatchObject({ rootName: "former" });
    const superseded = selecting
      .version(1)
      .version(2)
      .copy("ap-shanghai", "retired", {
        of: "img-root0001",
        record: { reason: "superseded" },
      });
    expect(reasonOf(superseded.sweep())).toMatchObject({ reason: { code: "superseded" } });
  });
});

describe("a shared source that its owner no longer shares", () => {
  const sharing = world()
    .policy({ to: ["ap-shanghai"], select: { type: "shared" } })
    .image({ type: "shared" })
    .copy("ap-guangzhou", "ready");
  const midChain = sharing.copy("ap-shanghai", "waiting").withoutSources().sweep();
  const stateOf = (given: World) => given.plan().copies.find(({ key }) => key.region === "ap-shanghai");

  it("blocks the copy that is not made yet, and names the source", () => {
    expect(stateOf(midChain)).toMatchObject({ phase: "blocked", reason: { code: "source-revoked" } });
    expect(midChain.after(midChain.plan()).plan().recordChanges).toEqual([]);
  });

  it("does not, if the policy was changed, or no copy is left", () => {
    expect(stateOf(midChain.policy({ to: ["ap-beijing"] }))).toMatchObject({
      phase: "ended",
      reason: { text: "no longer selected by any policy: policy golden no longer copies to ap-shanghai" },
    });
    const none = sharing.copy("ap-guangzhou", "ended").copy("ap-shanghai", "waiting").withoutSources().sweep();
    expect(stateOf(none)).toMatchObject({
      phase: "ended",
      reason: { text: expect.stringMatching(/its source img-root0001 was deleted or is no longer shared$/) as string },
    });
  });

  it("keeps its copies whatever its age, as the documents say", () => {
    const made = sharing.copy("ap-shanghai", "ready").withoutSources().sweep();
    expect(made.policy({ select: { type: "shared", maxAge: 1 } }).plan().recordChanges).toEqual([]);
  });
});

describe("an intermediate copy whose policy changed in mid-chain", () => {
  const midChain = world()
    .policy({ to: ["ap-shanghai"], copy: { encrypt: {} } })
    .image()
    .copy("ap-shanghai", "ready", { name: "intermediate" });
  const reasonIn = (given: World) =>
    given
      .sweep()
      .plan()
      .copies.flatMap((copy) => ("reason" in copy ? copy.reason : []));

  it("is retired for that change, and not because it has served its purpose", () => {
    expect(reasonIn(midChain.policy({ to: ["ap-beijing"] })).map(({ text }) => text)).toContain(
      "no longer selected by any policy: policy golden no longer copies to ap-shanghai",
    );
    expect(reasonIn(midChain.withoutSources()).map(({ text }) => text)).toContain(
      "no longer selected by any policy: its source img-root0001 was deleted",
    );
    const done = midChain.copy("ap-shanghai", "ready", { variant: "encrypted:default" });
    expect(reasonIn(done)).toMatchObject([{ code: "superseded" }]);
  });
});

describe("a copy that is found again after a loss of the state", () => {
  const found = (given: World) => given.withoutRecords().sweep().plan().copies;

  it("is retired at once if no policy selects it, with the change that did that", () => {
    expect(found(copied.policy({ to: ["ap-beijing"] }))).toMatchObject([
      {
        phase: "retired",
        reason: { code: "deselected", text: expect.stringMatching(/no longer copies to ap-shanghai$/) as string },
      },
    ]);
    expect(found(copied)).toMatchObject([{ phase: "ready" }]);
  });

  it("has the name of its source, where that can be seen, and else what the copy shows of it", () => {
    const busy = copied.copy("ap-shanghai", "copying").policy({ to: ["ap-beijing"] });
    const nameIn = (given: World) =>
      found(given).flatMap(({ key, rootName }) => (key.region === "ap-shanghai" ? [rootName] : []));
    expect(nameIn(busy.change("img-root0001", { name: "golden-real" }))).toEqual(["golden-real"]);
    expect(nameIn(busy.withoutSources())).toEqual(["golden-web"]);
  });

  it("has the age and the family of its source, so that it is known what replaces it", () => {
    const rootCreatedAt = NOW - days(3);
    const given = copied.change("img-root0001", { family: "golden", createdAt: rootCreatedAt });
    const inFamily = given.change("img-root0001-ap-shanghai", { family: "golden" });
    expect(found(inFamily.policy({ to: ["ap-beijing"] }))).toMatchObject([
      { phase: "retired", rootCreatedAt, rootFamily: "golden", family: "golden" },
    ]);
  });

  it("says that it is unknown which policy selects an unfinished one, if that is so", () => {
    const unread = copied.copy("ap-shanghai", "copying").unread("ap-guangzhou");
    expect(JSON.stringify(found(unread))).toContain("which policy selects it is unknown");
  });
});

it("an unfinished copy of another installation that no policy selects any more is retired for that change", () => {
  const theirs = copied.copy("ap-shanghai", "copying", { installation: "laptop" }).policy({ to: ["ap-beijing"] });
  const [retired] = theirs.sweep().plan().copies;
  expect(retired).toMatchObject({ phase: "ended", reason: { code: "deselected" } });
});

it("a source that was renamed has its new name in the record", () => {
  const renamed = copied.change("img-root0001", { name: "golden-new" }).sweep();
  expect(renamed.plan().copies).toMatchObject([{ rootName: "golden-new" }]);
});
