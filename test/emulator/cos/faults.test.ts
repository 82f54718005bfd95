// Faults on requests to COS, the log of requests, and both over a real connection.
import { request as httpRequest } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../../emulator/api/faults.ts";
import { TransportFault } from "../../../emulator/errors.ts";
import { createApp, type Emulator, startEmulator } from "../../../emulator/server.ts";
import type { CosRequest } from "../../../emulator/services/cos/request.ts";
import type { FaultEffect, FaultMatch } from "../../../emulator/settings/faults.ts";
import { caught, MAIN } from "../support.ts";
import { BUCKET, type CosBench, cosBench, REGION, signedRequest, valuesOf } from "./support.ts";

const open: Emulator[] = [];
afterEach(() => Promise.all(open.splice(0).map((emulator) => emulator.close())));

const fault = (b: CosBench, effect: FaultEffect, match: FaultMatch = {}) =>
  addFault(b.world, { match: { service: "cos", action: "PutObject", ...match }, effect });

describe("a fault", () => {
  it.each<[FaultEffect, boolean, string]>([
    [{ kind: "drop-before" }, false, "dropped"],
    [{ kind: "drop-after" }, true, "dropped"],
    [{ kind: "hang" }, false, "dropped"],
    [{ kind: "http", status: 502 }, false, "http"],
    [{ kind: "http", status: 502, after: true }, true, "http"],
    [{ kind: "not-json" }, true, "notJson"],
  ])("%o loses the answer; takes effect: %s", (effect, isDone, kind) => {
    const b = cosBench();
    fault(b, effect);
    const lost = caught(() => b.put("k"));
    expect(lost).toBeInstanceOf(TransportFault);
    expect(lost).toMatchObject({ kind, effectDone: isDone });
    expect(b.read("k")).toBe(isDone ? "k" : "NoSuchKey");
    expect(b.put("k").status).toBe(200);
    expect(b.world.requests.map(({ result }) => result)).toEqual([kind, isDone ? "ok" : "NoSuchKey", "ok"]);
  });

  it.each([
    ["SlowDown", 503],
    ["InternalError", 500],
    ["AccessDenied", 403],
    ["SomethingNew", 400],
  ])("answers %s with %d, before the effect or after it", (code, status) => {
    for (const after of [false, true]) {
      const b = cosBench();
      fault(b, { kind: "error", code, message: "Reduce your request rate.", after });
      const answer = b.put("k");
      expect(answer).toMatchObject({ status, code });
      expect(valuesOf("Message", answer.text)).toEqual(["Reduce your request rate."]);
      expect(b.read("k")).toBe(after ? "k" : "NoSuchKey");
    }
  });

  it.each([
    ["PutObject", (b: CosBench) => b.put("new").code],
    ["GetObject", (b: CosBench) => b.send({ key: "k" }).code],
    ["DeleteObject", (b: CosBench) => b.send({ method: "DELETE", key: "k" }).code],
    ["DeleteObjects", (b: CosBench) => b.send({ method: "POST", query: { delete: "" } }).code],
    ["ListObjects", (b: CosBench) => b.send({}).code],
    ["GetBucketVersioning", (b: CosBench) => b.send({ query: { versioning: "" } }).code],
  ])("hits %s alone", (action, send) => {
    const b = cosBench();
    b.put("k");
    fault(b, { kind: "error", code: "SlowDown" }, { action, times: 0 });
    expect(send(b)).toBe("SlowDown");
    expect(b.send({ method: "HEAD" }).status).toBe(200);
  });

  it("spares requests that are not signed", () => {
    const b = cosBench();
    const { seen } = fault(b, { kind: "drop-after" }, { times: 0 });
    expect(b.send({ method: "PUT", key: "k", account: { ...MAIN, secretKey: "x" } }).status).toBe(403);
    expect(seen).toBe(0);
  });
});

it("the log has each request with its action, bucket and key, and who signed", () => {
  const b = cosBench();
  b.put("k");
  b.create("k");
  b.send({ query: { prefix: "k", "max-keys": "5" } });
  b.send({ key: "k", account: { ...MAIN, secretKey: "x" } });
  const of = (action: string, result: string, params: object, account: string = MAIN.uin) =>
    expect.objectContaining({ service: "cos", region: REGION, action, result, account, params }) as unknown;
  const k = { Bucket: BUCKET, Key: "k" };
  expect(b.world.requests).toEqual([
    of("PutObject", "ok", k),
    of("PutObject", "FileAlreadyExists", k),
    of("ListObjects", "ok", { Bucket: BUCKET, prefix: "k", "max-keys": "5" }),
    of("GetObject", "SignatureDoesNotMatch", k, ""),
  ]);
});

