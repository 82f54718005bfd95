// Image users in the control API, and the product as.
import { describe, expect, it } from "vitest";
import { exportWorld, importWorld } from "../../emulator/control/snapshot.ts";
import { createApp } from "../../emulator/server.ts";
import { bench, GOLDEN, MAIN, responseOf, sign } from "./support.ts";

const HOME = "ap-guangzhou";
const IMAGE = "img-aaaaaaaa";

function control(b = bench()) {
  const app = createApp(b.world);
  const send = async (method: string, path: string, body?: object) => {
    const response = await app.request(`/_emulator${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  return { b, app, send };
}

describe("users of images in the control API", () => {
  it("are created, shown and removed", async () => {
    const { b, send } = control();
    const instances = await send("POST", "/instances", { region: HOME, imageId: IMAGE, name: "web", count: 2 });
    expect(instances.json).toMatchObject({ instances: [{ name: "web-1", imageIds: [IMAGE] }, { name: "web-2" }] });
    const template = { region: HOME, imageIds: [IMAGE, "img-bbbbbbbb"], account: GOLDEN.uin, name: "lt" };
    expect((await send("POST", "/launch-templates", template)).json).toMatchObject({ owner: GOLDEN.uin, name: "lt" });
    const family = await send("POST", "/launch-configurations", { region: "ap-beijing", imageFamily: "golden" });
    expect(family.json).toMatchObject({ imageIds: [], imageFamily: "golden", name: family.json["id"] });

    const shown = async (query: string) => (await send("GET", `/world${query}`)).json["users"];
    expect(await shown("")).toMatchObject([
      { kind: "instance" },
      { kind: "instance" },
      { kind: "launch-template" },
      { kind: "launch-configuration" },
    ]);
    expect(await shown(`?account=${GOLDEN.uin}`)).toHaveLength(1);
    expect(await shown("?region=ap-beijing")).toHaveLength(1);

    for (const { region, id } of [...b.world.users])
      expect((await send("DELETE", `/users/${region}/${id}`)).json).toEqual({ removed: id });
    expect(await shown("")).toEqual([]);
  });

  it.each([
    ["/instances", { region: HOME }],
    ["/instances", { region: "ap-atlantis", imageId: IMAGE }],
    ["/instances", { region: HOME, imageId: IMAGE, account: "1" }],
    ["/instances", { region: HOME, imageId: IMAGE, count: 0 }],
    ["/instances", { region: HOME, imageId: IMAGE, colour: "red" }],
    ["/launch-templates", { region: HOME, imageIds: [] }],
    ["/launch-templates", { region: HOME, imageIds: [IMAGE], defaultVersion: 2 }],
    ["/launch-configurations", { region: HOME }],
    ["/launch-configurations", { region: HOME, imageId: IMAGE, imageFamily: "golden" }],
  ])("reject %s %o", async (path, body) => {
    const { b, send } = control();
    expect((await send("POST", path, body)).status).toBe(400);
    expect((await send("DELETE", "/users/ap-guangzhou/ins-00000000")).status).toBe(400);
    expect(b.world.users).toEqual([]);
  });

  it("are exported", async () => {
    const { b, send } = control();
    await send("POST", "/instances", { region: HOME, imageId: IMAGE });
    await send("POST", "/launch-templates", { region: HOME, imageIds: [IMAGE, IMAGE] });
    const other = bench();
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(other.world.users).toEqual(b.world.users);
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(bench().world))));
    expect(other.world.users).toEqual([]);
  });
});

describe("the product as", () => {
  it.each(["as.tencentcloudapi.com", "as.intl.tencentcloudapi.com", "127.0.0.1:9900"])(
    "is reached at %s by a signed request, and needs its own version",
    async (host) => {
      const { app, send } = control();
      await send("POST", "/launch-configurations", { region: HOME, imageId: IMAGE });
      const call = async (options: { version?: string; secretKey?: string }) => {
        const signed = { action: "DescribeLaunchConfigurations", service: "as", version: "2018-04-19", host };
        const headers = sign({ ...signed, ...options });
        return responseOf(await app.request("/", { method: "POST", headers, body: "{}" }));
      };
      expect(await call({})).toMatchObject({ TotalCount: 1, LaunchConfigurationSet: [{ ImageId: IMAGE }] });
      expect((await call({ secretKey: GOLDEN.secretKey })).Error?.Code).toBe("AuthFailure.SignatureFailure");
      expect((await call({ version: "2017-03-12" })).Error?.Code).toBe("NoSuchVersion");
    },
  );

  it("is regional, rate-limited and logged, but not audited", () => {
    const b = bench({ rateLimits: { default: 1 } });
    const call = (region: string) => b.call("DescribeLaunchConfigurations", {}, { service: "as", region });
    call(HOME);
    expect(() => call(HOME)).toThrow("frequency limit");
    call("ap-beijing");
    expect(() => call("")).toThrow("Region");
    expect(b.world.requests.map(({ service, result }) => [service, result])).toEqual([
      ["as", "ok"],
      ["as", "RequestLimitExceeded"],
      ["as", "ok"],
      ["as", "MissingParameter"],
    ]);
    expect(b.world.requests[0]?.account).toBe(MAIN.uin);
    expect(b.world.events).toEqual([]);
  });
});
