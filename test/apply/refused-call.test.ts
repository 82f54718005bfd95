// A call for several destinations that is refused for one of them, and has made a copy in another one all the same.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { verdictOf } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { CloudError } from "../../lib/model/errors.ts";
import { CLOCK_SKEW } from "../../lib/model/time.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const REFUSED = "ap-singapore";
const MADE = "ap-shanghai";
const ALL = ["ap-beijing", MADE, REFUSED];
const three = policy({ to: [MADE, "ap-beijing", REFUSED], crossBorder: "approved" });

let t: TestWorld;
let source: StoredImage;
beforeEach(async () => {
  // A busy source would hide a second call.
  t = await testWorld({ switches: { sourceBusyWhileCopying: "no", copyVisibleAfterMs: SETTLE - SECOND } });
  [source] = t.bake() as [StoredImage];
});
afterEach(() => t.close());

/** A program whose first call makes the copy in MADE, and is refused with this code. */
function refusedOnce(code: string): Instance {
  const instance = t.instance([three]);
  const { cloud } = instance;
  const refusal = new CloudError({ action: "SyncImages", region: source.region, code, ...verdictOf(code) });
  let calls = 0;
  instance.cloud = {
    ...cloud,
    async syncImage(request) {
      calls += 1;
      if (calls > 1) return cloud.syncImage(request);
      await cloud.syncImage({ ...request, destinations: [MADE] });
      throw refusal;
    },
    async trySyncImage(request) {
      if (calls > 0 && request.destinations[0] === REFUSED) throw refusal;
    },
  };
  return instance;
}

/** Polls until all copies are ready; the refused one is requested again after ten minutes. */
async function settle(instance: Instance): Promise<void> {
  for (let minute = 0; minute < 60; minute += 1) {
    t.pass(MINUTE);
    await replicate(poll, instance);
  }
}

const theCopies = () => t.copies().map((copy) => copy.replace(/^.*→ (.*):.*$/, "$1"));
const recorded = async () =>
  (await copiesOf(t.state, ACCOUNT)).map(({ key, phase }) => `${key.region} ${phase}`).sort();

describe("the other destinations of a refused call", () => {
  it.each([
    ["one destination", "InvalidRegion.Unavailable"],
    ["the source, which its own copy has made busy", "InvalidImageId.IncorrectState"],
  ])("are requested again only when a copy would be visible: refused because of %s", async (_, code) => {
    const instance = refusedOnce(code);
    await replicate(sweep, instance);
    expect(await recorded()).toContain(`${MADE} waiting`);
    // The number of the claim is free again: the copy that the call made has it.
    expect((await copiesOf(t.state, ACCOUNT)).map(({ claimCount }) => claimCount)).toEqual([0, 0, 0]);
    await settle(instance);
    expect(theCopies()).toEqual(ALL);
  });

  it("stay in doubt after a retry by hand, and while no policy selects the source", async () => {
    const instance = refusedOnce("InvalidRegion.Unavailable");
    await replicate(sweep, instance);
    t.pass(SECOND);
    await replicate({ ...sweep, retry: () => true }, instance);
    changeImage(t.world, source, { name: "other", silent: true });
    await replicate(sweep, instance);
    expect(await recorded()).toContain(`${MADE} ended`);
    changeImage(t.world, source, { name: "golden-web", silent: true });
    t.pass(SECOND);
    await replicate(sweep, instance);
    await settle(instance);
    expect(theCopies()).toEqual(ALL);
  });

  it("are not requested because of a reading that began too early, however long it took", async () => {
    const instance = refusedOnce("InvalidRegion.Unavailable");
    await replicate(sweep, instance);
    t.pass(SETTLE - 2 * SECOND);
    const { cloud } = instance;
    instance.cloud = {
      ...cloud,
      async images(region, type) {
        const images = await cloud.images(region, type);
        if (region === MADE) t.pass(CLOCK_SKEW + 3 * SECOND);
        return images;
      },
    };
    await replicate(sweep, instance);
    expect(t.syncs()).toBe(1);
    instance.cloud = cloud;
    await settle(instance);
    expect(theCopies()).toEqual(ALL);
  });
});