describe("over HTTP", () => {
  const started = async (b: CosBench) => {
    const emulator = await startEmulator({ port: 0, world: b.world });
    open.push(emulator);
    return emulator;
  };
  /** Sends a request to a port of loopback, with the vendor's name as its host. */
  const send = (port: number, { method, target, headers, body }: CosRequest) =>
    new Promise<{ status: number; headers: object; text: string }>((resolve, reject) => {
      const sent = httpRequest({ host: "127.0.0.1", port, method, path: target, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          });
        });
      });
      sent.on("error", reject).end(body);
    });

  it("stores, reads and deletes under a name in any script", async () => {
    const b = cosBench();
    const { port } = await started(b);
    const key = "镜像//ü +%2F?.json";
    expect(await send(port, signedRequest({ method: "PUT", key, body: "ü" }))).toMatchObject({ status: 200, text: "" });
    const got = await send(port, signedRequest({ key }));
    expect(got).toMatchObject({ status: 200, text: "ü", headers: { date: "Thu, 15 Jan 2026 08:00:00 GMT" } });
    expect(await send(port, signedRequest({ method: "HEAD", key }))).toMatchObject({
      status: 200,
      text: "",
      headers: { "content-length": "2" },
    });
    expect(valuesOf("Key", (await send(port, signedRequest({}))).text)).toEqual([key]);
    expect(await send(port, signedRequest({ method: "DELETE", key }))).toMatchObject({ status: 204, text: "" });
    expect(await send(port, signedRequest({ method: "HEAD", key }))).toMatchObject({ status: 404, text: "" });
  });

  it("has objects where the API and the control API are for other hosts", async () => {
    const b = cosBench();
    const { port } = await started(b);
    const key = "_emulator/health";
    await send(port, signedRequest({ method: "PUT", key, body: "mine" }));
    expect((await send(port, signedRequest({ key }))).text).toBe("mine");
  });

  it("refuses a host that names no bucket", async () => {
    const response = await createApp(cosBench().world).request("/", {
      headers: { host: "bucket.service.myqcloud.com" },
    });
    expect([response.status, valuesOf("Code", await response.text())]).toEqual([400, ["InvalidBucketName"]]);
  });

  it("rejects an object that is too large without reading it", async () => {
    const headers = { "content-length": String(64 * 1024 * 1024 + 1) };
    const { target, ...request } = signedRequest({ method: "PUT", key: "k", headers });
    const response = await createApp(cosBench().world).request(target, { ...request, body: null });
    expect(valuesOf("Code", await response.text())).toEqual(["EntityTooLarge"]);
  });

  it("resets the connection of a lost answer, and holds one until its release", async () => {
    const b = cosBench();
    const { port } = await started(b);
    fault(b, { kind: "drop-after" });
    const put = (key: string) => send(port, signedRequest({ method: "PUT", key, body: key }));
    await expect(put("lost")).rejects.toThrow("socket hang up");
    expect(b.read("lost")).toBe("lost");

    const held = fault(b, { kind: "hold-after" });
    const answer = put("held");
    await expect.poll(() => held.holds.size).toBe(1);
    expect(b.read("held")).toBe("held");
    endFaults(b.world);
    expect((await answer).status).toBe(200);

    fault(b, { kind: "delay", ms: 30 });
    const delayed = put("delayed");
    expect(b.read("delayed")).toBe("NoSuchKey");
    expect((await delayed).status).toBe(200);
  });

  it("lets two puts that race succeed together", async () => {
    const b = cosBench({ switches: { cosForbidOverwrite: "racy" } });
    const { port } = await started(b);
    const headers = { "x-cos-forbid-overwrite": "true" };
    const put = async (body: string) =>
      (await send(port, signedRequest({ method: "PUT", key: "k", body, headers }))).status;
    expect(await Promise.all([put("1"), put("2")])).toEqual([200, 200]);
    expect(await put("3")).toBe(409);
  });
});
