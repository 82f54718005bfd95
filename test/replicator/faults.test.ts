// Rare combinations of faults, in a cloud where a source is not busy while it is copied, which would hide a second call.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import { verdictOf } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { cloudError } from "../../lib/adapters/tencent/transport/transport.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { ImageRef } from "../../lib/model/types.ts";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../support/builders.ts";
import { gate, type StateCall, stopsAtCall } from "../support/gate.ts";
import { recordOf } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const one = policy({ to: ["ap-shanghai"] });
const two = policy({ to: ["ap-shanghai", "ap-beijing"] });

let t: TestWorld;
const world = async (copyVisibleAfterMs = 0) => {
  t = await testWorld({ switches: { sourceBusyWhileCopying: "no", copyVisibleAfterMs } });
};
beforeEach(() => world());
afterEach(() => t.close());

const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);
const event = ({ region, imageId }: ImageRef) =>
  ({ trigger: "event", scope: { kind: "images", images: [{ region, imageId }] } }) as const;
/** Stops when the instance is about to make such a call of its state for the first time. */
function stopsAt(instance: Instance, call: StateCall): ReturnType<typeof gate> {
  const { state, here } = stopsAtCall(instance.state, call);
  instance.state = state;
  return here;
}
const withCloud = (cloud: (real: Cloud) => Partial<Cloud>, policies = [two]): Instance => {
  const instance = t.instance(policies);
  instance.cloud = { ...instance.cloud, ...cloud(instance.cloud) };
  return instance;
};

describe("two concurrent runs that adopt one image for two roots", () => {
  it("are detected: one copy keeps the image, the other is blocked", async () => {
    const both = policy({ from: ["ap-guangzhou", "ap-beijing"], to: ["ap-shanghai"], existing: "adopt" });
    await replicate(sweep, t.instance([both]));
    const [a] = t.bake();
    const [b] = t.bake({ region: "ap-beijing" });
    t.pass(MINUTE);
    t.bake({ region: "ap-shanghai" });
    const runs = [a, b].map((root) => {
      const instance = t.instance([both]);
      const here = stopsAt(instance, "save copies");
      return { here, run: replicate(event(root as ImageRef), instance) };
    });
    for (const { here } of runs) await here.reached;
    for (const { here, run } of runs) {
      here.open();
      await run;
    }
    const { copies } = await replicate(sweep, t.instance([both]));
    expect(copies.map(({ phase }) => phase).sort()).toEqual(["blocked", "ready"]);
    expect(t.syncs()).toBe(0);
  });
});

describe("an outage in which the cloud answers empty lists", () => {
  it("leads to no second copy of one that is in progress, but to a problem", async () => {
    t.bake({ count: 6 });
    await replicate(sweep, t.instance([two]));
    t.pass(5 * MINUTE);
    await replicate(poll, t.instance([two]));
    const calls = t.syncs();
    const onlyHome = (images: Awaited<ReturnType<Cloud["images"]>>) =>
      images.filter((i) => i.region === "ap-guangzhou");
    const inOutage = () =>
      withCloud((real) => ({
        images: async (region, type) => onlyHome(await real.images(region, type)),
        imagesById: async (region, ids) => onlyHome(await real.imagesById(region, ids)),
      }));
    await replicate(poll, inOutage());
    t.pass(SETTLE + MINUTE + SECOND);
    expect(codes((await replicate(poll, inOutage())).problems)).toEqual(["mass-disappearance"]);
    expect(t.syncs()).toBe(calls);
  });
});

describe("the first read of an account, if it is old when the account is recorded", () => {
  it.each([
    [1, false],
    [40, true],
  ])("does not prove that no copy was requested since (%i s ago)", async (seconds, isUnknown) => {
    t.bake();
    const slow = t.instance([one]);
    const here = stopsAt(slow, "save record");
    const run = replicate(sweep, slow);
    await here.reached;
    t.pass(seconds * SECOND);
    here.open();
    await run;
    expect((await recordOf(t.state, ACCOUNT))?.uncertainUntil !== undefined).toBe(isUnknown);
    expect(t.syncs()).toBe(isUnknown ? 0 : 1);
  });
});

describe("a run that reads the account while another one is storing its first record", () => {
  it("does not keep its copies waiting for longer than a moment", async () => {
    t.bake();
    const first = t.instance([one]);
    const { state, here } = stopsAtCall(first.state, "save record", "before", 2);
    first.state = state;
    const run = replicate(sweep, first);
    await here.reached;
    const during = await replicate(sweep, t.instance([one]));
    expect(during.copies).toMatchObject([{ phase: "waiting", reason: { code: "unknown-after-loss" } }]);
    here.open();
    await run;
    t.pass(MINUTE);
    await replicate(poll, t.instance([one]));
    expect(t.syncs()).toBe(1);
  });
});

describe("a call that is refused as busy after it started one of its copies", () => {
  it("is not repeated before that copy must be visible", async () => {
    await t.close();
    await world(SETTLE - SECOND);
    await replicate(sweep, t.instance([two]));
    t.bake();
    let isFirst = true;
    const partly = () =>
      withCloud((real) => ({
        async syncImage(request) {
          if (!isFirst) return real.syncImage(request);
          isFirst = false;
          await real.syncImage({ ...request, destinations: request.destinations.slice(0, 1) });
          const code = "FailedOperation.InvalidImageState";
          const { source } = request;
          const call = {
            service: "cvm",
            action: "SyncImages",
            region: source.region,
            params: {},
            timeoutMs: 1,
          } as const;
          throw cloudError(call, { code, text: "busy" }, verdictOf(code).effect);
        },
      }));
    await replicate(sweep, partly());
    for (let waited = 0; waited < 12; waited += 1) {
      t.pass(31 * SECOND);
      await replicate(sweep, partly());
    }
    expect(t.copies()).toHaveLength(2);
  });
});

describe("an unfinished copy whose root was deleted before a rebuild", () => {
  it("is reported as a problem", async () => {
    const [root] = t.bake();
    await replicate(
      sweep,
      withCloud(() => ({ tag: () => Promise.reject(new Error("killed")) }), [one]),
    ).catch(() => {});
    deleteImage(t.world, root as ImageRef, true);
    await rebuild(t.instance([one]));
    expect(codes((await replicate(sweep, t.instance([one]))).problems)).toEqual(["unknown-copy"]);
  });
});

describe("an observation that took very long", () => {
  it("leads to no call: an image that was recalled meanwhile is not copied", async () => {
    await replicate(sweep, t.instance([one]));
    const [root] = t.bake();
    const here = gate();
    let isFirst = true;
    const slow = withCloud(
      (real) => ({
        async images(region, type) {
          const images = await real.images(region, type);
          if (region === "ap-shanghai" && isFirst) {
            isFirst = false;
            await here.pass();
          }
          return images;
        },
      }),
      [one],
    );
    const run = replicate(sweep, slow);
    await here.reached;
    await new Promise((done) => setImmediate(done));
    t.pass(3 * MINUTE);
    changeImage(t.world, root as ImageRef, { tags: { "cvm-replicator:ignore": "yes" }, silent: true });
    here.open();
    await run;
    expect(t.syncs()).toBe(0);
  });
});
