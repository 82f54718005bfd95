// Signatures of version 1: what the client of serverless-tencent-scf signs is accepted, and everything else refused.
import { createRequire } from "node:module";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../../emulator/server.ts";
import { issueRoleSession } from "../../../emulator/services/identity/sessions.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { MAIN, responseOf } from "../support.ts";
import { HOUR, trustIn } from "./support.ts";

type Callback = (error: Error | null, answer: Record<string, unknown>) => void;
type Client = Record<string, (request: object, done: Callback) => void>;
type Keys = readonly [id: string, key: string, token?: string];

/** The modules of the vendor's client that the plugin has. */
const fromPlugin = createRequire(
  createRequire(import.meta.url).resolve("serverless-tencent-scf/package.json", { paths: [process.cwd()] }),
);
const SDK = "tencentcloud-sdk-nodejs/tencentcloud";

let shiftMs = 0;
const world = createWorld({ now: () => Date.now() + shiftMs, rateLimits: false });
const app = createApp(world);
/** Changes a request after it was signed. */
let tamper = (body: string) => body;

interface Sent {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Stands for the network below the client, which takes no agent and knows https only. */
const send = (url: string, { method, headers, body }: Sent) =>
  body === undefined
    ? app.request(tamper(url), { method, headers })
    : app.request(url, { method, headers, body: tamper(body) });
const network = fromPlugin.resolve(`${SDK}/common/http/fetch.js`);
fromPlugin(network);
Object.assign(fromPlugin.cache[network] ?? {}, { exports: send });

const Credential = fromPlugin(`${SDK}/common/credential.js`) as new (...keys: Keys) => object;
const HttpProfile = fromPlugin(`${SDK}/common/profile/http_profile.js`) as new () => Record<string, unknown>;
const ClientProfile = fromPlugin(`${SDK}/common/profile/client_profile.js`) as new (...given: unknown[]) => object;

function call(
  service: string,
  version: string,
  action: string,
  request: object,
  options: { keys?: Keys; method?: string; signMethod?: string; endpoint?: string } = {},
): Promise<Record<string, unknown>> {
  const { keys = [MAIN.secretId, MAIN.secretKey], method = "POST", signMethod = "HmacSHA256", endpoint } = options;
  const { Client } = fromPlugin(`${SDK}/${service}/${version}/index.js`) as {
    Client: new (...given: unknown[]) => Client;
  };
  const http = Object.assign(new HttpProfile(), { reqMethod: method, ...(endpoint && { endpoint }) });
  const client = new Client(new Credential(...keys), "ap-guangzhou", new ClientProfile(signMethod, http));
  return new Promise((resolve, reject) => {
    client[action]?.(request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** The code with which a call is refused. */
const refusal = (...given: Parameters<typeof call>) =>
  call(...given).then(
    () => "ok",
    ({ code = "none" }: { code?: string }) => code,
  );

const CALL = ["cam", "v20190116", "GetUserAppId", {}] as const;

beforeEach(() => {
  shiftMs = 0;
  tamper = (body) => body;
});

describe("a request that the plugin's client signed", () => {
  it.each([
    ["POST", "HmacSHA256"],
    ["POST", "HmacSHA1"],
    ["GET", "HmacSHA256"],
    ["GET", "HmacSHA1"],
  ])("is accepted by %s with %s", async (method, signMethod) => {
    expect(await call(...CALL, { method, signMethod })).toMatchObject({ AppId: 1250000001, OwnerUin: MAIN.uin });
  });

  it("has numbers as text, and lists and objects as flat names", async () => {
    const policies = await call("cam", "v20190116", "ListPolicies", { Rp: 200, Page: 1 });
    expect(policies["List"]).toContainEqual(expect.objectContaining({ PolicyName: "QcloudAccessForScfRole" }));
    const value = "镜像 ü+&=% * 🚀";
    await call("tag", "v20180813", "ModifyResourceTags", {
      Resource: "qcs::scf:ap-guangzhou::lam/lam-1",
      ReplaceTags: [
        { TagKey: "a", TagValue: "1" },
        { TagKey: "b", TagValue: "镜像 ü+=" },
      ],
      DeleteTags: [],
    });
    const tags = await call("tag", "v20180813", "DescribeResourceTagsByResourceIds", {
      ResourceRegion: "ap-guangzhou",
      ResourceIds: ["lam-0", "lam-1"],
      ResourcePrefix: "lam",
      ServiceType: "scf",
      Limit: 1000,
    });
    expect(tags).toMatchObject({ TotalCount: 2, Tags: [{ TagKey: "a" }, { TagValue: "镜像 ü+=" }] });
    await call("cvm", "v20170312", "DescribeImages", { Filters: [{ Name: "image-name", Values: [value, "x"] }] });
    expect(world.requests.at(-1)).toMatchObject({ result: "ok", params: { Filters: [{ Values: [value, "x"] }] } });
  });

  it.each(["127.0.0.1:9900", "cam.intl.tencentcloudapi.com"])("may be for the host %s", async (endpoint) => {
    expect(await call(...CALL, { endpoint })).toMatchObject({ OwnerUin: MAIN.uin });
  });

  it("may be signed with credentials of a role, as long as they are valid", async () => {
    await call("cam", "v20190116", "CreateRole", { RoleName: "runner", PolicyDocument: trustIn() });
    await call("cam", "v20190116", "AttachRolePolicy", { AttachRoleName: "runner", PolicyName: "QcloudCamFullAccess" });
    const { secretId, secretKey, token } = issueRoleSession(world, MAIN.uin, "runner", HOUR);
    const keys = [secretId, secretKey, token] as const;
    expect(await call(...CALL, { keys })).toMatchObject({ OwnerUin: MAIN.uin });
    expect(await refusal(...CALL, { keys: [secretId, secretKey, "other"] })).toBe("AuthFailure.TokenFailure");
    expect(await refusal(...CALL, { keys: [secretId, secretKey] })).toBe("AuthFailure.TokenFailure");
    // The client signs with the real time, so the credentials end early instead.
    const ended = issueRoleSession(world, MAIN.uin, "runner", -1);
    expect(await refusal(...CALL, { keys: [ended.secretId, ended.secretKey, ended.token] })).toBe(
      "AuthFailure.TokenFailure",
    );
  });
});

describe("a request is refused", () => {
  it("with the key of another or an unknown id", async () => {
    expect(await refusal(...CALL, { keys: [MAIN.secretId, "emulator-secret-2"] })).toBe("AuthFailure.SignatureFailure");
    expect(await refusal(...CALL, { keys: ["AKIDunknown", MAIN.secretKey] })).toBe("AuthFailure.SecretIdNotFound");
    expect(await refusal(...CALL, { keys: [MAIN.secretId, MAIN.secretKey, "t"] })).toBe("AuthFailure.TokenFailure");
  });

  it.each([-301_000, 301_000])("when its time differs by %i ms", async (ms) => {
    shiftMs = ms;
    expect(await refusal(...CALL)).toBe("AuthFailure.SignatureExpire");
  });

  it.each([
    ["another action", (body: string) => body.replace("GetUserAppId", "ListPolicies")],
    ["one more parameter", (body: string) => `${body}&Rp=1`],
    ["another region", (body: string) => body.replace("ap-guangzhou", "ap-shanghai")],
    ["another method of signing", (body: string) => body.replace("HmacSHA256", "HmacSHA1")],
    ["a shorter signature", (body: string) => body.replace(/Signature=[^&]{8}/, "Signature=")],
  ])("with %s than was signed", async (_, change) => {
    for (const method of ["POST", "GET"]) {
      tamper = change;
      expect(await refusal(...CALL, { method })).toBe("AuthFailure.SignatureFailure");
    }
  });

  it.each([
    ["MissingParameter", (body: string) => body.replace(/Nonce=\d+&/, "")],
    ["MissingParameter", (body: string) => body.replace(/SecretId=[^&]*&/, "")],
    ["InvalidParameter", (body: string) => body.replace("HmacSHA256", "HmacMD5")],
    ["InvalidParameter", (body: string) => body.replace(/Timestamp=\d+/, "Timestamp=now")],
  ])("with %s for common parameters that are not as they must be", async (code, change) => {
    tamper = change;
    expect(await refusal(...CALL)).toBe(code);
  });

  it("with NoSuchProduct for a product that the emulator does not have", async () => {
    expect(await refusal(...CALL, { endpoint: "monitor.tencentcloudapi.com" })).toBe("NoSuchProduct");
  });
});

it("a form with an Authorization header is no request of version 1", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded", authorization: "x", "x-tc-action": "A" };
  const response = await app.request("/", { method: "POST", headers, body: "Action=GetUserAppId" });
  expect((await responseOf(response)).Error?.Code).toBe("MissingParameter");
});
