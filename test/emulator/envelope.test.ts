// Signatures, common parameters, GET requests and rate limits of the emulator.
import { describe, expect, it } from "vitest";
import { unflatten } from "../../emulator/api/envelope.ts";
import { createApp } from "../../emulator/server.ts";
import { type Answer, bench, GOLDEN, MAIN, responseOf, type SignOptions, sign } from "./support.ts";

const START = Date.UTC(2026, 0, 15, 8, 0, 0);

/** Sends one signed request to a new world and returns the response. */
async function send(
  options: Partial<SignOptions> & { change?: Record<string, string | undefined>; sent?: string } = {},
  b = bench(),
): Promise<Answer> {
  const { change = {}, sent, ...rest } = options;
  const body = rest.body ?? "{}";
  const method = rest.method ?? "POST";
  const headers = { ...sign({ action: "DescribeImages", body, ...rest }), ...change };
  const path = rest.query ? `/?${rest.query}` : "/";
  const response = await createApp(b.world).request(path, {
    method,
    headers: Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ...(method === "GET" || method === "HEAD" ? {} : { body: sent ?? body }),
  });
  expect(response.status).toBe(200);
  return responseOf(response);
}

const codeOf = async (...args: Parameters<typeof send>) => (await send(...args)).Error?.Code as string;

describe("signatures", () => {
  it("accepts a request signed as the vendor documents", async () => {
    expect(await send()).toMatchObject({ TotalCount: 2 });
  });

  it.each([
    ["a wrong key", { secretKey: "emulator-secret-2" }, "AuthFailure.SignatureFailure"],
    ["a modified body", { sent: '{"Limit":1}' }, "AuthFailure.SignatureFailure"],
    ["a modified host", { change: { host: "cvm.intl.tencentcloudapi.com" } }, "AuthFailure.SignatureFailure"],
    [
      "a signed header that was changed",
      { signedHeaders: ["content-type", "host", "x-tc-action"], change: { "x-tc-action": "DeleteImages" } },
      "AuthFailure.SignatureFailure",
    ],
    ["a signature without the host", { signedHeaders: ["content-type"] }, "AuthFailure.SignatureFailure"],
    ["the product of another host", { service: "tag" }, "AuthFailure.SignatureFailure"],
    ["an unknown key id", { secretId: "AKIDnobody" }, "AuthFailure.SecretIdNotFound"],
    [
      "an Authorization header of another form",
      { change: { authorization: "Bearer x" } },
      "AuthFailure.InvalidAuthorization",
    ],
    ["no Authorization", { change: { authorization: undefined } }, "MissingParameter"],
    ["a timestamp of 301 seconds ago", { at: START - 301_000 }, "AuthFailure.SignatureExpire"],
    ["a timestamp of 301 seconds ahead", { at: START + 301_000 }, "AuthFailure.SignatureExpire"],
    [
      "a timestamp that was changed",
      { change: { "x-tc-timestamp": String(START / 1000 - 5) } },
      "AuthFailure.SignatureFailure",
    ],
    ["a scope of another day", { date: "2026-01-14" }, "AuthFailure.SignatureFailure"],
    ["a malformed timestamp", { change: { "x-tc-timestamp": "now" } }, "InvalidParameter"],
    ["an unexpected token", { change: { "x-tc-token": "t" } }, "AuthFailure.TokenFailure"],
  ])("rejects %s", async (_, options, code) => {
    expect(await codeOf(options)).toBe(code);
  });

  it.each([-300_000, 300_000])("accepts a timestamp with an offset of %i ms", async (off) => {
    expect(await send({ at: START + off })).toHaveProperty("TotalCount");
  });

  it("accepts more signed headers and another content type", async () => {
    const signedHeaders = ["content-type", "host", "x-tc-action", "x-tc-timestamp"];
    expect(await send({ signedHeaders, contentType: "application/json; charset=utf-8" })).toHaveProperty("TotalCount");
  });

  it("requires the token of temporary credentials", async () => {
    const b = bench({ accounts: [MAIN, { ...MAIN, secretId: "AKIDtemporary", token: "token-1" }] });
    const secretId = "AKIDtemporary";
    expect(await codeOf({ secretId }, b)).toBe("AuthFailure.TokenFailure");
    expect(await codeOf({ secretId, headers: { "x-tc-token": "token-2" } }, b)).toBe("AuthFailure.TokenFailure");
    expect(await send({ secretId, headers: { "x-tc-token": "token-1" } }, b)).toHaveProperty("TotalCount");
  });

  it("accepts an unsigned body, as the Go SDK sends it", async () => {
    const headers = { "x-tc-content-sha256": "UNSIGNED-PAYLOAD" };
    expect(await send({ body: "UNSIGNED-PAYLOAD", sent: '{"Limit":1}', headers })).toHaveProperty("TotalCount");
  });
});

