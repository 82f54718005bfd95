// During a deployment, and a rollback, packages with different policies run at the same time.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { requestByHand, requestForImages, requestForTimer } from "../../lib/replicator/run-requests.ts";
import { copySettings, policy } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { type TestWorld, testWorld } from "../support/world.ts";

const MINUTE = 60_000;
const SWEEP_EVERY = 10 * MINUTE;
const ACCOUNT = "100000000001";
const [KEPT, OF_OLD, OF_NEW] = ["100000000002", "100000000003", "100000000004"];
const PRUNE = { minAge: 1, delete: true, last: true, shared: "delete" } as const;

/** What each package says, besides what both say: Shanghai, and an account. */
const OLD = policy({
  to: ["ap-shanghai", "ap-beijing"],
  copy: copySettings({ shareWith: [KEPT, OF_OLD], tags: { inherit: true, set: { old: "1" } } }),
  prune: PRUNE,
});
const NEW = policy({
  to: ["ap-shanghai", "ap-nanjing"],
  copy: copySettings({ shareWith: [KEPT, OF_NEW], tags: { inherit: true, set: { new: "1" } } }),
  prune: PRUNE,
});

let t: TestWorld;
let source: StoredImage;
beforeEach(async () => {
  t = await testWorld();
  const [baked] = t.bake();
  if (!baked) throw new Error("no image");
  source = baked;
});
afterEach(() => t.close());

const program = (of: Policy) => t.instance([of], { sweepEvery: SWEEP_EVERY });

/**
 * Each minute the timer's function runs, with its package. Every fifth minute the other package runs, in image-created
 * and in evaluate-policy.
 */
async function deployed(minutes: number, packages: { timer: Policy; other?: Policy }, each: () => void = () => {}) {
  for (let minute = 1; minute <= minutes; minute += 1) {
    t.pass(MINUTE);
    const timer = program(packages.timer);
    await replicate(await requestForTimer(timer, SWEEP_EVERY), timer);
    const { other } = packages;
    if (other && minute % 5 === 0) {
      await replicate(requestForImages([source], [other]), program(other));
      await replicate(requestByHand({}, [other]), program(other));
    }
    each();
  }
}

const copyIn = (region: string) =>
  [...(t.world.images.get(region)?.values() ?? [])].find(({ copiedFrom }) => copiedFrom);
const sharesIn = (region: string) => [...(copyIn(region)?.shares.keys() ?? [])].sort();
const tagsIn = (region: string) => {
  const image = copyIn(region);
  return image ? [...tagsOf(image).keys()].filter((key) => !key.includes(":")) : [];
};
const copied = () => ["ap-shanghai", "ap-beijing", "ap-nanjing"].filter(copyIn);

/** Everything that either package gives is there, and stays. */
function expectAllGiven(): void {
  expect(copied()).toEqual(["ap-shanghai", "ap-beijing", "ap-nanjing"]);
  expect(sharesIn("ap-shanghai")).toEqual([KEPT, OF_OLD, OF_NEW]);
  expect(sharesIn("ap-beijing")).toEqual([KEPT, OF_OLD]);
  expect(tagsIn("ap-shanghai")).toEqual(expect.arrayContaining(["new", "old"]));
}

const deletions = () => t.world.requests.filter(({ action }) => action === "DeleteImages").length;

describe("two packages of one account", () => {
  it("take nothing back while both run, in a deployment and in its rollback, and the one that stays does after two sweeps", {
    timeout: 60_000,
  }, async () => {
    await deployed(60, { timer: OLD });
    expect(copied()).toEqual(["ap-shanghai", "ap-beijing"]);
    expect(sharesIn("ap-shanghai")).toEqual([KEPT, OF_OLD]);

    // The deployment begins: image-created is new, poll-copies old. The new package's copies are made.
    await deployed(60, { timer: OLD, other: NEW });
    await deployed(120, { timer: OLD, other: NEW }, expectAllGiven);
    expect(deletions()).toBe(0);

    // Now both are new: nothing goes for two sweeps, then what only the old one said.
    await deployed(19, { timer: NEW, other: NEW }, expectAllGiven);
    await deployed(41, { timer: NEW, other: NEW });
    expect(copied()).toEqual(["ap-shanghai", "ap-nanjing"]);
    expect(sharesIn("ap-shanghai")).toEqual([KEPT, OF_NEW]);
    expect(tagsIn("ap-shanghai")).toEqual(["new"]);

    // The rollback begins: image-created is old again, poll-copies still new.
    await deployed(60, { timer: NEW, other: OLD });
    await deployed(120, { timer: NEW, other: OLD }, expectAllGiven);
    await deployed(19, { timer: OLD, other: OLD }, expectAllGiven);
    await deployed(41, { timer: OLD, other: OLD });
    expect(copied()).toEqual(["ap-shanghai", "ap-beijing"]);
    expect(sharesIn("ap-shanghai")).toEqual([KEPT, OF_OLD]);
    expect(tagsIn("ap-shanghai")).toEqual(["old"]);
    expect((await copiesOf(t.state, ACCOUNT)).map(({ phase }) => phase).sort()).toEqual(["ended", "ready", "ready"]);
  });

  it("count as one again when the other has not run for two sweeps: a deployment that broke off is to be repeated before", async () => {
    await deployed(60, { timer: OLD });
    await deployed(60, { timer: OLD, other: NEW });
    await deployed(19, { timer: OLD }, expectAllGiven);
    await deployed(41, { timer: OLD });
    expect(copied()).toEqual(["ap-shanghai", "ap-beijing"]);
    expect(sharesIn("ap-shanghai")).toEqual([KEPT, OF_OLD]);
  });
});
