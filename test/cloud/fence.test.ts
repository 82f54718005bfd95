import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { tencentCloud } from "../../lib/cloud/tencent.ts";
import type { SyncRequest } from "../../lib/ports/cloud.ts";
import { KEY } from "./api-server.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const clean of cleanups.splice(0)) clean();
});

/** Takes connections and tells every byte that arrives; answers nothing, unless told to. */
async function listen(onConnection: (socket: Socket, arrived: (bytes: Buffer) => void) => void) {
  const bytes: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    onConnection(socket, (chunk) => bytes.push(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, text: () => Buffer.concat(bytes).toString() };
}
const listenPlain = () => listen((socket, arrived) => socket.on("data", arrived));

const sync = (notAfter: number): SyncRequest => ({
  source: { region: "ap-guangzhou", imageId: "img-1" },
  destinations: ["ap-beijing"],
  name: "token",
  notAfter,
});
const cloudAt = (endpoint: string, more: object = {}) =>
  tencentCloud({ endpoint, site: "cn", credentials: async () => KEY, now: Date.now, timeoutMs: 900, ...more });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const freeze = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const NOT_SENT = { code: "NotSent", effect: "none", outcome: "again" };

/** Freezes the whole process right after it began to connect. */
function freezeWhileConnecting(ms: number) {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its socket below
  const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
  const spy = vi.spyOn(Socket.prototype, "connect").mockImplementation(function (this: Socket, ...args: unknown[]) {
    const socket = connect.apply(this, args);
    freeze(ms);
    return socket;
  });
  return spy;
}

describe("a syncImage whose last moment passes before it is sent", () => {
  it("does not leave when fetching the credentials took too long", async () => {
    const server = await listenPlain();
    const credentials = async () => {
      await sleep(300);
      return KEY;
    };
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`, { credentials });
    await expect(cloud.syncImage(sync(Date.now() + 100))).rejects.toMatchObject(NOT_SENT);
    await sleep(100);
    expect(server.text()).toBe("");
  });

  it("does not leave when the process was frozen after signing, while connecting", async () => {
    const server = await listenPlain();
    const frozen = freezeWhileConnecting(300);
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`);
    await expect(cloud.syncImage(sync(Date.now() + 150))).rejects.toMatchObject(NOT_SENT);
    expect(frozen).toHaveBeenCalledOnce();
    await sleep(100);
    expect(server.text()).toBe("");
  });

  it("leaves in spite of the freeze while there is time left", async () => {
    const server = await listenPlain();
    freezeWhileConnecting(300);
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`);
    await expect(cloud.syncImage(sync(Date.now() + 5000))).rejects.toMatchObject({
      code: "Timeout",
      effect: "unknown",
    });
    expect(server.text()).toContain("X-TC-Action: SyncImages");
  });

  it("does not leave when the timestamp it was signed with is too late, whatever our clock says", async () => {
    const server = await listenPlain();
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`, { now: () => 0 });
    await expect(cloud.syncImage(sync(Date.now() - 5000))).rejects.toMatchObject(NOT_SENT);
    await sleep(100);
    expect(server.text()).toBe("");
  });
});

describe("a syncImage that is given up", () => {
  it("had no effect, and never leaves, when nothing had left", async () => {
    const server = await listenPlain();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = new AbortController();
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`, {
      signal: run.signal,
      credentials: () => held.then(() => KEY),
    });
    const call = cloud.syncImage(sync(Date.now() + 60_000));
    setTimeout(() => run.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: "Aborted", outcome: "again", effect: "none" });
    release();
    await sleep(100);
    expect(server.text()).toBe("");
  });

  it("may have had an effect when bytes had left", async () => {
    const run = new AbortController();
    const server = await listen((socket, arrived) =>
      socket.on("data", (bytes) => {
        arrived(bytes);
        run.abort();
      }),
    );
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`, { signal: run.signal });
    await expect(cloud.syncImage(sync(Date.now() + 60_000))).rejects.toMatchObject({
      code: "Aborted",
      outcome: "again",
      effect: "unknown",
    });
  });

  it("had no effect when it waited for its turn", async () => {
    const run = new AbortController();
    run.abort();
    const server = await listenPlain();
    const cloud = cloudAt(`http://127.0.0.1:${server.port}`, { signal: run.signal });
    await expect(cloud.syncImage(sync(Date.now() + 60_000))).rejects.toMatchObject({ code: "Aborted", effect: "none" });
  });
});

describe("over https", () => {
  // A certificate of its own, as a proxy inside a company has one.
  function certificate() {
    const dir = mkdtempSync(join(tmpdir(), "fence-"));
    cleanups.push(() => rmSync(dir, { recursive: true }));
    const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  }
  const answer = JSON.stringify({ Response: { ImageSet: [], RequestId: "req-1" } });

  async function listenSecurely(handshakeDelay: number) {
    const own = certificate();
    return await listen((raw, arrived) => {
      raw.pause();
      setTimeout(() => {
        const secure = new tls.TLSSocket(raw, { isServer: true, ...own });
        secure.on("error", () => undefined);
        secure.on("data", (bytes: Buffer) => {
          arrived(bytes);
          if (bytes.includes("ImageSetRequired"))
            secure.end(`HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`);
        });
      }, handshakeDelay);
    });
  }

  it("does not talk to a server whose certificate nobody vouches for", async () => {
    const server = await listenSecurely(0);
    const call = cloudAt(`https://localhost:${server.port}`).syncImage(sync(Date.now() + 5000));
    await expect(call).rejects.toMatchObject({ code: "Network", effect: "none" });
    expect(server.text()).toBe("");
  });

  it("sends when the handshake was quick enough, and not when it was not", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const quick = await listenSecurely(0);
    const sent = cloudAt(`https://localhost:${quick.port}`).syncImage(sync(Date.now() + 5000));
    expect(await sent).toEqual({ imageIds: new Map(), requestId: "req-1" });
    expect(quick.text()).toMatch(/Host: cvm\.tencentcloudapi\.com\r\n/i);
    const slow = await listenSecurely(400);
    const late = cloudAt(`https://localhost:${slow.port}`).syncImage(sync(Date.now() + 200));
    await expect(late).rejects.toMatchObject(NOT_SENT);
    expect(slow.text()).toBe("");
  });
});
