// Asynchronous events, retries, timers and faults of the delivery, in processes that run.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFault, DELIVERY } from "../../../emulator/api/faults.ts";
import { exportWorld, importWorld } from "../../../emulator/control/snapshot.ts";
import { invokeAsync } from "../../../emulator/services/functions/async-queue.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { MAIN, MINUTE } from "../support.ts";
import { type FunctionBench, functionBench, REGION } from "./support.ts";

const ECHO = "exports.main_handler = async (event) => [event, process.env.TRIGGER_SRC];";
const FAILS = "exports.main_handler = async () => { throw new Error('again') };";

let b: FunctionBench;

beforeAll(async () => {
  b = await functionBench();
});

afterAll(async () => {
  await b.close();
});

const target = (name: string) => ({ account: MAIN.uin, region: REGION, namespace: "default", name });
/** Waits until something is so; the test ends by its timeout otherwise. */
const until = async (isSo: () => boolean) => {
  while (!isSo()) await sleep(20);
};
const waiting = (name: string) => b.world.asyncEvents.filter((event) => event.target.name === name);

describe("an asynchronous event", () => {
  it("runs once, under the request id that its sender got", async () => {
    await b.deploy("once", ECHO);
    const { FunctionRequestId } = await b.invoke("once", { a: 1 }, { InvocationType: "Event" });
    const [run] = await b.invocations("once", 1);
    expect(run).toMatchObject({ requestId: FunctionRequestId, isAsync: true, retry: 0, text: '[{"a":1},""]' });
    const status = await b.call("GetRequestStatus", { FunctionName: "once", FunctionRequestId });
    expect(status).toMatchObject({ TotalCount: 1, Data: [{ RetCode: 0, RetryNum: 0 }] });
    await until(() => waiting("once").length === 0);
    await sleep(300);
    expect(b.world.invocations.filter((one) => one.target.name === "once")).toHaveLength(1);
  });

  it("is tried again after one minute and after two more, by the emulator's clock, and then dropped", async () => {
    await b.deploy("fails", FAILS);
    await b.invoke("fails", {}, { InvocationType: "Event" });
    await b.invocations("fails", 1);
    await sleep(300);
    expect(b.world.invocations.filter((one) => one.target.name === "fails")).toHaveLength(1);
    b.advance(MINUTE);
    await b.invocations("fails", 2);
    b.advance(MINUTE);
    await sleep(300);
    expect(b.world.invocations.filter((one) => one.target.name === "fails")).toHaveLength(2);
    b.advance(MINUTE);
    const runs = await b.invocations("fails", 3);
    expect(new Set(runs.map(({ requestId }) => requestId)).size).toBe(1);
    expect(runs.map(({ retry }) => retry)).toEqual([0, 1, 2]);
    await until(() => waiting("fails").length === 0);
  });

  it("is tried as often, and kept as long, as its function says", async () => {
    await b.deploy("impatient", FAILS);
    const AsyncTriggerConfig = { RetryConfig: [{ RetryNum: 0 }], MsgTTL: 60 };
    await b.call("UpdateFunctionEventInvokeConfig", { FunctionName: "impatient", AsyncTriggerConfig });
    await b.invoke("impatient", {}, { InvocationType: "Event" });
    await b.invocations("impatient", 1);
    await until(() => waiting("impatient").length === 0);
    await b.call("PutReservedConcurrencyConfig", { FunctionName: "impatient", ReservedConcurrencyMem: 0 });
    await b.invoke("impatient", {}, { InvocationType: "Event" });
    await until(() => (waiting("impatient")[0]?.throttles ?? 0) > 0);
    b.advance(61_000);
    await until(() => waiting("impatient").length === 0);
    expect(await b.invocations("impatient", 1)).toHaveLength(1);
  });

  it("waits for a free instance, and is not counted as an error", async () => {
    await b.deploy("queue", "exports.main_handler = () => new Promise((go) => setTimeout(go, 300));");
    await b.call("PutReservedConcurrencyConfig", { FunctionName: "queue", ReservedConcurrencyMem: 128 });
    for (let i = 0; i < 2; i += 1) await b.invoke("queue", {}, { InvocationType: "Event" });
    await b.invocations("queue", 1);
    b.advance(2000);
    const runs = await b.invocations("queue", 2);
    expect(runs.map(({ retry, error }) => [retry, error])).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
  });

  it("survives an export of the world, and is delivered again if it was running", async () => {
    await b.deploy("kept", "exports.main_handler = () => new Promise((go) => setTimeout(go, 600));");
    await b.invoke("kept", { a: 1 }, { InvocationType: "Event" });
    while (!waiting("kept")[0]?.isRunning) await sleep(20);
    const world = createWorld({ now: Date.now });
    importWorld(world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(world.asyncEvents.filter((event) => event.target.name === "kept")).toMatchObject([
      { isRunning: false, event: '{"a":1}' },
    ]);
    const key = `${MAIN.uin}/${REGION}/default/kept`;
    expect(world.functions.get(key)).toEqual(b.world.functions.get(key));
  });
});

describe("a fault of the delivery", () => {
  const deliver = async (name: string, effect: Parameters<typeof addFault>[1]["effect"]) => {
    await b.deploy(name, ECHO);
    addFault(b.world, { match: { service: "scf", action: DELIVERY }, effect });
    invokeAsync(b.world, target(name), { n: 1 });
    if (effect.kind === "deliver-times" && effect.count > 0) await b.invocations(name, 3);
    await sleep(500);
    return b.world.invocations.filter((one) => one.target.name === name).length;
  };

  it("repeats an event", async () => {
    expect(await deliver("three", { kind: "deliver-times", count: 3 })).toBe(3);
  });

  it("loses an event", async () => {
    expect([await deliver("lost", { kind: "deliver-times", count: 0 }), waiting("lost")]).toEqual([0, []]);
  });

  it("delays an event by the emulator's clock", async () => {
    expect(await deliver("late", { kind: "deliver-late", ms: 10 * MINUTE })).toBe(0);
    b.advance(10 * MINUTE);
    await b.invocations("late", 1);
  });

  it("is not used up by calls, and a fault of calls not by a delivery", async () => {
    await b.deploy("both", ECHO);
    const ofCalls = addFault(b.world, { match: {}, effect: { kind: "delay", ms: 1 } });
    const ofDeliveries = addFault(b.world, {
      match: { action: DELIVERY },
      effect: { kind: "deliver-times", count: 0 },
    });
    invokeAsync(b.world, target("both"), {});
    await b.call("ListFunctions", {});
    expect([ofCalls.fired.length, ofDeliveries.fired.length]).toEqual([1, 1]);
  });
});

describe("a timer", () => {
  it("runs its function with its event; however much time passes at once, it runs once a real second", async () => {
    await b.deploy("tick", ECHO);
    const trigger = { FunctionName: "tick", TriggerName: "every", Type: "timer" };
    await b.call("CreateTrigger", { ...trigger, TriggerDesc: "0 */5 * * * * *", CustomArgument: "hello" });
    await sleep(300);
    const count = () => b.world.invocations.filter((one) => one.target.name === "tick").length;
    expect(count()).toBeLessThan(2);
    const before = count();
    b.advance(60 * MINUTE);
    const runs = await b.invocations("tick", before + 1);
    const [event, source] = JSON.parse(runs.at(-1)?.text ?? "") as [Record<string, string>, string];
    expect([event["Type"], event["TriggerName"], event["Message"], source]).toEqual([
      "Timer",
      "every",
      "hello",
      "timer",
    ]);
    expect(event["Time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d[05]:00Z$/);
    const started = performance.now();
    for (let i = 0; i < 4; i += 1) {
      b.advance(60 * MINUTE);
      await sleep(150);
    }
    expect(count() - before).toBeLessThanOrEqual(2 + (performance.now() - started) / 1000);
    await b.call("UpdateTrigger", { ...trigger, Enable: "CLOSE" });
    await until(() => waiting("tick").length === 0);
    const off = count();
    b.advance(60 * MINUTE);
    await sleep(1200);
    expect(count()).toBe(off);
  });
});
