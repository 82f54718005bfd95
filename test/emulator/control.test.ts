// The control API and the server of the emulator.
import { spawnSync } from "node:child_process";
import https from "node:https";
import { describe, expect, it } from "vitest";
import { createApp, startEmulator } from "../../emulator/server.ts";
import { type Bench, bench, GOLDEN, MAIN, MINUTE, sync } from "./support.ts";

// Creates the certificate of the HTTPS test, which is skipped without openssl.
const OPENSSL = "openssl";

interface ControlAnswer {
  readonly error: string;
  readonly images: readonly { readonly imageId: string; readonly name: string }[];
  readonly requests: readonly object[];
  readonly switches: { readonly uniqueNames: string };
  readonly faults: readonly object[];
  readonly events: readonly object[];
  readonly next: number;
}

async function control(
  b: Bench,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: ControlAnswer }> {
  const response = await createApp(b.world).request(`/_emulator${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return { status: response.status, json: (await response.json()) as ControlAnswer };
}

describe("control API", () => {
  it("reports its health", async () => {
    expect(await control(bench(), "GET", "/health")).toMatchObject({ status: 200, json: { ok: true, clockOffset: 0 } });
  });

  it("shows all images of all accounts and the source of each copy", async () => {
    const b = bench({ switches: { copyVisibleAfterMs: 1000 } });
    const source = b.image({ tags: { a: "1" } });
    const copy = sync(b, source, ["ap-beijing"])["ap-beijing"];
    b.image({ account: GOLDEN.uin });
    const { json } = await control(b, "GET", "/world");
    expect(json.images).toHaveLength(3);
    expect(json.images.find((image) => image.imageId === copy)).toMatchObject({
      account: MAIN.uin,
      region: "ap-beijing",
      state: "SYNCING",
      percent: 0,
      visible: false,
      copiedFrom: { region: "ap-guangzhou", imageId: source },
    });
    expect((await control(b, "GET", `/world?account=${GOLDEN.uin}`)).json.images).toHaveLength(1);
    expect((await control(b, "GET", "/world?region=ap-beijing")).json.images).toHaveLength(1);
    expect(JSON.stringify(json)).not.toContain(MAIN.secretKey);
  });

  it("lists requests, filters them by action, and clears them", async () => {
    const b = bench();
    sync(b, b.image(), ["ap-beijing"]);
    b.call("DescribeImages");
    const { json } = await control(b, "GET", "/requests?action=SyncImages");
    expect(json.requests).toEqual([
      {
        at: b.world.now(),
        requestId: expect.any(String) as string,
        account: MAIN.uin,
        service: "cvm",
        action: "SyncImages",
        region: "ap-guangzhou",
        params: expect.objectContaining({ DestinationRegions: ["ap-beijing"] }) as object,
        result: "ok",
        effects: [{ region: "ap-beijing", imageId: expect.any(String) as string }],
        faults: [],
      },
    ]);
    expect((await control(b, "DELETE", "/requests")).json).toEqual({ removed: 2 });
    expect((await control(b, "GET", "/requests")).json.requests).toEqual([]);
  });

  it("sets switches, or none if one of them is invalid", async () => {
    const b = bench();
    const set = await control(b, "PUT", "/switches", { uniqueNames: "off", tagsVisibleAfterMs: 5 });
    expect(set.json.switches).toMatchObject({ uniqueNames: "off", tagsVisibleAfterMs: 5 });
    expect(await control(b, "PUT", "/switches", { uniqueNames: "late", colour: "red" })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining("switch colour: unknown") as string },
    });
    expect((await control(b, "GET", "/switches")).json.switches.uniqueNames).toBe("off");
  });

  it("adds faults, lists the calls they hit, releases and ends them", async () => {
    const b = bench();
    const fault = { match: { action: "DescribeImages", times: 0 }, effect: { kind: "error", code: "InternalError" } };
    expect((await control(b, "POST", "/faults", fault)).json).toMatchObject({ id: "fault-1", fired: [], ended: false });
    b.refusal("DescribeImages");
    expect((await control(b, "GET", "/faults")).json.faults).toMatchObject([{ seen: 1, fired: [expect.any(String)] }]);
    expect((await control(b, "POST", "/faults/fault-1/release", {})).json).toEqual({ released: 0 });
    expect((await control(b, "DELETE", "/faults/fault-1")).json).toEqual({ ended: 1 });
    expect((await control(b, "DELETE", "/faults")).json).toEqual({ ended: 0 });
    b.call("DescribeImages");
  });

  it.each([
    ["POST", "/faults", { effect: { kind: "explode" } }, "effect.kind"],
    ["POST", "/faults", { effect: { kind: "delay" } }, "effect.ms"],
    ["POST", "/faults", { match: { colour: 1 }, effect: { kind: "not-json" } }, "colour"],
    ["DELETE", "/faults/fault-9", undefined, "fault fault-9 does not exist"],
    ["POST", "/images", { name: "x" }, "region"],
    ["POST", "/images", { name: "x", region: "ap-atlantis" }, "ap-atlantis does not exist; allowed: ap-guangzhou"],
    [
      "POST",
      "/images",
      { name: "x", region: "ap-beijing", account: "1" },
      `account: 1 does not exist; allowed: ${MAIN.uin}`,
    ],
    [
      "PATCH",
      "/images/ap-beijing/img-00000000",
      { name: "x" },
      "custom image img-00000000 does not exist in ap-beijing",
    ],
    ["DELETE", "/images/ap-beijing/img-eb30mz89", undefined, "custom image img-eb30mz89 does not exist"],
    ["POST", "/clock", { advanceMs: -1 }, "advanceMs"],
    ["GET", "/events?after=x", undefined, "after"],
  ])("%s %s rejects %o with the reason", async (method, path, body, why) => {
    const { status, json } = await control(bench(), method, path, body);
    expect([status, json.error]).toEqual([400, expect.stringContaining(why) as string]);
  });

  it("answers unknown routes with 404", async () => {
    expect(await control(bench(), "GET", "/nothing")).toMatchObject({
      status: 404,
      json: { error: "GET /_emulator/nothing does not exist" },
    });
    expect((await createApp(bench().world).request("/nothing")).status).toBe(404);
  });

  it("creates images, many at once, in any state", async () => {
    const b = bench();
    const many = await control(b, "POST", "/images", { region: "ap-tokyo", name: "many", count: 30, silent: true });
    expect(many.json.images.map((image) => image.name)).toContain("many-30");
    const one = await control(b, "POST", "/images", {
      region: "ap-guangzhou",
      name: "one",
      account: GOLDEN.uin,
      state: "IMPORTING",
      minutes: 2,
      tags: { a: "1" },
      sizeGiB: 80,
      dataDisks: [20],
      encrypted: true,
      platform: "Ubuntu",
      family: "f",
      creator: "another",
    });
    const imageId = one.json.images[0]?.imageId ?? "";
    const look = () => b.look(imageId, { account: GOLDEN });
    expect(look()).toMatchObject({ ImageState: "IMPORTING", ImageSize: 80, ImageCreator: "another" });
    b.tick(2 * MINUTE);
    expect(look()).toMatchObject({ ImageState: "NORMAL" });
    expect(b.world.events).toHaveLength(1);
  });

  it("renames, retags, shares and deletes images like another user", async () => {
    const b = bench();
    const id = b.image({ tags: { old: "1" } });
    const path = `/images/ap-guangzhou/${id}`;
    await control(b, "PATCH", path, { name: "theirs", tags: { new: "2" }, deprecated: true });
    expect(b.look(id)).toMatchObject({
      ImageName: "theirs",
      Tags: [{ Key: "new", Value: "2" }],
      ImageDeprecated: true,
    });
    await control(b, "PATCH", path, { state: "CREATEFAILED" });
    expect(b.look(id)).toMatchObject({ ImageState: "CREATEFAILED" });
    await control(b, "PATCH", path, { state: "NORMAL" });
    await control(b, "POST", "/share", { region: "ap-guangzhou", imageId: id, accounts: [GOLDEN.uin] });
    expect(b.look(id, { account: GOLDEN })).toMatchObject({ ImageType: "SHARED_IMAGE" });
    const again = await control(b, "POST", "/share", { region: "ap-guangzhou", imageId: id, accounts: [GOLDEN.uin] });
    expect([again.status, again.json.error]).toEqual([400, expect.stringContaining("AccountAlreadyExists") as string]);
    await control(b, "DELETE", path);
    expect(b.look(id)).toBeUndefined();
  });

  it("returns events after a cursor, of all accounts or of one", async () => {
    const b = bench();
    b.call("CreateImage", { ImageName: "a", InstanceId: "ins-abcd1234" });
    const first = (await control(b, "GET", "/events")).json;
    expect([first.events.length, first.next]).toEqual([1, 1]);
    await control(b, "POST", "/images", { region: "ap-beijing", name: "b", account: GOLDEN.uin });
    expect((await control(b, "GET", `/events?after=${first.next}`)).json.events).toMatchObject([{ cursor: 2 }]);
    expect((await control(b, "GET", `/events?account=${MAIN.uin}`)).json.events).toMatchObject([{ cursor: 1 }]);
  });

  it("exports a world and imports it into another, which continues from there", async () => {
    const b = bench({ copyMinutes: [10, 10], switches: { sourceBusyWhileCopying: "refuses" } });
    const source = b.image({ tags: { a: "1" } });
    const shared = b.image({ name: "shared" });
    b.call("ModifyImageSharePermission", { ImageId: shared, AccountIds: [GOLDEN.uin], Permission: "SHARE" });
    const copy = sync(b, source, ["ap-beijing"])["ap-beijing"] ?? "";
    const exported = (await control(b, "GET", "/export")).json;

    const other = bench({ seed: 99 });
    other.image({ name: "forgotten" });
    expect((await control(other, "PUT", "/import", exported)).status).toBe(200);
    other.tick(5 * MINUTE);
    expect((await control(other, "GET", "/world")).json.images).toHaveLength(3);
    expect(other.look(copy, { region: "ap-beijing" })).toMatchObject({ ImageState: "SYNCING", SyncPercent: 50 });
    expect(other.look(shared, { account: GOLDEN })).toMatchObject({ ImageType: "SHARED_IMAGE" });
    expect(other.look(source)).toMatchObject({ ImageState: "NORMAL", Tags: [{ Key: "a", Value: "1" }] });
    const again = { ImageIds: [source], DestinationRegions: ["ap-beijing"] };
    expect(other.refusal("SyncImages", again)).toBe("FailedOperation.InvalidImageState");
    other.tick(5 * MINUTE);
    expect(other.call("SyncImages", again)).toHaveProperty("RequestId");
    expect((await control(other, "GET", "/events?after=2")).json.next).toBe(4);
  });

  it("rejects an import that is not an export", async () => {
    const b = bench();
    const imageId = b.image();
    for (const body of [{}, { format: "cvm-emulator-world-1", images: [{ region: "ap-atlantis" }] }]) {
      expect((await control(b, "PUT", "/import", body)).status).toBe(400);
    }
    expect(b.look(imageId)).toBeDefined();
  });

  it.each([{ functions: [{}] }, { eventBuses: [{}] }, { images: [{ region: "ap-beijing" }, null] }, { quotas: 7 }])(
    "leaves the world as it was if an export is damaged: %j",
    async (damage) => {
      const b = bench();
      b.image();
      const exported = async () => JSON.stringify((await control(b, "GET", "/export")).json);
      const before = await exported();
      const body = { format: "cvm-emulator-world-1", images: [], ...damage };
      const { status, json } = await control(b, "PUT", "/import", body);
      expect([status, json.error]).toEqual([400, expect.stringContaining("a part of it is damaged")]);
      expect(await exported()).toBe(before);
    },
  );

  it("advances durations and no timestamps", async () => {
    const b = bench();
    const id = sync(b, b.image(), ["ap-beijing"])["ap-beijing"] ?? "";
    expect((await control(b, "POST", "/clock", { advanceMs: 31 * MINUTE })).json).toEqual({ clockOffset: 31 * MINUTE });
    expect(b.look(id, { region: "ap-beijing" })).toMatchObject({ ImageState: "NORMAL" });
    const later = b.image({ name: "later" });
    expect(b.look(later)).toMatchObject({ CreatedTime: "2026-01-15T08:00:00Z" });
  });
});

describe("the server", () => {
  it("picks a free port, returns it, and stops listening when closed", async () => {
    const emulator = await startEmulator({ port: 0, world: bench().world });
    expect(emulator.url).toBe(`http://127.0.0.1:${emulator.port}`);
    expect((await fetch(`${emulator.url}/_emulator/health`)).status).toBe(200);
    await emulator.close();
    await expect(fetch(`${emulator.url}/_emulator/health`)).rejects.toThrow();
  });

  it.skipIf(spawnSync(OPENSSL, ["version"]).status !== 0)("uses HTTPS if it has a certificate", async () => {
    const generated = spawnSync(OPENSSL, [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "-", "-out", "-"],
    ]);
    const pem = generated.stdout.toString();
    const part = (what: string) => new RegExp(`-----BEGIN ${what}-----[^]*?-----END ${what}-----`).exec(pem)?.[0] ?? "";
    const tls = { key: part("PRIVATE KEY"), cert: part("CERTIFICATE") };
    const emulator = await startEmulator({ port: 0, world: bench().world, tls });
    expect(emulator.url).toMatch(/^https:/);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const url = `https://localhost:${emulator.port}/_emulator/health`;
      const to4 = { family: 4, ca: tls.cert };
      https.get(url, to4, (response) => resolve(response.resume().statusCode)).on("error", reject);
    });
    expect(status).toBe(200);
    await emulator.close();
  });

  it("names the next step if the port or the address is not available", async () => {
    const { world } = bench();
    const emulator = await startEmulator({ port: 0, world });
    await expect(startEmulator({ port: emulator.port, world })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${emulator.port}: the port is already in use; stop the other process, or choose another port (0 picks a free one)`,
    );
    await expect(startEmulator({ port: 0, host: "203.0.113.1", world })).rejects.toThrow("use 127.0.0.1");
    await emulator.close();
  });
});
