// Web pages cannot use the emulator, neither directly nor under a name of their own (DNS rebinding).
import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { ownHostsOf } from "../../emulator/api/request-guard.ts";
import { createApp, type Emulator, startEmulator } from "../../emulator/server.ts";
import { runCommand } from "../support/in-process.ts";
import { bench } from "./support.ts";

const { world } = bench();
const app = createApp(world);
const open: Emulator[] = [];
afterEach(() => Promise.all(open.splice(0).map((emulator) => emulator.close())));

/** The status of a request to the API and of one to the control API. */
async function statuses(headers: Record<string, string>): Promise<number[]> {
  const paths = ["/", "/_emulator/health"];
  return await Promise.all(paths.map(async (path) => (await app.request(path, { headers })).status));
}

describe("a request is refused", () => {
  it.each([
    ["with the Origin of a page", { origin: "https://evil.example" }],
    ["with the Origin of another port", { origin: "http://127.0.0.1:3000" }],
    ["with an opaque Origin", { origin: "null" }],
    ["from another site", { "sec-fetch-site": "cross-site" }],
    ["from another port of this machine", { "sec-fetch-site": "same-site" }],
    ["for a name that was made to resolve to this machine", { host: "evil.example:9900" }],
    ["for a name that only begins as loopback does", { host: "127.0.0.1.evil.example" }],
    ["for a name that only ends as the vendor's", { host: "eviltencentcloudapi.com" }],
    ["for a name that only ends as a bucket's", { host: "state-1250000001.cos.ap-guangzhou.evilmyqcloud.com" }],
    ["for a bucket, from a page", { host: "a-1.cos.ap-guangzhou.myqcloud.com", origin: "https://evil.example" }],
    ["for an address of a network", { host: "10.0.0.5:9900" }],
    ["for every address", { host: "0.0.0.0:9900" }],
    ["for no host", { host: "" }],
    ["for what is no host", { host: "a b" }],
  ])("%s", async (_, headers) => {
    expect(await statuses(headers)).toEqual([403, 403]);
  });

  it("before it changes anything", async () => {
    const headers = { origin: "https://evil.example" };
    const body = JSON.stringify({ region: "ap-guangzhou", name: "golden", sizeGiB: 20 });
    await app.request("/_emulator/images", { method: "POST", headers, body });
    expect(world.images.get("ap-guangzhou")?.size).toBe(bench().world.images.get("ap-guangzhou")?.size);
  });
});

describe("a request is served", () => {
  it.each([
    "localhost",
    "localhost:9900",
    "cvm.localhost:9900",
    "127.0.0.1:9900",
    "127.1.2.3",
    "[::1]:9900",
    "cvm.tencentcloudapi.com",
    "CVM.intl.tencentcloudapi.com:9900",
    "cvm.ap-shanghai-fsi.tencentcloudapi.com",
  ])("for %s", async (host) => {
    expect(await statuses({ host })).toEqual([200, 200]);
  });

  it.each(["none", "same-origin"])("with Sec-Fetch-Site: %s, as if typed by the user", async (site) => {
    expect(await statuses({ host: "localhost", "sec-fetch-site": site })).toEqual([200, 200]);
  });
});

describe("an emulator that listens beyond loopback", () => {
  it("accepts its own addresses, and no other name", async () => {
    const emulator = await startEmulator({ port: 0, host: "0.0.0.0", world });
    open.push(emulator);
    expect(emulator.isExposed).toBe(true);
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const path = "/_emulator/health";
        const sent = request({ host: "127.0.0.1", port: emulator.port, path, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on("error", reject).end();
      });
    const own = ownHostsOf("0.0.0.0").map((name) => (name.includes(":") ? `[${name}]` : name));
    for (const host of own) expect(await status(`${host}:${emulator.port}`), host).toBe(200);
    expect(await status("evil.example")).toBe(403);
    expect(ownHostsOf("EMULATOR")).toEqual(["emulator"]);
    expect(ownHostsOf("127.0.0.1")).toEqual([]);
  });

  it("is warned of on the command line", async () => {
    const args = ["emulator", "--port", "0", "--host"];
    const stopped = async (host: string) => {
      const stop = setInterval(() => process.emit("SIGTERM"), 100);
      const ended = await runCommand([...args, host], { PATH: process.env["PATH"] ?? "" });
      clearInterval(stop);
      return ended;
    };
    expect((await stopped("0.0.0.0")).stderr).toContain("warning: other machines may reach the emulator at 0.0.0.0");
    expect((await stopped("localhost")).stderr).toBe("");
  });
});
