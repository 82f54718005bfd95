// An answer, or a damaged record, names an image of another person as the copy.

import { afterEach, beforeEach, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { changeImage, makeImages } from "../../emulator/control/console.ts";
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { Copy } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT } from "../support/builders.ts";
import { policyOf } from "../support/plan-policy.ts";
import { copiesOf, saveCopy } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const POLICY = policyOf({ to: ["ap-shanghai"], copy: { shareWith: ["100000000002"], family: "golden" } });

let t: TestWorld;
let theirs: StoredImage;
let before: string;
let instance: Instance;
beforeEach(async () => {
  t = await testWorld();
  [theirs] = makeImages(t.world, { region: "ap-shanghai", name: "db-backup", sizeGiB: 20 }) as [StoredImage];
  before = shown();
  t.bake();
  instance = t.instance([POLICY]);
});
afterEach(() => t.close());

const shown = () => JSON.stringify({ ...theirs, tags: [...tagsOf(theirs)], shares: [...theirs.shares] });
const wrongId = () =>
  addFault(t.world, {
    match: { action: "SyncImages", dryRun: false },
    effect: { kind: "wrong-image-id", imageId: theirs.imageId },
  });

it("the copy is found by its name, and the image that the answer named stays as it is", async () => {
  wrongId();
  const { copies } = await t.settle(instance);
  expect(copies).toMatchObject([{ phase: "ready" }]);
  expect(shown()).toBe(before);
  const entries = await t.state.entries(ACCOUNT, 100);
  expect(entries).toContainEqual(expect.objectContaining({ event: "unidentified", level: "warn" }));
  expect(t.copies()).toHaveLength(1);
});

it("a copy that cannot be found needs a person, who has it made again", async () => {
  wrongId();
  await replicate(sweep, instance);
  for (const image of [...(t.world.images.get("ap-shanghai")?.values() ?? [])])
    if (image.copiedFrom) t.world.images.get("ap-shanghai")?.delete(image.imageId);
  let report = await t.settle(instance, 30);
  expect(report.copies).toMatchObject([{ phase: "blocked", reason: { code: "unidentified" } }]);
  expect(t.syncs()).toBe(1);
  report = await replicate({ ...poll, retry: () => true }, instance);
  report = await t.settle(instance);
  expect(report.copies).toMatchObject([{ phase: "ready" }]);
  expect(shown()).toBe(before);
});

it.each(["copying", "finishing", "ready"] as const)(
  "a damaged record that is %s finds its image again",
  async (phase) => {
    await (phase === "ready" ? t.settle(instance) : replicate(sweep, instance));
    const [copy] = (await copiesOf(t.state, ACCOUNT)) as [Copy];
    await saveCopy(t.state, { ...copy, phase, imageId: theirs.imageId } as Copy);
    const { copies } = await t.settle(instance);
    expect(copies).toMatchObject([{ phase: "ready" }]);
    expect(shown()).toBe(before);
    expect(t.copies()).toHaveLength(1);
  },
);

it("a copy whose name and tags a person replaced is theirs, and only a retry makes another one", async () => {
  await t.settle(instance);
  const copy = [...(t.world.images.get("ap-shanghai")?.values() ?? [])].find(({ copiedFrom }) => copiedFrom);
  if (!copy) throw new Error("no copy");
  changeImage(t.world, copy, { name: "mine", tags: { team: "web" } });
  for (let round = 0; round < 15; round += 1) {
    t.pass(60_000);
    await replicate(sweep, instance);
  }
  expect(copy).toMatchObject({ name: "mine" });
  expect(await copiesOf(t.state, ACCOUNT)).toMatchObject([{ phase: "blocked", reason: { code: "unidentified" } }]);
  await replicate({ ...sweep, retry: () => true }, instance);
  expect(t.syncs()).toBe(2);
});
