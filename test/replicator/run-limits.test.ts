// Limits that count over a run: its rounds may see one region after the other, each below the limit.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import { MOST_DELETIONS } from "../../lib/plan/guards/deletion-budget.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { MINUTE } from "./reconcile-world.ts";

const LATE = "ap-beijing";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** Lets the list of the late region wait until the journal has this event of the first round. */
function lateUntil(event: string, instance: Instance): Instance {
  let answer = () => {};
  const arrived = new Promise<void>((done) => (answer = done));
  const { cloud, journal } = instance;
  return Object.assign(instance, {
    pause: () => new Promise<void>((done) => setImmediate(done)),
    cloud: {
      ...cloud,
      async images(region, type) {
        if (region === LATE) await arrived;
        return cloud.images(region, type);
      },
    },
    journal: {
      async append(entries) {
        await journal.append(entries);
        if (entries.some((entry) => entry.event === event)) setImmediate(answer);
      },
    },
  } satisfies Partial<Instance>);
}

const count = async (event: string) =>
  (await t.state.entries(ACCOUNT, 1000)).filter((one) => one.event === event).length;

describe("the deletions of a run", () => {
  it("are at most ten over all its rounds, and go on in the next run", async () => {
    const pruned = policy({ to: ["ap-shanghai", LATE], prune: { delete: true, minAge: 0, last: true } });
    const sources = t.bake({ count: 7 });
    const names = sources.map((_, n) => `golden-${n}`);
    sources.forEach((source, n) => changeImage(t.world, source, { name: names[n] ?? "", silent: true }));
    await t.settle(t.instance([pruned]));
    for (const source of sources) deleteImage(t.world, source, true);
    await replicate(sweep, t.instance([pruned])); // the copies are retired
    t.pass(30 * MINUTE);
    await replicate(sweep, lateUntil("pruned", t.instance([pruned])));
    expect(await count("pruned")).toBe(MOST_DELETIONS);
    expect(t.copies()).toHaveLength(2 * sources.length - MOST_DELETIONS);
    await replicate(sweep, t.instance([pruned]));
    expect(t.copies()).toEqual([]);
  });
});

describe("the recalls that a run follows", () => {
  it("are counted over all its rounds: too many in all are held, although there are few in each region", async () => {
    const two = policy({ from: ["ap-guangzhou", LATE], to: ["ap-shanghai"] });
    const bake = (region: string) => [0, 1, 2].flatMap((n) => t.bake({ region, name: `golden-${region}-${n}` }));
    const sources = [...bake("ap-guangzhou"), ...bake(LATE)];
    await t.settle(t.instance([two]));
    for (const source of sources) changeImage(t.world, source, { tags: { [IGNORE_TAG]: "bad" }, silent: true });
    const { problems } = await replicate(sweep, lateUntil("retired", t.instance([two])));
    expect(problems).toMatchObject([{ code: "mass-recall" }]);
    const followed = (await copiesOf(t.state, ACCOUNT)).filter(({ phase }) => phase === "retired");
    expect(followed.map(({ key }) => key.rootRegion)).toEqual(Array(3).fill("ap-guangzhou"));
    const accepted = await replicate({ ...sweep, acceptRecall: true }, t.instance([two]));
    expect(accepted.problems).toEqual([]);
    expect(accepted.copies.map(({ phase }) => phase)).toEqual(Array(6).fill("retired"));
  });
});