describe("the product of a request", () => {
  it.each([
    ["cvm.tencentcloudapi.com", "cvm"],
    ["cvm.intl.tencentcloudapi.com", "cvm"],
    ["cvm.ap-shanghai-fsi.tencentcloudapi.com", "cvm"],
    ["127.0.0.1:9900", "127"],
    ["127.0.0.1:9900", "cvm"],
    ["localhost:9900", "localhost:9900"],
  ])("host %s with the scope %s", async (host, service) => {
    expect(await send({ host, service })).toMatchObject({ TotalCount: 2 });
  });

  it("accepts a host that was signed with or without its port", async () => {
    expect(await send({ host: "127.0.0.1", service: "127", change: { host: "127.0.0.1:9900" } })).toMatchObject({
      TotalCount: 2,
    });
  });

  it("distinguishes tag and sts, which have the same version, by the action", async () => {
    const other = { host: "127.0.0.1:1", service: "127", version: "2018-08-13" };
    expect(await send({ ...other, action: "GetCallerIdentity" })).toMatchObject({ AccountId: MAIN.uin });
    expect(await send({ ...other, action: "GetResources" })).toHaveProperty("ResourceTagMappingList");
    expect(
      await send({ ...other, version: "2022-06-27", action: "DescribeRegions", body: '{"Product":"cvm"}' }),
    ).toMatchObject({ TotalCount: 21 });
  });

  it.each([
    ["an action that does not exist", { action: "DescribeImagez" }, "InvalidAction"],
    ["a version that does not exist", { version: "2017-03-13" }, "NoSuchVersion"],
    ["a product that the emulator does not have", { host: "vpc.tencentcloudapi.com", service: "vpc" }, "NoSuchProduct"],
    ["a region that does not exist", { region: "ap-atlantis" }, "UnsupportedRegion"],
  ])("rejects %s", async (_, options, code) => {
    expect(await codeOf(options)).toBe(code);
  });

  it("requires a region for regional actions only", async () => {
    expect(await codeOf({ change: { "x-tc-region": undefined } })).toBe("MissingParameter");
    const sts = { action: "GetCallerIdentity", version: "2018-08-13", service: "sts", host: "sts.tencentcloudapi.com" };
    expect(await send({ ...sts, change: { "x-tc-region": undefined } })).toHaveProperty("AccountId");
  });
});

describe("parameters", () => {
  it.each([
    ["an unknown parameter", '{"Colour":"red"}', "UnknownParameter", "The parameter `Colour` is not recognized."],
    [
      "an unknown parameter inside",
      '{"Filters":[{"Name":"a","Values":[],"Colour":1}]}',
      "UnknownParameter",
      "The parameter `Filters.0.Colour` is not recognized.",
    ],
    [
      "a missing parameter inside",
      '{"Filters":[{"Name":"a"}]}',
      "MissingParameter",
      "The request is missing a required parameter `Filters.0.Values`.",
    ],
    [
      "text for a number",
      '{"Limit":"20"}',
      "InvalidParameter",
      "The value type of parameter `Limit` is not valid: it must be an integer.",
    ],
    [
      "a fraction for a number",
      '{"Limit":1.5}',
      "InvalidParameter",
      "The value type of parameter `Limit` is not valid: it must be an integer.",
    ],
    [
      "a value for a list",
      '{"ImageIds":"img-1"}',
      "InvalidParameter",
      "The value type of parameter `ImageIds` is not valid: it must be an array.",
    ],
    [
      "a number for text",
      '{"ImageIds":[1]}',
      "InvalidParameter",
      "The value type of parameter `ImageIds.0` is not valid: it must be a string.",
    ],
    [
      "a list for an object",
      '{"Filters":[[]]}',
      "InvalidParameter",
      "The value type of parameter `Filters.0` is not valid: it must be an object.",
    ],
    ["__proto__", '{"__proto__":{}}', "UnknownParameter", "The parameter `__proto__` is not recognized."],
    ["no JSON", "{", "InvalidParameter", "The request body is not JSON."],
    ["a list as body", "[]", "InvalidParameter", "The request body is not a JSON object."],
  ])("rejects %s", async (_, body, Code, Message) => {
    expect(await send({ body })).toMatchObject({ Error: { Code, Message }, RequestId: expect.any(String) as string });
  });

  it("rejects text for a boolean, and treats null as absent", async () => {
    const action = "DeleteImages";
    expect(await codeOf({ action, body: '{"ImageIds":["img-00000000"],"DryRun":"true"}' })).toBe("InvalidParameter");
    expect(await codeOf({ action, body: '{"ImageIds":null}' })).toBe("MissingParameter");
    expect(await send({ body: '{"Limit":null}' })).toHaveProperty("TotalCount");
  });

  it.each(["Action", "Version", "Timestamp"])("requires the common parameter %s", async (name) => {
    const answer = await send({ change: { [`x-tc-${name.toLowerCase()}`]: undefined } });
    expect(answer.Error).toEqual({
      Code: "MissingParameter",
      Message: `The request is missing a required parameter \`${name}\`.`,
    });
  });

  it("requires JSON", async () => {
    expect(await codeOf({ contentType: "text/plain" })).toBe("InvalidParameter");
  });

  it("rejects other methods, bodies over 10 MB and queries over 32 KB", async () => {
    expect(await codeOf({ method: "PUT" })).toBe("UnsupportedProtocol");
    expect(await codeOf({ body: " ".repeat(10 * 1024 * 1024 + 1) })).toBe("RequestSizeLimitExceeded");
    expect(await codeOf({ method: "GET", query: `a=${"x".repeat(32 * 1024)}` })).toBe("RequestSizeLimitExceeded");
  });
});

