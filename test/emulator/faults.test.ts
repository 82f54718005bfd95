// Injected faults of the emulator.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { addFault, endFaults, releaseHolds } from "../../emulator/api/faults.ts";
import { ApiError, TransportFault } from "../../emulator/errors.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import type { FaultEffect, FaultMatch } from "../../emulator/settings/faults.ts";
import { type Bench, bench, caught, GOLDEN, MINUTE, responseOf, sign, sync } from "./support.ts";

const BEIJING = { region: "ap-beijing" };
const onSync = (b: Bench, effect: FaultEffect, match: FaultMatch = {}) =>
  addFault(b.world, { match: { action: "SyncImages", ...match }, effect });
const order = (imageId: string) => ({
  ImageIds: [imageId],
  DestinationRegions: ["ap-beijing", "ap-shanghai"],
  ImageSetRequired: true,
});
const copies = (b: Bench, region = "ap-beijing") => b.call("DescribeImages", {}, { region }).TotalCount - 2;

describe("faults in a call without a socket", () => {
  it.each([false, true])("an error with any code, after the effect: %s", (after) => {
    const b = bench();
    onSync(b, { kind: "error", code: "InternalError", message: "oh", after });
    const error = caught(() => b.call("SyncImages", order(b.image()))) as ApiError;
    expect(error).toMatchObject({ code: "InternalError", message: "oh", requestId: expect.any(String) as string });
    expect(copies(b)).toBe(after ? 1 : 0);
    const logged = b.world.requests.find((request) => request.action === "SyncImages");
    expect(logged).toMatchObject({ result: "InternalError", faults: ["fault-1"] });
    expect(logged?.effects).toHaveLength(after ? 2 : 0);
  });

  it.each([
    [{ kind: "hang" }, { kind: "dropped", effectDone: false }, "dropped"],
    [{ kind: "drop-before" }, { kind: "dropped", effectDone: false }, "dropped"],
    [{ kind: "drop-after" }, { kind: "dropped", effectDone: true }, "dropped"],
    [{ kind: "http", status: 502 }, { kind: "http", status: 502, effectDone: false }, "http"],
    [{ kind: "http", status: 503, after: true }, { kind: "http", status: 503, effectDone: true }, "http"],
    [{ kind: "not-json" }, { kind: "notJson", effectDone: true }, "notJson"],
  ] as const)("%o", (effect, expected, logged) => {
    const b = bench();
    onSync(b, effect);
    const error = caught(() => b.call("SyncImages", order(b.image())));
    expect(error).toBeInstanceOf(TransportFault);
    expect(error).toMatchObject(expected);
    expect(copies(b)).toBe(expected.effectDone ? 1 : 0);
    expect(b.world.requests.find((request) => request.action === "SyncImages")).toMatchObject({ result: logged });
  });

  it("entries missing from ImageSet, although the copies exist", () => {
    const b = bench();
    onSync(b, { kind: "lose-image-set" });
    expect(Object.keys(sync(b, b.image(), ["ap-beijing", "ap-shanghai"]))).toEqual(["ap-beijing"]);
    expect([copies(b), copies(b, "ap-shanghai")]).toEqual([1, 1]);
  });

  it("a copy that fails in one destination", () => {
    const b = bench({ copyMinutes: [10, 10] });
    onSync(b, { kind: "fail-copy", percent: 40, destination: "ap-beijing" });
    const copyIds = sync(b, b.image(), ["ap-beijing", "ap-shanghai"]);
    b.tick(3.9 * MINUTE);
    expect(b.look(copyIds["ap-beijing"] ?? "", BEIJING)).toMatchObject({ ImageState: "SYNCING", SyncPercent: 39 });
    b.tick(0.2 * MINUTE);
    expect(b.look(copyIds["ap-beijing"] ?? "", BEIJING)).toMatchObject({ ImageState: "CREATEFAILED", SyncPercent: 40 });
    b.tick(6 * MINUTE);
    expect(b.look(copyIds["ap-shanghai"] ?? "", { region: "ap-shanghai" })).toMatchObject({ ImageState: "NORMAL" });
  });

  it("a copy that makes no progress and keeps its source busy", () => {
    const b = bench();
    onSync(b, { kind: "stick-copy", percent: 37 });
    const source = b.image();
    const copyIds = sync(b, source, ["ap-beijing"]);
    b.tick(600 * MINUTE);
    expect(b.look(copyIds["ap-beijing"] ?? "", BEIJING)).toMatchObject({ ImageState: "SYNCING", SyncPercent: 37 });
    expect(b.look(source)).toMatchObject({ ImageState: "SYNCING" });
  });
});

