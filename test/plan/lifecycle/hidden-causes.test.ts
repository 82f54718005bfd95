// A cause that needs manual action is not hidden behind one that passes by itself.
import { describe, expect, it } from "vitest";
import { minutes, type World, world } from "../../support/plan-world.ts";

const to = ["ap-shanghai"];
const busy = world().policy({ to }).version(1, { state: "SYNCING" }).sweep();
const full = (given: World) => given.otherImage({ name: "other" }).quota("ap-shanghai", 1);
const backingOff = world()
  .policy({ to })
  .version(1)
  .copy("ap-shanghai", "retrying", { record: { notBefore: 600_000 } })
  .sweep();

describe("a full region is said", () => {
  it("while the source is busy, and no more once there is room", () => {
    const plan = full(busy).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
    expect(busy.otherImage().quota("ap-shanghai", 2).plan().recordChanges).toEqual([
      "ap-shanghai: waiting (source-not-normal)",
    ]);
    const after = busy.otherImage().after(plan).quota("ap-shanghai", 2).plan();
    expect(after.recordChanges).toEqual(["ap-shanghai: waiting (source-not-normal)"]);
  });

  it("while the copy backs off after a failed attempt", () => {
    expect(full(backingOff).plan().recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
  });

  it("while the first copy of a shared image is being made", () => {
    const shared = world()
      .policy({ to, select: { type: "shared" } })
      .image({ type: "shared" })
      .copy("ap-guangzhou", "copying")
      .sweep();
    expect(shared.otherImage({ name: "other" }).quota("ap-shanghai", 9).plan().recordChanges).toEqual([
      "ap-shanghai: waiting (parent-not-ready)",
    ]);
    expect(full(shared).plan().recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
  });

  it("not of an encrypted copy, whose room is kept with its intermediate copy", () => {
    const encrypting = world()
      .policy({ to, copy: { encrypt: {} } })
      .version(1)
      .sweep();
    const plan = encrypting.quota("ap-shanghai", 2).plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: waiting (parent-not-ready)"]);
  });

  it("not from a poll, which asks for the quota only where it was full", () => {
    expect(busy.sweep(false).plan().questions).toEqual([]);
    const blocked = full(busy).after(full(busy).plan()).sweep(false);
    expect(blocked.plan().recordChanges).toEqual([]);
    expect(blocked.unread("ap-shanghai").plan().recordChanges).toEqual([]);
  });

  it("and takes no room from a copy that can be requested now", () => {
    const older = busy.version(2).quota("ap-shanghai", 1).plan();
    expect(older.calls).toEqual(["send img-root0002 → ap-shanghai"]);
    const newer = world().policy({ to }).version(1).version(2, { state: "SYNCING" }).sweep();
    const plan = newer.quota("ap-shanghai", 1).plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (quota)"]);
    expect(JSON.stringify(plan.copies)).toContain("holds 0 of at most 1 custom images, and room for 1 more goes to");
  });
});

describe("a name that another image keeps is said", () => {
  const taken = (given: World) => given.otherImage({ name: "golden-1" }).quota("ap-shanghai", 9);

  it.each([
    ["while the source is busy", busy],
    ["while the copy backs off", backingOff],
  ])("%s", (_, given) => {
    expect(taken(given).plan().recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });

  it("not while it is unknown whether the copy exists", () => {
    expect(taken(busy).stateLost(minutes(5)).plan().recordChanges).toEqual([
      "ap-shanghai: waiting (unknown-after-loss)",
    ]);
  });

  it("not by an unfinished copy of ours, which may give it up", () => {
    const switched = world()
      .policy({ to })
      .version(1)
      .copy("ap-shanghai", "finishing", { image: { name: "golden-1" } })
      .policy({ to, copy: { encrypt: {} } })
      .sweep();
    expect(switched.quota("ap-shanghai", 9).plan().recordChanges).not.toContain("ap-shanghai: blocked (name-taken)");
  });

  it("by a policy that gives two copies one name, while the second source is busy", () => {
    const one = world().policy({ to, copy: { name: "fixed" } });
    const plan = one.version(1).version(2, { state: "SYNCING" }).sweep().quota("ap-shanghai", 9).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (name-conflict)"]);
  });
});

it("a copy whose parent needs manual action says why", () => {
  const shared = world()
    .policy({ to, select: { type: "shared" }, maxSizeGiB: 10 })
    .image({ type: "shared", sizeGiB: 20 });
  const stuck = shared
    .policy({ maxSizeGiB: 99 })
    .copy("ap-guangzhou", "failed", { record: { attempts: 9 } })
    .sweep();
  const [waiting] = stuck.plan().copies.filter(({ key }) => key.region === "ap-shanghai");
  const cause = stuck.input().copies.flatMap((copy) => ("reason" in copy ? [copy.reason.text] : []));
  expect(cause).toHaveLength(1);
  expect(waiting).toMatchObject({
    phase: "waiting",
    reason: { text: `waits for the copy in ap-guangzhou, which is failed: ${cause[0]}` },
  });
});
