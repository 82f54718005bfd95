// A request that must not leave twice or too late: freezes, aborts and slow handshakes.
import { type AddressInfo, createServer, Socket } from "node:net";
import * as tls from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { tencentCloud } from "../../../lib/adapters/tencent/tencent-cloud.ts";
import type { SyncRequest } from "../../../lib/model/ports.ts";
import { KEY } from "./api-server.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const clean of cleanups.splice(0)) clean();
});

const ACCOUNT = JSON.stringify({ Response: { AccountId: "100000000001", RequestId: "req-0" } });

/**
 * A server that records every byte that arrives and answers GetCallerIdentity only. `arrived`
 * answers whether it recorded the bytes: those of GetCallerIdentity are not.
 */
async function listen(onConnection: (socket: Socket, arrived: (bytes: Buffer, via?: Socket) => boolean) => void) {
  const bytes: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    let text = "";
    onConnection(socket, (chunk, via = socket) => {
      text += chunk.toString();
      if (!text.includes("X-TC-Action: GetCallerIdentity")) return bytes.push(chunk) > 0;
      if (text.endsWith("{}")) via.write(`HTTP/1.1 200 OK\r\nContent-Length: ${ACCOUNT.length}\r\n\r\n${ACCOUNT}`);
      return false;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, text: () => Buffer.concat(bytes).toString() };
}
const listenPlain = () => listen((socket, arrived) => socket.on("data", (bytes: Buffer) => arrived(bytes)));

const sync = (notAfter: number): SyncRequest => ({
  source: { region: "ap-guangzhou", imageId: "img-0001" },
  destinations: ["ap-beijing"],
  name: "token",
  notAfter,
});
const newCloud = (endpoint: string, more: object = {}) =>
  tencentCloud({ endpoint, site: "cn", credentials: async () => KEY, now: Date.now, timeoutMs: 900, ...more });
/** A cloud that knows the account of its key, so that only SyncImages remains to be sent. */
async function cloudAt(endpoint: string, more: object = {}) {
  const cloud = newCloud(endpoint, more);
  await cloud.account();
  return cloud;
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const freeze = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const NOT_SENT = { code: "NotSent", effect: "none", outcome: "requeue" };

/** Freezes the process right after it began to connect. */
function freezeWhileConnecting(ms: number) {
  // oxlint-disable-next-line typescript/unbound-method -- called with its socket below
  const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
  const spy = vi.spyOn(Socket.prototype, "connect").mockImplementation(function (this: Socket, ...args: unknown[]) {
    const socket = connect.apply(this, args);
    freeze(ms);
    return socket;
  });
  return spy;
}

describe("a syncImage whose last moment passes before it is sent", () => {
  it("is not sent if fetching the credentials took too long", async () => {
    const server = await listenPlain();
    const credentials = async () => {
      await sleep(300);
      return KEY;
    };
    const cloud = await cloudAt(`http://127.0.0.1:${server.port}`, { credentials });
    const message: unknown = expect.stringMatching(
      /not sent because it would have been too late \(the last moment to send passed \d+ ms ago/,
    );
    await expect(cloud.syncImage(sync(Date.now() + 100))).rejects.toMatchObject({ ...NOT_SENT, message });
    await sleep(100);
    expect(server.text()).toBe("");
  });

  it("is not sent if the process was frozen after signing, while connecting", async () => {
    const server = await listenPlain();
    const cloud = await cloudAt(`http://127.0.0.1:${server.port}`);
    const frozen = freezeWhileConnecting(300);
    await expect(cloud.syncImage(sync(Date.now() + 150))).rejects.toMatchObject(NOT_SENT);
    expect(frozen).toHaveBeenCalledOnce();
    await sleep(100);
    expect(server.text()).toBe("");
  });

  it("is sent after a freeze if time is left", async () => {
    const server = await listenPlain();
    const cloud = await cloudAt(`http://127.0.0.1:${server.port}`);
    freezeWhileConnecting(300);
    await expect(cloud.syncImage(sync(Date.now() + 5000))).rejects.toMatchObject({
      code: "Timeout",
      effect: "unknown",
    });
    expect(server.text()).toContain("X-TC-Action: SyncImages");
  });

  it("is not sent if its signed timestamp is too late, whatever the local clock says", async () => {
    const server = await listenPlain();
    const cloud = await cloudAt(`http://127.0.0.1:${server.port}`, { now: () => 0 });
    await expect(cloud.syncImage(sync(Date.now() - 5000))).rejects.toMatchObject(NOT_SENT);
    await sleep(100);
    expect(server.text()).toBe("");
  });
});

describe("a syncImage that is aborted", () => {
  it("has no effect, and is never sent, if nothing was sent before", async () => {
    const server = await listenPlain();
    let release = () => {};
    const credentialsReady = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = new AbortController();
    const cloud = newCloud(`http://127.0.0.1:${server.port}`, {
      signal: run.signal,
      credentials: () => credentialsReady.then(() => KEY),
    });
    const call = cloud.syncImage(sync(Date.now() + 60_000));
    setTimeout(() => run.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: "Aborted", outcome: "requeue", effect: "none" });
    release();
    await sleep(100);
    expect(server.text()).toBe("");
  });

  it("may have had an effect if bytes were sent", async () => {
    const run = new AbortController();
    const server = await listen((socket, arrived) =>
      socket.on("data", (bytes) => {
        if (arrived(bytes)) run.abort();
      }),
    );
    const cloud = await cloudAt(`http://127.0.0.1:${server.port}`, { signal: run.signal });
    await expect(cloud.syncImage(sync(Date.now() + 60_000))).rejects.toMatchObject({
      code: "Aborted",
      outcome: "requeue",
      effect: "unknown",
    });
  });

  it("has no effect if it waited for the rate limit", async () => {
    const run = new AbortController();
    run.abort();
    const server = await listenPlain();
    const cloud = newCloud(`http://127.0.0.1:${server.port}`, { signal: run.signal });
    await expect(cloud.syncImage(sync(Date.now() + 60_000))).rejects.toMatchObject({ code: "Aborted", effect: "none" });
  });
});

// A self-signed certificate for localhost, used in this file only and valid until 2126.
const KEY_PEM = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgidyNp5pC9gTcSgSM
ZHrYl2XDLiPAUueE1GDr5RxWYSKhRANCAARa6XYJVNy03rUNvkgyYNcF9yfOr5Co
AIA6BVRzPqrGX4zB4Z52HdUAhZ4rMJMFyj6SpHwH2e+OiC4GJf/MyxlB
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUI6oxuCZsnItB1M4vVqZcnG3mCVQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEwMzYxNloYDzIxMjYxMDI4
MTAzNjE2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARa6XYJVNy03rUNvkgyYNcF9yfOr5CoAIA6BVRzPqrGX4zB4Z52HdUA
hZ4rMJMFyj6SpHwH2e+OiC4GJf/MyxlBo28wbTAdBgNVHQ4EFgQUbQChyY84czAR
+r4RlvbJfFydbdQwHwYDVR0jBBgwFoAUbQChyY84czAR+r4RlvbJfFydbdQwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgctKGo+xjjm/EA1tE/PfMIb2iCBKKfLUmh3IP7qiJxkoCIB1/
2MidMi5Qwgxmp3k/V5nug+lroliqvM2VXFA32Jyl
-----END CERTIFICATE-----`;

describe("over https", () => {
  type Server = tls.TLSSocket & { servername?: unknown };
  const answer = JSON.stringify({ Response: { ImageSet: [], RequestId: "req-1" } });

  function trustEveryCertificate() {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  }

  async function listenSecurely(handshakeDelay: number, names: unknown[] = []) {
    return await listen((raw, arrived) => {
      raw.pause();
      setTimeout(() => {
        const secure: Server = new tls.TLSSocket(raw, { isServer: true, key: KEY_PEM, cert: CERTIFICATE });
        secure.on("error", () => undefined);
        secure.on("data", (bytes: Buffer) => {
          if (!arrived(bytes, secure)) return;
          names.push(secure.servername);
          if (bytes.includes("ImageSetRequired"))
            secure.end(`HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`);
        });
      }, handshakeDelay);
    });
  }

  it("sends nothing to a server whose certificate is not trusted", async () => {
    const server = await listenSecurely(0);
    trustEveryCertificate();
    const cloud = await cloudAt(`https://localhost:${server.port}`);
    vi.unstubAllEnvs();
    const call = cloud.syncImage(sync(Date.now() + 5000));
    await expect(call).rejects.toMatchObject({ code: "Network", effect: "none" });
    expect(server.text()).toBe("");
  });

  it("sends after a quick handshake, and not after a slow one", async () => {
    trustEveryCertificate();
    const names: unknown[] = [];
    const quick = await listenSecurely(0, names);
    // A handshake may take half of the time limit, and a busy machine takes its time for one.
    const quickly = await cloudAt(`https://localhost:${quick.port}`, { timeoutMs: 20_000 });
    expect(await quickly.syncImage(sync(Date.now() + 15_000))).toEqual({ imageIds: new Map(), requestId: "req-1" });
    expect(quick.text()).toMatch(/Host: cvm\.tencentcloudapi\.com\r\n/i);
    expect(names[0]).toBe("localhost");
    const slow = await listenSecurely(400);
    const slowly = await cloudAt(`https://localhost:${slow.port}`, { timeoutMs: 20_000 });
    await expect(slowly.syncImage(sync(Date.now() + 200))).rejects.toMatchObject(NOT_SENT);
    expect(slow.text()).toBe("");
  });
});
