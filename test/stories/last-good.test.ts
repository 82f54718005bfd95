// The last good version: it stays whatever becomes of its successor, until a user deletes it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import { makeUser } from "../../emulator/world/image-users.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import { findPrunable, pruneImages } from "../../lib/replicator/prune-image.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { copySettings, policy } from "../support/builders.ts";
import { sweep } from "../support/world.ts";
import { FACTORY, HOME, HOUR, MINUTE, type Story, story } from "./story.ts";

const THERE = "ap-shanghai";
const golden = policy({
  select: { type: "custom", name: ["golden-*"], newest: 1 },
  to: [THERE],
  copy: copySettings({ family: "inherit" }),
  attempts: 1,
  prune: { delete: true, minAge: MINUTE },
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

const exitOf = ({ copies, problems }: Report) => exitCodeOf(summarise(copies, problems));
const reasonsOf = ({ copies }: Report) => copies.flatMap((copy) => ("reason" in copy ? [copy.reason] : []));
/** Bakes the next version one day after the one before. */
const bake = (n: number) => {
  s.t.pass(24 * HOUR);
  return s.bake(`golden-${n}`, "golden");
};

describe("the old version stays", () => {
  it.each<[string, Parameters<typeof addFault>[1]["effect"]]>([
    ["fails", { kind: "fail-copy", percent: 40 }],
    ["is stuck", { kind: "stick-copy", percent: 40 }],
    ["is refused", { kind: "error", code: "UnsupportedOperation.Region" }],
  ])("while its successor %s, and goes once that is ready", { timeout: 120_000 }, async (_, effect) => {
    const program = s.program(FACTORY, [golden]);
    bake(1);
    await s.pass(1, [program]);
    addFault(s.t.world, { match: { action: "SyncImages", times: 0 }, effect });
    const bad = bake(2);
    const [report] = await s.pass(6, [program]);
    expect(s.names(FACTORY, THERE)).toContain("golden-1");
    expect(report && exitOf(report)).toBe(3);
    expect(s.pointed(FACTORY, THERE, "golden")).toBe("golden-1");

    endFaults(s.t.world);
    deleteImage(s.t.world, bad);
    for (const { name } of s.t.world.images.get(THERE)?.values() ?? []) expect(name).not.toBe("golden-2");
    bake(3);
    await s.pass(3, [program]);
    expect(s.names(FACTORY, THERE).filter((name) => !name.includes("--copying-"))).toEqual(["golden-3"]);
  });

  it("while its successor is being made, in every round", { timeout: 120_000 }, async () => {
    const program = s.program(FACTORY, [golden]);
    bake(1);
    await s.pass(1, [program]);
    bake(2);
    await s.pass(2, [program], () => {
      const usable = ["golden-1", "golden-2"].filter((name) => s.image(FACTORY, THERE, name));
      expect(usable).not.toEqual([]);
      expect(s.pointed(FACTORY, THERE, "golden")).toBeDefined();
    });
    expect(s.names(FACTORY, THERE)).toEqual(["golden-2"]);
  });

  it("if its source is deleted or recalled, or its region is no longer named", { timeout: 120_000 }, async () => {
    const program = s.program(FACTORY, [golden]);
    const root = bake(1);
    await s.pass(1, [program]);
    changeImage(s.t.world, root, { tags: { [IGNORE_TAG]: "bad" } });
    await s.pass(1, [program]);
    expect(s.names(FACTORY, THERE)).toEqual(["golden-1"]);
    deleteImage(s.t.world, root);
    await s.pass(1, [program]);
    await s.pass(1, [s.program(FACTORY, [{ ...golden, to: ["ap-beijing"] }])]);
    expect(s.names(FACTORY, THERE)).toEqual(["golden-1"]);
    // It was deprecated by the recall, so its family does not point to it any more.
    await s.pass(1, [s.program(FACTORY, [{ ...golden, prune: { ...golden.prune, last: true } }])]);
    expect(s.names(FACTORY, THERE)).toEqual([]);
  });
});

describe("a full region", () => {
  it("first deletes what may be deleted, and gets the new copy in the same run", { timeout: 60_000 }, async () => {
    const keeping = s.program(FACTORY, [{ ...golden, prune: { delete: false, minAge: MINUTE } }]);
    for (const n of [1, 2]) {
      bake(n);
      await s.pass(1, [keeping]);
    }
    setQuota(s.t.world, THERE, 2);
    bake(3);
    const program = s.program(FACTORY, [golden]);
    const { plan } = await replicate({ ...sweep, mode: "dry-run" }, program);
    expect(plan.actions.map((action) => action.do)).toEqual(["record", "record", "delete"]);
    expect(plan.copies.flatMap((copy) => (copy.phase === "waiting" ? [copy.reason.code] : []))).toEqual([
      "making-room",
    ]);
    const { copies } = await replicate(sweep, program);
    expect(copies.map(({ phase }) => phase).sort()).toEqual(["copying", "ended", "retired"]);
    await s.pass(1, [program]);
    expect(s.names(FACTORY, THERE)).toEqual(["golden-3"]);
  });

  it("with the last version alone blocks the new copy and names that version, until a user deletes it", {
    timeout: 60_000,
  }, async () => {
    const program = s.program(FACTORY, [golden]);
    bake(1);
    await s.pass(1, [program]);
    setQuota(s.t.world, THERE, 1);
    bake(2);
    const [report] = await s.pass(2, [program]);
    const { imageId = "" } = s.image(FACTORY, THERE, "golden-1") ?? {};
    expect(report && exitOf(report)).toBe(3);
    const quota = report && reasonsOf(report).find(({ code }) => code === "quota");
    expect(quota?.text).toContain(`${imageId} ("golden-1")`);
    expect(quota?.remedy).toContain("cvm-replicator prune");

    const before = s.t.world.requests.length;
    const { prunable, retained } = await findPrunable(imageId, program);
    expect(s.t.world.requests.slice(before).filter(({ effects }) => effects.length > 0)).toEqual([]);
    expect([prunable.map(({ name }) => name), retained]).toEqual([["golden-1"], []]);
    expect(await pruneImages(prunable, program)).toMatchObject([{ imageId, done: true }]);
    await s.pass(1, [program]);
    expect(s.names(FACTORY, THERE)).toEqual(["golden-2"]);
    expect(s.names(FACTORY, HOME)).toEqual(["golden-1", "golden-2"]);
  });
});

describe("the command prune", () => {
  it("deletes nothing that is in use or still desired, and says so", { timeout: 60_000 }, async () => {
    const program = s.program(FACTORY, [{ ...golden, to: [THERE, "ap-beijing"] }]);
    const root = s.bake("golden-1", "");
    await s.pass(1, [program]);
    const desired = await findPrunable(root.imageId, program);
    expect(desired.prunable).toEqual([]);
    expect(desired.retained.map(({ reason }) => reason.code)).toEqual(["still-desired", "still-desired"]);

    deleteImage(s.t.world, root);
    await s.pass(1, [program]);
    const { imageId = "" } = s.image(FACTORY, THERE, "golden-1") ?? {};
    makeUser(s.t.world, { kind: "instance", region: THERE, imageIds: [imageId] });
    const orphaned = await findPrunable(root.imageId, program);
    expect(orphaned.prunable.map(({ region }) => region)).toEqual(["ap-beijing"]);
    expect(orphaned.retained.map(({ region, reason }) => `${region} ${reason.code}`)).toEqual([`${THERE} in-use`]);
    await expect(findPrunable("img-nothing0", program)).rejects.toThrow('no copy of "img-nothing0" is recorded');
  });

  it("deletes no image that something began to use after it was shown", { timeout: 60_000 }, async () => {
    const program = s.program(FACTORY, [golden]);
    const root = s.bake("golden-1", "");
    await s.pass(1, [program]);
    deleteImage(s.t.world, root);
    await s.pass(1, [program]);
    const { prunable } = await findPrunable(root.imageId, program);
    makeUser(s.t.world, { kind: "instance", region: THERE, imageIds: prunable.map(({ imageId }) => imageId) });
    expect(await pruneImages(prunable, program)).toMatchObject([{ done: false }]);
    expect(s.names(FACTORY, THERE)).toEqual(["golden-1"]);
  });

  it("first unshares a copy that its policy shares, where the policy says delete", { timeout: 60_000 }, async () => {
    const shared = { ...golden, copy: { ...golden.copy, shareWith: ["100000000003"] } };
    const deleting = { ...shared, prune: { ...golden.prune, shared: "delete" as const } };
    const program = s.program(FACTORY, [shared]);
    const root = s.bake("golden-1", "");
    await s.pass(1, [program]);
    deleteImage(s.t.world, root);
    await s.pass(1, [program]);
    expect((await findPrunable(root.imageId, program)).retained).toMatchObject([{ reason: { code: "shared" } }]);
    const { prunable } = await findPrunable(root.imageId, s.program(FACTORY, [deleting]));
    expect(prunable).toMatchObject([{ isShared: true }]);
    expect(await pruneImages(prunable, s.program(FACTORY, [deleting]))).toMatchObject([{ done: true }]);
    expect(s.names(FACTORY, THERE)).toEqual([]);
  });
});
