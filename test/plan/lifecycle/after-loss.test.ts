// The state was lost: the marks in the cloud alone say which image is which copy, and of what.
import { describe, expect, it } from "vitest";
import { tokenName } from "../../../lib/model/identity.ts";
import { keyOf, LAB } from "../../support/builders.ts";
import { days, minutes, NOW, type World, world } from "../../support/plan-world.ts";

const COPY = "img-root0001-ap-shanghai";
const lost = (given: World) => given.stateLost(minutes(10)).sweep();
const unrecorded = { record: "absent" } as const;
const encrypted = { variant: "encrypted:default" } as const;
/** An image of which only its temporary name says what it is. */
const nameOnly = { record: "absent", lineage: false } as const;

describe("a copy that is SYNCING under its temporary name, without a record and without tags", () => {
  const pair = world()
    .policy({ from: ["ap-guangzhou", "ap-shanghai"], to: ["ap-guangzhou", "ap-shanghai"] })
    .image();

  it("is found, and is neither requested again nor taken for a source", () => {
    const given = lost(pair).copy("ap-shanghai", "copying", nameOnly);
    const plan = given.plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: copying"]);
    expect(plan.desired.map(({ key }) => key.rootId)).toEqual(["img-root0001"]);
    expect(given.after(plan).at(minutes(20)).plan().requests).toEqual([]);
  });

  it("keeps the number in its name, so that no later request has the same name", () => {
    const third = tokenName(keyOf("ap-shanghai"), "golden-web", 3, LAB);
    const given = lost(world().policy({ to: ["ap-shanghai"] }))
      .image()
      .copy("ap-shanghai", "copying", { ...nameOnly, image: { name: third } });
    const plan = given.plan();
    expect(plan.copies).toMatchObject([{ claimCount: 3, claim: { number: 3, token: third } }]);
    const failed = given.after(plan).change(COPY, { state: "CREATEFAILED" }).at(minutes(20));
    const later = failed.after(failed.plan()).remove(COPY).at(minutes(40));
    expect(later.plan().sends.map(({ token }) => token)).toEqual([
      tokenName(keyOf("ap-shanghai"), "golden-web", 4, LAB),
    ]);
  });

  it("is told from another variant of the same source", () => {
    const given = lost(world().policy({ to: ["ap-shanghai"], copy: { encrypt: {} } }))
      .image()
      .copy("ap-shanghai", "ready", { ...unrecorded, name: "intermediate" })
      .copy("ap-shanghai", "copying", { ...nameOnly, ...encrypted });
    const phases = given.plan().copies.map(({ key, phase }) => [key.variant, phase]);
    expect(phases).toEqual([
      ["encrypted:default", "copying"],
      ["plain", "ready"],
    ]);
  });

  it("is reported, and left alone, if nothing shows its source", () => {
    const plan = lost(pair).copy("ap-shanghai", "copying", nameOnly).withoutSources().plan();
    expect([plan.recordChanges, plan.calls]).toEqual([[], []]);
    expect(plan.problems).toMatchObject([{ code: "unknown-copy" }]);
  });
});

