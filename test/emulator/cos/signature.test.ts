// Signatures of COS: what the vendor's client signed is accepted, and everything else refused.
import { describe, expect, it } from "vitest";
import type { CosRequest } from "../../../emulator/services/cos/request.ts";
import { callCos } from "../../../emulator/services/cos/service.ts";
import { GOLDEN, MAIN } from "../support.ts";
import sdkRequests from "./sdk-requests.json" with { type: "json" };
import { cosBench, expectRefusal, receivedOf, type Sent, START, signedRequest } from "./support.ts";

const TEMPORARY = { uin: MAIN.uin, appId: MAIN.appId, secretId: "AKIDtemporary", secretKey: "temporary-secret" };
const accounts = [MAIN, GOLDEN, { ...TEMPORARY, token: "token+/= of STS" }];

/** Sends a request to a new world with one object. */
function answerTo(request: CosRequest, at = 0) {
  const b = cosBench({ accounts });
  b.put("a/b");
  b.tick(at);
  return receivedOf(callCos(b.world, request));
}

/**
 * Requests that cos-nodejs-sdk-v5 3.0.0 sent to a socket at `START`, with the keys of the main account and with
 * temporary ones. Its signatures are valid from a second before, for 900 seconds.
 */
const vectors = sdkRequests.map(({ name, body, headers, ...rest }) => {
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return [name, { ...rest, headers: Object.fromEntries(sent), body: Buffer.from(body) }] as const;
});

describe("a request that the vendor's client signed", () => {
  it("is one of each operation", () => {
    expect(vectors).toHaveLength(12);
  });

  it.each(vectors)("%s is accepted", (_, request) => {
    const { status, code } = answerTo(request);
    expect([200, 204, 404]).toContain(status);
    expect(["no code", "NoSuchKey", "NoSuchBucket", undefined]).toContain(code);
  });

  it.each(vectors)("%s is refused with another key, path, parameter, host or time", (_, request) => {
    const { headers, target } = request;
    const authorization = headers["authorization"] ?? "";
    const other = [target.startsWith("/?") ? target.replace("/", "/x") : target.replace("/", "/x/")];
    const changes: Partial<CosRequest>[] = [
      ...other.map((changed) => ({ target: changed })),
      { method: request.method === "PUT" ? "DELETE" : "PUT" },
      { headers: { ...headers, host: "other-1250000001.cos.ap-guangzhou.myqcloud.com" } },
      { headers: { ...headers, authorization: authorization.replace(/q-signature=./, "q-signature=") + "0" } },
      { headers: { ...headers, authorization: authorization.replaceAll("1768464899", "1768464900") } },
    ];
    for (const change of changes) {
      const { status, code } = answerTo({ ...request, ...change });
      expect([403, 501], JSON.stringify(change)).toContain(status);
      expect(["SignatureDoesNotMatch", "NotImplemented", "no code"], JSON.stringify(change)).toContain(code);
    }
  });
});