describe("GET requests", () => {
  const get = { method: "GET", contentType: "application/x-www-form-urlencoded" };

  it("reads nested parameters, numbers and booleans from the query", async () => {
    const b = bench();
    const id = b.image({ name: "a b&c" });
    const query = `Filters.0.Name=image-name&Filters.0.Values.0=${encodeURIComponent("a b&c")}&Limit=5`;
    expect(await send({ ...get, query }, b)).toMatchObject({ TotalCount: 1, ImageSet: [{ ImageId: id }] });
    const dry = `ImageIds.0=${id}&DryRun=true`;
    expect(await send({ ...get, action: "DeleteImages", query: dry }, b)).not.toHaveProperty("Error");
    expect(b.look(id)).toBeDefined();
  });

  it("rejects text that is not a number", async () => {
    expect(await codeOf({ ...get, query: "Limit=many" })).toBe("InvalidParameter");
  });

  it("rejects a modified query", async () => {
    const b = bench();
    const headers = sign({ action: "DescribeImages", ...get, query: "Limit=5" });
    const answer = await responseOf(await createApp(b.world).request("/?Limit=6", { headers }));
    expect(answer.Error?.Code).toBe("AuthFailure.SignatureFailure");
  });

  it("rejects parameters that are nested too deep to be written as JSON again", async () => {
    const list = (levels: number) => `{"X":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(await codeOf({ body: list(50) })).toBe("UnknownParameter");
    expect(await codeOf({ body: list(20_000) })).toBe("InvalidParameter");
    expect(await codeOf({ ...get, query: `${"a.".repeat(5000)}b=1` })).toBe("InvalidParameter");
  });

  it("keeps the order of more than ten list entries", () => {
    const query = new URLSearchParams(Array.from({ length: 12 }, (_, i) => `Ids.${i}=v${i}`).join("&"));
    expect(unflatten(query)).toEqual({ Ids: Array.from({ length: 12 }, (_, i) => `v${i}`) });
  });
});

describe("rate limits", () => {
  it("throttles an account's action in a region with the vendor's text, for that second only", () => {
    const b = bench({ rateLimits: { default: 2, DescribeImages: 4 } });
    b.call("DescribeImageQuota");
    b.call("DescribeImageQuota");
    expect(b.refusal("DescribeImageQuota")).toBe("RequestLimitExceeded");
    expect(b.world.requests.at(-1)).toMatchObject({ result: "RequestLimitExceeded" });
    b.call("DescribeImageQuota", {}, { region: "ap-beijing" });
    b.call("DescribeImageQuota", {}, { account: GOLDEN });
    for (let i = 0; i < 4; i += 1) b.call("DescribeImages");
    expect(b.refusal("DescribeImages")).toBe("RequestLimitExceeded");
    b.tick(1000);
    b.call("DescribeImageQuota");
  });

  it("allows 10 calls a second by default, and 40 for DescribeImages", () => {
    const b = bench({ rateLimits: { default: 10, DescribeImages: 40 } });
    let calls = 0;
    for (; calls < 50; calls += 1) {
      try {
        b.call("DescribeImages");
      } catch (error) {
        expect((error as Error).message).toBe(
          "Your current request times equals to `41` in a second, which exceeds the frequency limit `40` for a second. Please reduce the frequency of calls.",
        );
        break;
      }
    }
    expect(calls).toBe(40);
  });
});

it("dates its answers by the clock that judges signatures", async () => {
  const answer = await createApp(bench().world).request("http://127.0.0.1/");
  expect(answer.headers.get("date")).toBe(new Date(START).toUTCString());
});
