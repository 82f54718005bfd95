// A region that hangs, is down or crawls, over HTTP: the copies in the other regions do not wait for it.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { FaultEffect } from "../../emulator/settings/faults.ts";
import { tencentCloud } from "../../lib/adapters/tencent/tencent-cloud.ts";
import { stateOf } from "../../lib/model/identity.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { ACCOUNT } from "../support/builders.ts";
import { copiesOf } from "../support/records.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { golden, states } from "./reconcile-world.ts";

const SICK = "ap-beijing";
const HEALTHY = ["ap-shanghai", "ap-singapore"];
/** The time limit of one call; shorter than the real one, and longer than a round waits for a region. */
const TIMEOUT = 8_000;
/** Two images are made and copied in 1 to 3 s. */
const SPEED = 600;

let t: TestWorld;
let emulator: Emulator;
let instance: Instance;

beforeEach(async () => {
  t = await testWorld({ now: () => Date.now(), timeScale: SPEED, quota: 1000 });
  emulator = await startEmulator({ port: 0, world: t.world });
  const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
  instance = t.instance([golden], {
    now: () => Date.now(),
    pause: (length) => sleep(length, undefined, { ref: false }),
    cloud: tencentCloud({
      endpoint: emulator.url,
      site: "cn",
      credentials: async () => ({ secretId, secretKey }),
      now: () => Date.now(),
      timeoutMs: TIMEOUT,
    }),
  });
  // The first contact with an account waits for every region.
  await replicate(sweep, instance);
  t.bake({ name: "golden-one" });
  t.bake({ name: "golden-two" });
});
afterEach(async () => {
  await emulator.close();
  await t.close();
});

const make = (effect: FaultEffect) => addFault(t.world, { match: { region: SICK, times: 0 }, effect });
const requestsIn = (region: string, action: string) =>
  t.world.requests.filter((one) => one.region === region && one.action === action);
const requestedIn = (region: string) =>
  t.world.requests.filter(({ action, params }) => {
    const { DestinationRegions, DryRun } = params as { DestinationRegions?: string[]; DryRun?: boolean };
    return action === "SyncImages" && DryRun !== true && DestinationRegions?.includes(region);
  });
const healthy = async () => (await copiesOf(t.state, ACCOUNT)).filter(({ key }) => key.region !== SICK);

/** Polls until every copy in the healthy regions is ready. Answers how long that took, ms. */
async function untilReady(): Promise<number> {
  const startedAt = Date.now();
  for (let tries = 0; tries < 20; tries += 1) {
    if ((await healthy()).every((copy) => stateOf(copy) === "ready")) return Date.now() - startedAt;
    await sleep(500);
    await replicate(poll, instance);
  }
  throw new Error(`not ready: ${states(await healthy()).join(", ")}`);
}

describe.each([
  ["hangs", { kind: "hang" }, "unreadable-Timeout", TIMEOUT],
  ["is down", { kind: "drop-before" }, "unreadable-Network", 15_000],
] as const)("a region that %s", (_, effect, code, longest) => {
  it("delays no copy in another region, is reported, and is tried again by its own back-off", async () => {
    make(effect);
    const startedAt = Date.now();
    const { run, problems } = await replicate(sweep, instance);
    expect(Date.now() - startedAt).toBeLessThan(longest + 4_000);
    expect(problems).toMatchObject([{ code }]);
    for (const region of HEALTHY) {
      expect(requestedIn(region)).toHaveLength(2);
      for (const { at } of requestedIn(region)) expect(at - startedAt).toBeLessThan(5_000);
    }
    expect(run.stoppedEarly).toBe(false);
    expect(await untilReady()).toBeLessThan(5_000);

    // The timer neither reads the region nor sweeps the others before their time.
    const reads = requestsIn(SICK, "DescribeImages").length;
    const request = await requestForTimer(instance, 600_000);
    expect(request.scope.kind).toBe("poll");
    expect((await replicate(request, instance)).problems).toMatchObject([{ code }]);
    expect(requestsIn(SICK, "DescribeImages")).toHaveLength(reads);

    // A retry reads it at once, and makes its copies.
    endFaults(t.world);
    const retried = await replicate({ ...sweep, readAnyway: () => true }, instance);
    expect(retried.problems).toEqual([]);
    expect(requestedIn(SICK)).toHaveLength(2);
  }, 60_000);
});

describe("a region with 900 images that crawls", () => {
  it("gets its copies in the same run, after the other regions", async () => {
    makeImages(t.world, { region: SICK, name: "other", sizeGiB: 20, count: 900 });
    // The sources would be busy with the copies to the other regions.
    t.world.switches.sourceBusyWhileCopying = "no";
    addFault(t.world, {
      match: { region: SICK, action: "DescribeImages", times: 0 },
      effect: { kind: "delay", ms: 600 },
    });
    const startedAt = Date.now();
    const { problems, run } = await replicate(sweep, instance);
    expect(Date.now() - startedAt).toBeGreaterThan(10 * 600);
    expect(problems).toEqual([]);
    expect(run.stoppedEarly).toBe(false);
    expect(requestedIn(SICK)).toHaveLength(2);
    for (const region of HEALTHY) for (const { at } of requestedIn(region)) expect(at - startedAt).toBeLessThan(5_000);
  }, 60_000);
});