describe("the signature of a read", () => {
  const read = (sent: Sent = {}) => signedRequest({ key: "a/b", ...sent });
  const edited = (edit: (authorization: string) => string, sent: Sent = {}) => {
    const request = read(sent);
    const authorization = edit(request.headers["authorization"] ?? "");
    return { ...request, headers: { ...request.headers, authorization } };
  };
  const without = (name: string) => {
    const request = read();
    return { ...request, headers: Object.fromEntries(Object.entries(request.headers).filter(([key]) => key !== name)) };
  };
  const withHeader = (name: string, value: string, sent: Sent = {}) => {
    const request = read(sent);
    return { ...request, headers: { ...request.headers, [name]: value } };
  };

  it("is accepted", () => {
    expect(answerTo(read())).toMatchObject({ status: 200, text: "a/b" });
  });

  it("is accepted for the host with a port, signed with the port or without", () => {
    const port = "state-1250000001.cos.ap-guangzhou.myqcloud.com:9900";
    expect(answerTo(withHeader("host", port)).status).toBe(200);
    expect(answerTo(read({ headers: { host: port } })).status).toBe(200);
  });

  it("covers what it lists, and nothing else", () => {
    const listed = { headers: { "x-cos-meta-a": "1" } };
    expect(answerTo(withHeader("x-cos-meta-a", "1")).status).toBe(200);
    expect(answerTo(withHeader("x-cos-meta-a", "1", listed)).status).toBe(200);
    expectRefusal(answerTo(withHeader("x-cos-meta-a", "2", listed)), [403, "SignatureDoesNotMatch"]);
  });

  it.each([
    ["with the key of another account", read({ account: { ...MAIN, secretKey: GOLDEN.secretKey } })],
    ["of another object", { ...read(), target: "/a/c" }],
    ["for another method", { ...read(), method: "HEAD" }, "no code"],
    ["for another bucket", withHeader("host", "other-1250000001.cos.ap-guangzhou.myqcloud.com")],
    ["for another region", withHeader("host", "state-1250000001.cos.ap-beijing.myqcloud.com")],
    ["with a listed header that was changed", withHeader("expires", "1", { headers: { expires: "0" } })],
    ["that lists a header that is not there", read({ signedHeaders: ["host", "x-cos-acl"] })],
    ["that lists a parameter that is not there", edited((a) => a.replace("param-list=", "param-list=prefix"))],
    ["with an unsorted list", read({ signedHeaders: ["x-cos-acl", "host"], headers: { "x-cos-acl": "x" } })],
    ["with a name twice", read({ signedHeaders: ["host", "host"] })],
    ["with a name in upper case", edited((a) => a.replace("q-header-list=host", "q-header-list=Host"))],
    ["with a longer time than was signed", edited((a) => a.replace(/(q-sign-time=\d+;)\d+/, "$11999999999"))],
    ["with a longer time of the key than was signed", edited((a) => a.replace(/(q-key-time=\d+;)\d+/, "$11999999999"))],
  ])("%s does not match", (_, request, code = "SignatureDoesNotMatch") => {
    expectRefusal(answerTo(request), [403, code]);
  });

  it.each([
    ["is missing", without("authorization"), "AccessDenied"],
    ["is of the API", withHeader("authorization", "TC3-HMAC-SHA256 Credential=x"), "AccessDenied"],
    ["has an unknown algorithm", edited((a) => a.replace("=sha1", "=md5")), "AccessDenied"],
    ["lacks an item", edited((a) => a.replace("&q-url-param-list=", "")), "AccessDenied"],
    ["has an item twice", edited((a) => `${a}&q-ak=x`), "AccessDenied"],
    ["has a time that is none", edited((a) => a.replace(/q-key-time=\d+;/, "q-key-time=now;")), "AccessDenied"],
    ["names an unknown key", read({ account: { ...MAIN, secretId: "AKIDnobody" } }), "InvalidAccessKeyId"],
    ["lacks the token of a temporary key", read({ account: TEMPORARY }), "InvalidAccessKeyId"],
    ["has another token", read({ account: { ...TEMPORARY, token: "old" } }), "InvalidAccessKeyId"],
    ["has a token that its key does not have", read({ account: { ...MAIN, token: "t" } }), "InvalidAccessKeyId"],
  ])("is refused if it %s", (_, request, code) => {
    expectRefusal(answerTo(request), [403, code]);
  });

  it("is valid from its start to its end", () => {
    const request = read({ validFrom: 10_000, validUntil: 20_000 });
    expectRefusal(answerTo(request, 9_999), [403, "RequestTimeTooSkewed"]);
    expect(answerTo(request, 10_000).status).toBe(200);
    expect(answerTo(request, 20_000).status).toBe(200);
    const late = answerTo(request, 20_001);
    expectRefusal(late, [403, "AccessDenied"]);
    expect(late.text).toContain("<Message>Request has expired</Message><ServerTime>2026-01-15T08:00:20Z</ServerTime>");
  });

  it("is valid within the time of its key too", () => {
    const [start, end] = [START / 1000 + 10, START / 1000 + 20];
    const request = read({ keyTime: `${start};${end}` });
    expectRefusal(answerTo(request, 9_999), [403, "RequestTimeTooSkewed"]);
    expect(answerTo(request, 20_000).status).toBe(200);
    expectRefusal(answerTo(request, 20_001), [403, "AccessDenied"]);
    expectRefusal(answerTo(read({ validUntil: 5000, keyTime: `${start};${end}` }), 10_000), [403, "AccessDenied"]);
  });

  it("covers a parameter as it is meant, however it is written", () => {
    const list = signedRequest({ query: { prefix: "a/=b" } });
    expect(list.target).toBe("/?prefix=a%2F%3Db");
    expect(answerTo({ ...list, target: "/?prefix=a/=b" }).status).toBe(200);
    expectRefusal(answerTo({ ...list, target: "/?prefix=a/=c" }), [403, "SignatureDoesNotMatch"]);
  });

  it("is checked when the request arrives, although it takes effect after its end", () => {
    const b = cosBench();
    const pending = b.begin({ method: "PUT", key: "late", body: "x", validUntil: 1000 });
    b.tick(3_600_000);
    expect(pending.finish()).toMatchObject({ response: { status: 200 } });
    expect(b.read("late")).toBe("x");
  });

  it("leads to an error that shows what should have been signed", () => {
    const { text } = answerTo(read({ account: { ...MAIN, secretKey: "wrong" } }));
    expect(text).toContain(
      "<FormatString>get\n/a/b\n\nhost=state-1250000001.cos.ap-guangzhou.myqcloud.com\n</FormatString>",
    );
    expect(text).toContain(`<StringToSign>sha1\n${START / 1000};${START / 1000 + 60}\n`);
  });
});
