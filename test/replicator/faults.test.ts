import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage, deleteImage } from "../../emulator/control/console.ts";
import { verdictOf } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { cloudError } from "../../lib/adapters/tencent/transport/transport.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { ImageRef } from "../../lib/model/types.ts";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, policy, SETTLE } from "../support/builders.ts";
import { gate } from "../support/gate.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

/** Things that seldom come together, in a cloud where an image is not busy while it is copied: it would hide a second call. */

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
  ({ why: "event", scope: { kind: "images", images: [{ region, imageId }] } }) as const;
/** Stops where it is about to store something for the first time. */
function stopsAt(instance: Instance, verb: "saveCopy" | "saveAccount"): ReturnType<typeof gate> {
  const { state } = instance;
  const here = gate();
  const verbs = state as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  instance.state = { ...state, [verb]: async (...args: unknown[]) => here.pass().then(() => verbs[verb]?.(...args)) };
  return here;
}
const withCloud = (cloud: (real: Cloud) => Partial<Cloud>, policies = [two]): Instance => {
  const instance = t.instance(policies);
  instance.cloud = { ...instance.cloud, ...cloud(instance.cloud) };
  return instance;
};

describe("two runs that adopt one image for two roots at the same time", () => {
  it("are found out: one keeps it, the other is blocked", async () => {
    const both = policy({ from: ["ap-guangzhou", "ap-beijing"], to: ["ap-shanghai"], existing: "adopt" });
    await replicate(sweep, t.instance([both]));
    const [a] = t.bake();
    const [b] = t.bake({ region: "ap-beijing" });
    t.pass(MINUTE);
    t.bake({ region: "ap-shanghai" });
    const runs = [a, b].map((root) => {
      const instance = t.instance([both]);
      const here = stopsAt(instance, "saveCopy");
      return { here, run: replicate(event(root as ImageRef), instance) };
    });
    for (const { here } of runs) await here.reached;
    for (const { here, run } of runs) {
      here.open();
      await run;
    }
    const { copies } = await replicate(sweep, t.instance([both]));
    expect(copies.map(({ state }) => state).sort()).toEqual(["blocked", "ready"]);
    expect(t.syncs()).toBe(0);
  });
});

describe("an outage in which lists are empty", () => {
  it("doubles nothing that is being made, either: a person is asked", async () => {
    t.bake({ count: 6 });
    await replicate(sweep, t.instance([two]));
    t.pass(5 * MINUTE);
    await replicate(poll, t.instance([two]));
    const calls = t.syncs();
    const here = (images: Awaited<ReturnType<Cloud["images"]>>) => images.filter((i) => i.region === "ap-guangzhou");
    const dark = () =>
      withCloud((real) => ({
        images: async (region, type) => here(await real.images(region, type)),
        imagesById: async (region, ids) => here(await real.imagesById(region, ids)),
      }));
    await replicate(poll, dark());
    t.pass(SETTLE + MINUTE + SECOND);
    expect(codes((await replicate(poll, dark())).problems)).toEqual(["mass-disappearance"]);
    expect(t.syncs()).toBe(calls);
  });
});

describe("a first look at an account that was long ago when it is recorded", () => {
  it.each([
    [1, false],
    [40, true],
  ])("does not say that nothing was asked for since (%i s ago)", async (seconds, isUnknown) => {
    t.bake();
    const slow = t.instance([one]);
    const here = stopsAt(slow, "saveAccount");
    const run = replicate(sweep, slow);
    await here.reached;
    t.pass(seconds * SECOND);
    here.open();
    await run;
    expect((await t.state.account(ACCOUNT))?.uncertainUntil !== undefined).toBe(isUnknown);
    expect(t.syncs()).toBe(isUnknown ? 0 : 1);
  });
});

describe("a call that is refused as busy after it began with one destination", () => {
  it("is not made again before what it began can be seen", async () => {
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

describe("an unfinished copy whose root is gone when the state is rebuilt", () => {
  it("is told to a person", async () => {
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

describe("a look that took very long", () => {
  it("is not acted upon: an image that was recalled meanwhile is not copied", async () => {
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
