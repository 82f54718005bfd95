// The pace of calls: it follows what the cloud grants, and no two calls come back in step.
import { setMaxListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { makeImages } from "../../../emulator/control/console.ts";
import { startEmulator } from "../../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../../emulator/settings/accounts.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { tencentCloud } from "../../../lib/adapters/tencent/tencent-cloud.ts";
import {
  type Clock,
  isThrottled,
  type Lane,
  pacing,
  REAL_CLOCK,
  type TakeTurn,
} from "../../../lib/adapters/tencent/transport/pace.ts";
import { repeating } from "../../../lib/adapters/tencent/transport/retry.ts";
import { CloudError } from "../../../lib/model/errors.ts";
import { storedText } from "../../../lib/model/messages/define.ts";
import { IN_TIME } from "./api-server.ts";
import { fakeClock } from "./fake-clock.ts";

const LANE: Lane = { host: "cvm.example", action: "DescribeImages", region: "ap-guangzhou" };
const { signal } = new AbortController();
setMaxListeners(0, signal); // every pause listens

/** A cloud that grants `perSecond` calls in each second. Answers come 60 to 100 ms after the start. */
function limitedCloud(perSecond: number, clock: Clock, code = "RequestLimitExceeded") {
  const arrivals: number[] = [];
  const refused: number[] = [];
  const call =
    (takeTurn: TakeTurn, lane = LANE) =>
    async (): Promise<void> => {
      const turn = await takeTurn(lane, signal);
      await clock.sleep(30 + 40 * clock.random(), signal);
      const at = clock.now();
      const isGranted =
        arrivals.filter((other) => Math.floor(other / 1000) === Math.floor(at / 1000)).length < perSecond;
      (isGranted ? arrivals : refused).push(at);
      await clock.sleep(30, signal);
      turn.answered(isGranted ? "ok" : code);
      if (isGranted) return;
      const refusal = { action: LANE.action, code, text: storedText("too many"), outcome: "requeue", effect: "none" };
      throw new CloudError(refusal as ConstructorParameters<typeof CloudError>[0]);
    };
  return { arrivals, refused, call };
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const seeds = Array.from({ length: 20 }, (_, seed) => seed);

describe("the pace of calls", () => {
  it.each(seeds)(
    "at one call a second, twelve calls take about twelve seconds, with few refusals (seed %i)",
    async (seed) => {
      const { clock, during } = fakeClock(seed);
      const takeTurn = pacing(clock);
      const cloud = limitedCloud(1, clock);
      await during(Promise.all(times(12, () => repeating(cloud.call(takeTurn), signal, isThrottled, clock))));
      expect(cloud.arrivals).toHaveLength(12);
      expect(clock.now()).toBeLessThan(18_000);
      expect(cloud.refused.length).toBeLessThanOrEqual(6);
    },
  );

  it("of two processes that share a limit, neither starves the other", async () => {
    const { clock, during } = fakeClock(1);
    const cloud = limitedCloud(4, clock);
    const ends: number[] = [];
    const process = async () => {
      const takeTurn = pacing(clock);
      await Promise.all(times(40, () => repeating(cloud.call(takeTurn), signal, isThrottled, clock)));
      ends.push(clock.now());
    };
    await during(Promise.all([process(), process()]));
    expect(cloud.arrivals).toHaveLength(80);
    expect(cloud.refused.length).toBeLessThan(30);
    expect(Math.min(...ends)).toBeGreaterThan(0.5 * Math.max(...ends));
    expect(Math.max(...ends)).toBeLessThan(40_000);
  });

  it("rises again after the limit was lifted", async () => {
    const { clock, during } = fakeClock(2);
    const takeTurn = pacing(clock);
    const send = (cloud: ReturnType<typeof limitedCloud>, count: number) =>
      during(Promise.all(times(count, () => repeating(cloud.call(takeTurn), signal, isThrottled, clock))));
    await send(limitedCloud(1, clock), 12);
    const lifted = limitedCloud(10, clock);
    await send(lifted, 300);
    const last = lifted.arrivals.slice(-20);
    expect(lifted.refused).toEqual([]);
    expect((last.at(-1) ?? 0) - (last[0] ?? 0)).toBeLessThan(3_000);
  });

  it("stays so low that with delays of 200 ms at most 10 calls arrive in a second", async () => {
    const { clock, during } = fakeClock(4);
    const takeTurn = pacing(clock);
    const starts: number[] = [];
    await during(Promise.all(times(40, async () => starts.push(await takeTurn(LANE, signal).then(() => clock.now())))));
    for (const from of starts) {
      expect(starts.filter((start) => start >= from && start < from + 1_200).length).toBeLessThanOrEqual(10);
    }
  });

  it.each([
    ["RequestLimitExceeded", "of its region", [false, true]],
    ["RequestLimitExceeded.UinLimitExceeded", "in all regions", [true, true]],
  ] as const)("after %s slows the action down %s, and no other action", async (code, _, slowed) => {
    const { clock, during } = fakeClock(5);
    const takeTurn = pacing(clock);
    const lanes = [{ ...LANE, region: "ap-tokyo" }, LANE, { ...LANE, action: "SyncImages" }];
    const timeOf = async (lane: Lane) => {
      const start = clock.now();
      await during(takeTurn(lane, signal));
      await during(takeTurn(lane, signal));
      return clock.now() - start;
    };
    for (const lane of lanes) await timeOf(lane);
    await during(repeating(limitedCloud(0, clock, code).call(takeTurn), signal, () => false, clock).catch(() => {}));
    await during(clock.sleep(300, signal));
    const isSlow: boolean[] = [];
    for (const lane of lanes) isSlow.push((await timeOf(lane)) >= 250);
    expect(isSlow).toEqual([...slowed, false]);
  });

  it("ends a wait at once when its signal aborts, and the next caller takes that turn", async () => {
    const { clock, during } = fakeClock(6);
    const takeTurn = pacing(clock);
    const stop = new AbortController();
    await takeTurn(LANE, signal);
    const waiting = takeTurn(LANE, stop.signal);
    const next = takeTurn(LANE, signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await during(next);
    expect(clock.now()).toBeLessThanOrEqual(150);
  });
});

it("against the emulator, calls take as long as its limit says, with few refusals", async () => {
  const world = createWorld({ now: () => Date.now(), rateLimits: { default: 4 } });
  const emulator = await startEmulator({ port: 0, world });
  const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
  const cloud = tencentCloud({
    site: "cn",
    endpoint: emulator.url,
    credentials: async () => ({ secretId, secretKey }),
    now: () => Date.now(),
  });
  const images = makeImages(world, { region: "ap-guangzhou", name: "golden", sizeGiB: 20, count: 12 });
  const startedAt = REAL_CLOCK.now();
  await Promise.all(images.map((image) => cloud.modify(image, { description: "new" }, IN_TIME)));
  const refused = world.requests.filter(({ result }) => result === "RequestLimitExceeded");
  expect(images.map(({ description }) => description)).toEqual(images.map(() => "new"));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThanOrEqual(6);
  expect(REAL_CLOCK.now() - startedAt).toBeLessThan(8_000);
  await emulator.close();
});
