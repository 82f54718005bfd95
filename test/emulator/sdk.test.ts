// The vendor's SDK over HTTP. If it cannot sign, send or read a call, the emulator is wrong.
import http from "node:http";
import net from "node:net";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { cvm } from "tencentcloud-sdk-nodejs-cvm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { GOLDEN, MAIN } from "./support.ts";

const world = createWorld({ now: Date.now, timeScale: 60_000, rateLimits: false });
let emulator: Emulator;
const agent = new http.Agent({ keepAlive: true });

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, world });
});

afterAll(async () => {
  agent.destroy();
  await emulator.close();
});

const credential = { secretId: MAIN.secretId, secretKey: MAIN.secretKey };
const region = "ap-guangzhou";

function client(httpProfile: object, keys: { secretId: string; secretKey: string; token?: string } = credential) {
  const Client = cvm.v20170312.Client;
  return new Client({
    credential: keys,
    region,
    profile: { httpProfile: { protocol: "http://", agent, ...httpProfile } },
  });
}

/** An agent that sends every request to the emulator, so that the SDK signs the real host name. */
function redirect(): http.Agent {
  const redirecting = new http.Agent({ keepAlive: false });
  const connect = () => net.connect(emulator.port, "127.0.0.1");
  return Object.assign(redirecting, { createConnection: connect });
}

describe("tencentcloud-sdk-nodejs-cvm", () => {
  it.each(["127.0.0.1", "localhost"])("reaches the emulator at %s, with POST and GET", async (host) => {
    for (const reqMethod of ["POST", "GET"] as const) {
      const c = client({ endpoint: `${host}:${emulator.port}`, reqMethod });
      const answer = await c.DescribeImages({
        Filters: [{ Name: "image-type", Values: ["PUBLIC_IMAGE"] }],
        Limit: 1,
      });
      expect([answer.TotalCount, answer.ImageSet?.length]).toEqual([2, 1]);
    }
  });

  it.each(["cvm.tencentcloudapi.com", "cvm.intl.tencentcloudapi.com", "cvm.ap-shanghai-fsi.tencentcloudapi.com"])(
    "reaches the emulator behind the real host %s",
    async (endpoint) => {
      const answer = await client({ endpoint, agent: redirect() }).DescribeImageQuota({} as never);
      expect(answer.ImageNumQuota).toBe(500);
    },
  );

  it("creates, copies, renames and deletes", async () => {
    const c = client({ agent: redirect() });
    const created = await c.CreateImage({ ImageName: "sdk-1", InstanceId: "ins-abcd1234" });
    const ready = async () => {
      for (;;) {
        const [image] = (await c.DescribeImages({ ImageIds: [created.ImageId ?? ""] })).ImageSet ?? [];
        if (image?.ImageState === "NORMAL") return;
      }
    };
    await ready();
    const copied = await c.SyncImages({
      ImageIds: [created.ImageId ?? ""],
      DestinationRegions: ["ap-shanghai", "ap-beijing"],
      ImageSetRequired: true,
    });
    expect(copied.ImageSet?.map((entry) => entry.Region)).toEqual(["ap-shanghai", "ap-beijing"]);
    await ready();
    await c.ModifyImageAttribute({ ImageId: created.ImageId ?? "", ImageName: "sdk-2" });
    await c.DeleteImages({ ImageIds: [created.ImageId ?? ""] });
    expect((await c.DescribeImages({ ImageIds: [created.ImageId ?? ""] })).ImageSet).toEqual([]);
  });

  it("signs names in any script", async () => {
    const name = "镜像 ü 🚀";
    makeImages(world, { region, name, silent: true });
    for (const reqMethod of ["POST", "GET"] as const) {
      const c = client({ agent: redirect(), reqMethod });
      const answer = await c.DescribeImages({ Filters: [{ Name: "image-name", Values: [name] }] });
      expect(answer.ImageSet?.[0]?.ImageName).toBe(name);
    }
  });

  it("throws the API's errors with code and request id", async () => {
    await expect(client({ agent: redirect() }).DeleteImages({ ImageIds: ["img-00000000"] })).rejects.toMatchObject({
      code: "InvalidImageId.NotFound",
      requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
    });
    const wrongKey = client({ agent: redirect() }, { ...credential, secretKey: "wrong" });
    await expect(wrongKey.DescribeImages({})).rejects.toMatchObject({ code: "AuthFailure.SignatureFailure" });
    const withToken = client({ agent: redirect() }, { ...credential, token: "token" });
    await expect(withToken.DescribeImages({})).rejects.toMatchObject({ code: "AuthFailure.TokenFailure" });
  });
});

describe("tencentcloud-sdk-nodejs-common", () => {
  const common = (product: string, version: string) =>
    new CommonClient(`${product}.tencentcloudapi.com`, version, {
      credential: { secretId: GOLDEN.secretId, secretKey: GOLDEN.secretKey },
      region,
      profile: { httpProfile: { protocol: "http://", agent: redirect() } },
    });

  it("reaches STS, Tag and Region", async () => {
    expect(await common("sts", "2018-08-13").request("GetCallerIdentity", {})).toMatchObject({ AccountId: GOLDEN.uin });
    expect(await common("region", "2022-06-27").request("DescribeRegions", { Product: "cvm" })).toMatchObject({
      TotalCount: 21,
    });
    const [image] = makeImages(world, { region, name: "mine", account: GOLDEN.uin, silent: true });
    const resource = `qcs::cvm:${region}:uin/:image/${image?.imageId ?? ""}`;
    const tags = [{ TagKey: "k", TagValue: "v" }];
    expect(
      await common("tag", "2018-08-13").request("TagResources", { ResourceList: [resource], Tags: tags }),
    ).toMatchObject({ FailedResources: [] });
  });
});
