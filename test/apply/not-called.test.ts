// Calls that are not made: another process has changed the record, or one of the readings that permit a deletion is stale.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyPlan } from "../../lib/apply/apply-plan.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { RegionView } from "../../lib/model/observation.ts";
import { STALE } from "../../lib/model/time.ts";
import type { Copy, CopyIn, Image } from "../../lib/model/types.ts";
import { type Action, emptyPlan, type RecordChange } from "../../lib/plan/types.ts";
import { ACCOUNT, policy } from "../support/builders.ts";
import { copiesOf, recordOf, saveCopy } from "../support/records.ts";
import { type Instance, type TestWorld, testWorld } from "../support/world.ts";

const REGION = "ap-shanghai";

let t: TestWorld;
let instance: Instance;
let copy: CopyIn<"ready">;
let image: Image;
beforeEach(async () => {
  t = await testWorld();
  t.bake();
  instance = t.instance([policy({ to: [REGION] })]);
  await t.settle(instance);
  [copy] = (await copiesOf(t.state, ACCOUNT)) as [CopyIn<"ready">];
  [image] = (await instance.cloud.images(REGION, "custom")) as [Image];
});
afterEach(() => t.close());

const call = (): Exclude<Action, { do: "record" | "send" }> => ({ do: "untag", copy, image, keys: ["env"] });
const deletion = (): Action => ({ do: "delete", copy, image, sizeGiB: 20, why: "orphaned", done: copy });
const record = (before?: RecordChange["before"]): RecordChange => ({
  ...{ do: "record", copy: { ...copy, rootName: "changed" }, event: "refreshed", text: storedText("changed") },
  ...(before && { before }),
});

/** Applies the actions to regions that were read so many milliseconds ago; answers the calls that change the cloud. */
async function apply(actions: readonly Action[], ages: Readonly<Record<string, number>> = { [REGION]: 0 }) {
  const account = await recordOf(t.state, ACCOUNT);
  if (!account) throw new Error("the account has no record");
  const viewOf = (ago: number): RegionView => {
    return { readAt: instance.now() - ago, complete: new Set(["custom"]), asked: new Set(), images: new Map() };
  };
  const observation = { regions: new Map(Object.entries(ages).map(([region, ago]) => [region, viewOf(ago)])) };
  const sets = {
    changed: new Set<string>(),
    deleted: new Set<string>(),
    known: new Map<string, Copy>(),
    saved: new Map(),
    totals: new Map(),
  };
  const basis = { runId: "run", record: account, observation, ...sets };
  const before = t.world.requests.length;
  const { stale } = await applyPlan(emptyPlan([copy], actions), basis, instance);
  const calls = t.world.requests.slice(before).map(({ action }) => action);
  return { calls: calls.filter((action) => !action.startsWith("Describe")), stale };
}

describe("a call on an image", () => {
  it("is made if its record is as the plan has it", async () => {
    const action = call();
    expect((await apply([record(action), action])).calls).toEqual(["UnTagResources"]);
  });

  it("is not made if another process has changed the record that is to announce it", async () => {
    await saveCopy(t.state, copy);
    const action = call();
    expect((await apply([record(action), action])).calls).toEqual([]);
  });

  it("is not made if another process has changed the record that the same plan changes first", async () => {
    await saveCopy(t.state, copy);
    expect((await apply([record(), call()])).calls).toEqual([]);
  });
});

describe("a request", () => {
  /** For a copy in ap-beijing, made from the copy in ap-shanghai, whose root is in ap-guangzhou. */
  const request = (): Action => {
    const key = { ...copy.key, region: "ap-beijing" } as const;
    const reason = { code: "new", text: storedText("new") };
    const { imageId: _, name: __, readyAt: ___, adopted: ____, ...base } = { ...copy, key, version: 0 };
    const source = { region: REGION, imageId: image.imageId };
    const token = "golden-web--copying-0123456789abcdef-1";
    const claim = { number: 1, token, parent: source, settings: { name: "golden-web", description: "", tags: {} } };
    return { do: "send", source, token, claimRequests: [{ copy: { ...base, phase: "waiting", reason }, claim }] };
  };

  it.each<[string, Record<string, number>, boolean]>([
    [
      "every reading that it concerns is fresh",
      { [REGION]: STALE, "ap-beijing": STALE, "ap-guangzhou": STALE, "ap-tokyo": STALE + 1 },
      true,
    ],
    ["the reading of its source is stale", { [REGION]: STALE + 1, "ap-beijing": 0, "ap-guangzhou": 0 }, false],
    ["the reading of its destination is stale", { [REGION]: 0, "ap-beijing": STALE + 1, "ap-guangzhou": 0 }, false],
    ["the reading of its root is stale", { [REGION]: 0, "ap-beijing": 0, "ap-guangzhou": STALE + 1 }, false],
  ])("is made only on fresh readings: %s", async (_, ages, isMade) => {
    const { calls, stale } = await apply([request()], ages);
    expect([calls, stale]).toEqual(isMade ? [["SyncImages"], 0] : [[], 1]);
  });
});

describe("a deletion", () => {
  it.each<[string, Record<string, number>, boolean]>([
    ["every reading is fresh", { [REGION]: STALE, "ap-guangzhou": STALE, "ap-tokyo": STALE }, true],
    ["the reading of the copy is stale", { [REGION]: STALE + 1 }, false],
    ["the reading of the source is stale", { [REGION]: 0, "ap-guangzhou": STALE + 1 }, false],
    // A policy may select the source for it, or a copy may be made from it.
    ["the reading of any other region is stale", { [REGION]: 0, "ap-guangzhou": 0, "ap-tokyo": STALE + 1 }, false],
  ])("is made only on fresh readings: %s", async (_, ages, isMade) => {
    const { calls, stale } = await apply([deletion()], ages);
    expect([calls, stale]).toEqual(isMade ? [["DeleteImages"], 0] : [[], 1]);
  });

  it("does not depend on another region if it is no deletion", async () => {
    expect((await apply([call()], { [REGION]: 0, "ap-tokyo": STALE + 1 })).calls).toEqual(["UnTagResources"]);
    expect((await apply([call()], { [REGION]: 0, "ap-guangzhou": STALE + 1 })).calls).toEqual([]);
  });
});