describe("a copy of ours that has the name of the copy of another source", () => {
  const adopting = lost(world().policy({ to: ["ap-shanghai"], existing: "adopt" }));
  /** Everything but its mark says that the copy of the first source fits the second one. */
  const twin = { imageId: "img-root0002", createdAt: NOW - days(2) };
  const first = adopting.image().copy("ap-shanghai", "ready", unrecorded).withoutSources();

  it("is not adopted for that one, whether its record is lost or not", () => {
    const both = (given: World) => given.image(twin).shares(COPY, []).at(minutes(20)).plan();
    const plan = both(first);
    expect(plan.recordChanges).toEqual(["ap-shanghai: retired (deselected)", "ap-shanghai: blocked (name-taken)"]);
    expect(plan.copies.find(({ phase }) => phase === "retired")).toMatchObject({ imageId: COPY, adopted: false });
    // Recorded as an older version, it gives up its name.
    expect(both(first.after(first.plan())).requests).toEqual(["img-root0002 → ap-shanghai"]);
  });

  it("is not adopted if another installation made it", () => {
    const theirs = adopting.image().copy("ap-shanghai", "ready", { ...unrecorded, installation: "other" });
    const plan = theirs.withoutSources().image(twin).at(minutes(20)).plan();
    expect(plan.copies.filter(({ key, phase }) => key.rootId === twin.imageId && phase === "ready")).toEqual([]);
  });

  it("would be adopted without a mark", () => {
    const plan = first.change(COPY, { tags: {} }).image(twin).at(minutes(20)).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: ready"]);
  });

  it("stays adopted for one source only", () => {
    const adopted = first
      .remove(COPY)
      .otherImage({ imageId: "img-theirs01", name: "golden-web", createdAt: NOW - 1 })
      .image({ ...twin, imageId: "img-root0003" });
    const plan = adopted.at(minutes(20)).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: ready"]);
    const second = adopted.after(plan).image(twin).at(minutes(20)).plan();
    expect(second.recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });
});

describe("the copies of a shared source that is no longer shared", () => {
  const OWNER = "100000000002";
  const source = { type: "shared", creator: OWNER, imageId: "img-shared01", name: "base-1" } as const;
  const rule = {
    select: { type: "shared", creator: [OWNER] },
    prune: { minAge: 0, delete: true, last: true },
  } as const;
  const sharing = lost(world().policy({ ...rule, to: ["ap-guangzhou", "ap-shanghai"] })).image(source);
  const chained = { tags: { "cvm-replicator:parent": "ap-guangzhou/img-shared01-ap-guangzhou" } };
  const first = (given: World) => given.copy("ap-guangzhou", "ready", unrecorded);
  const further = (given: World) => given.copy("ap-shanghai", "ready", { ...unrecorded, image: chained });

  it.each<[string, World, number]>([
    ["the first one and a further one", further(first(sharing)), 2],
    ["only the first one", first(sharing), 1],
    ["only a further one", further(sharing), 1],
  ])("stay as they are, and the loss is reported: %s", (_, copies, count) => {
    let given = copies.withoutSources();
    for (const day of [0, 1, 30]) {
      const plan = given.at(days(day)).plan();
      given = given.after(plan);
      expect(plan.calls).toEqual([]);
      expect(plan.copies.map(({ phase }) => phase)).toEqual(Array(count).fill("ready"));
    }
    expect(given.plan().problems).toMatchObject([{ code: "source-revoked" }]);
  });

  it("are known by their records where their region was not read", () => {
    const plan = sharing.copy("ap-shanghai", "ready").withoutSources().unread("ap-shanghai").plan();
    expect(plan.problems.map(({ code }) => code)).toContain("source-revoked");
  });

  it("are known by their policy where no tag names the first copy", () => {
    const lonely = { tags: { "cvm-replicator:parent": "ap-guangzhou/img-shared01" } };
    const plan = sharing
      .copy("ap-shanghai", "ready", { ...unrecorded, image: lonely })
      .withoutSources()
      .at(days(30))
      .plan();
    expect([plan.calls, plan.copies.map(({ phase }) => phase)]).toEqual([[], ["ready"]]);
  });

  it("keep the intermediate one while the encrypted one is not seen, because neither can be made again", () => {
    const last = sharing
      .policy({ copy: { encrypt: {} }, to: ["ap-shanghai"] })
      .copy("ap-guangzhou", "ready")
      .copy("ap-shanghai", "retired", { name: "intermediate", image: chained, record: { reason: "superseded" } })
      .copy("ap-shanghai", "ready", { ...encrypted, image: chained })
      .users("img-shared01-ap-shanghai", undefined)
      .shares("img-shared01-ap-shanghai", [])
      .withoutSources();
    expect(last.plan().calls).toEqual(["delete img-shared01-ap-shanghai"]);
    const plan = last.remove("img-shared01-ap-shanghai-enc").at(days(30)).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code: "not-superseded" } }]);
  });

  it("do not count as aged out, because nothing shows how old their source was", () => {
    const newest = sharing.policy({ select: { ...rule.select, newest: 1 } });
    const newer = further(first(newest))
      .withoutSources()
      .image({ ...source, imageId: "img-shared02", name: "base-2" });
    const plan = newer.plan();
    const next = newer.after(plan).at(days(1)).plan();
    const theirs = next.copies.filter(({ key }) => key.rootId === source.imageId);
    expect(theirs.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
    expect(next.calls.filter((call) => call.startsWith("delete"))).toEqual([]);
  });
});