describe("matching calls", () => {
  const error = { kind: "error", code: "ResourceBusy" } as const;
  const hits = (b: Bench, calls: number, options: Parameters<Bench["call"]>[2] = {}) =>
    Array.from({ length: calls }, () => {
      try {
        b.call("DescribeImageQuota", {}, options);
        return "-";
      } catch {
        return "x";
      }
    }).join("");

  it.each([
    [{}, "x---"],
    [{ nth: 3 }, "--x-"],
    [{ times: 2 }, "xx--"],
    [{ nth: 2, times: 0 }, "-xxx"],
    [{ action: "SyncImages" }, "----"],
    [{ service: "tag" }, "----"],
    [{ region: "ap-beijing" }, "----"],
    [{ account: GOLDEN.uin }, "----"],
    [{ service: "cvm", region: "ap-guangzhou", action: "DescribeImageQuota" }, "x---"],
    [{ dryRun: true }, "----"],
  ])("%o hits %s", (match, expected) => {
    const b = bench();
    addFault(b.world, { match, effect: error });
    expect(hits(b, 4)).toBe(expected);
  });

  it("hits with a probability, repeatable by seed", () => {
    const run = (seed: number) => {
      const b = bench({ seed });
      addFault(b.world, { match: { times: 0, probability: 0.5 }, effect: error });
      return hits(b, 100);
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
    const count = run(1).split("x").length - 1;
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(70);
  });

  it("hits only dry runs, or only other calls", () => {
    const b = bench();
    const fault = onSync(b, error, { dryRun: true, times: 0 });
    const imageId = b.image();
    expect(b.refusal("SyncImages", { ...order(imageId), DryRun: true })).toBe("ResourceBusy");
    b.call("SyncImages", order(imageId));
    expect(fault.fired).toHaveLength(1);
  });

  it("stops after its end and keeps the list of its hits", () => {
    const b = bench();
    const fault = addFault(b.world, { match: { times: 0 }, effect: error });
    expect(hits(b, 2)).toBe("xx");
    expect(endFaults(b.world)).toBe(1);
    expect(hits(b, 2)).toBe("--");
    expect(fault.fired).toEqual(b.world.requests.slice(0, 2).map((request) => request.requestId));
  });
});

describe("faults over HTTP", () => {
  let emulator: Emulator | undefined;
  afterEach(async () => {
    await emulator?.close();
    emulator = undefined;
  });

  async function send(b: Bench, imageId: string): Promise<Response> {
    emulator ??= await startEmulator({ port: 0, world: b.world });
    const body = JSON.stringify(order(imageId));
    const { host: _, ...headers } = sign({ action: "SyncImages", body, host: "127.0.0.1", service: "127" });
    return fetch(emulator.url, { method: "POST", body, headers });
  }

  it.each([
    ["drop-before", 0],
    ["drop-after", 1],
  ] as const)("%s: the connection ends without an answer", async (kind, copyCount) => {
    const b = bench();
    onSync(b, { kind });
    await expect(send(b, b.image())).rejects.toThrow("fetch failed");
    expect(copies(b)).toBe(copyCount);
  });

  it("an HTTP error has a page of HTML", async () => {
    const b = bench();
    onSync(b, { kind: "http", status: 503 });
    const response = await send(b, b.image());
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("<html>");
  });

  it("a response that is not JSON has status 200", async () => {
    const b = bench();
    onSync(b, { kind: "not-json" });
    const response = await send(b, b.image());
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow();
  });

  it("a delay comes before the effect", async () => {
    const b = bench();
    onSync(b, { kind: "delay", ms: 150 });
    const answer = send(b, b.image());
    await sleep(50);
    expect(copies(b)).toBe(0);
    expect((await responseOf(await answer)).ImageSet).toHaveLength(2);
  });

  it("a response is held after the effect, until its release or for a given time", async () => {
    const b = bench();
    const fault = onSync(b, { kind: "hold-after" });
    let answered = false;
    const answer = send(b, b.image()).then((response) => {
      answered = true;
      return response;
    });
    while (fault.holds.size === 0) await sleep(5);
    expect(copies(b)).toBe(1);
    await sleep(50);
    expect(answered).toBe(false);
    releaseHolds(fault);
    expect((await responseOf(await answer)).ImageSet).toHaveLength(2);

    const timed = onSync(b, { kind: "hold-after", ms: 60 });
    const startedAt = performance.now();
    await send(b, b.image({ name: "other" }));
    expect(performance.now() - startedAt).toBeGreaterThan(50);
    expect(timed.holds.size).toBe(0);
  });

  it("a closed emulator releases held responses", async () => {
    const b = bench();
    const fault = onSync(b, { kind: "hold-after" });
    const answer = send(b, b.image()).catch((error: unknown) => error);
    while (fault.holds.size === 0) await sleep(5);
    await emulator?.close();
    emulator = undefined;
    expect(await answer).toBeDefined();
    expect(fault.holds.size).toBe(0);
  });
});
