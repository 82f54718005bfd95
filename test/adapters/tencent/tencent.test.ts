// What holds for every call: hosts, signatures, credentials, secrets, rate limits and retries.

import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { InputError, toProblem } from "../../../lib/model/errors.ts";
import { credentialsMessage } from "../../../lib/model/messages/credentials.ts";
import { failure, IN_TIME, imagesAnswer, KEY, serve, signer, syncRequest } from "./api-server.ts";

afterEach(() => vi.unstubAllEnvs());

describe("every call", () => {
  it("goes to the endpoint under the service's real name, signed for it, in English", async () => {
    const api = await serve(() => imagesAnswer());
    vi.stubEnv("http_proxy", "http://127.0.0.1:1");
    const cloud = api.cloud();
    await cloud.images("ap-guangzhou", "custom");
    await cloud.images("ap-shanghai-fsi", "custom");
    await cloud.tag({ region: "ap-tokyo", imageId: "img-0001" }, "1", { a: "b" }, IN_TIME);
    expect(await cloud.account()).toBe("100000000001");
    await api.cloud({ site: "intl" }).images("ap-guangzhou", "custom");
    const all = [...api.requests, ...api.inquiries];
    expect(all.map(({ host, region }) => [host, region])).toEqual([
      ["cvm.tencentcloudapi.com", "ap-guangzhou"],
      ["cvm.ap-shanghai-fsi.tencentcloudapi.com", "ap-shanghai-fsi"],
      ["tag.tencentcloudapi.com", undefined],
      ["cvm.intl.tencentcloudapi.com", "ap-guangzhou"],
      ["sts.tencentcloudapi.com", "ap-guangzhou"],
      ["sts.intl.tencentcloudapi.com", "ap-singapore"],
    ]);
    for (const { headers, host } of all) {
      expect(headers.authorization).toContain(`/${host?.split(".")[0]}/tc3_request`);
      expect(headers["x-tc-language"]).toBe("en-US");
    }
  });

  it("fetches the credentials again", async () => {
    const api = await serve(() => imagesAnswer());
    let n = 0;
    const cloud = api.cloud({ credentials: async () => ({ secretId: `AKID${++n}`, secretKey: "k" }) });
    await cloud.images("ap-guangzhou", "custom");
    await cloud.images("ap-guangzhou", "custom");
    expect(api.requests.map(signer)).toEqual(["AKID1", "AKID2"]);
  });

  it("has no effect and needs manual action without credentials", async () => {
    const api = await serve(() => imagesAnswer());
    const missing = toProblem("TENCENTCLOUD_SECRET_KEY", credentialsMessage("credentials-absent"));
    const cloud = api.cloud({ credentials: () => Promise.reject(new InputError([missing])) });
    for (const call of [() => cloud.account(), () => cloud.syncImage(syncRequest())]) {
      const error = await failure(call());
      expect(error).toMatchObject({ name: "CloudError", code: "NoCredentials", outcome: "terminal", effect: "none" });
      expect(error.message).toContain("set TENCENTCLOUD_SECRET_ID");
    }
    expect([...api.requests, ...api.inquiries]).toHaveLength(0);
  });

  it("puts no key into errors or log lines, even if the cloud quotes the keys", async () => {
    const quote = `you sent ${KEY.secretKey} and ${KEY.token} of ${KEY.secretId}`;
    const lines: unknown[] = [];
    const shown: string[] = [];
    const anywhere = [
      { error: "AuthFailure.SignatureFailure", message: quote },
      { error: quote, message: quote },
      { raw: quote },
      { raw: JSON.stringify({ Response: quote }) },
    ];
    const clouds = [];
    for (const reaction of [...anywhere, { answer: { ImageSet: quote } }]) clouds.push(await serve(() => reaction));
    for (const reaction of [...anywhere, { answer: { AccountId: { quote } } }]) {
      clouds.push(
        await serve(
          () => imagesAnswer(),
          () => reaction,
        ),
      );
    }
    for (const api of clouds) {
      const cloud = api.cloud({ log: (line) => lines.push(line) });
      for (const error of [await failure(cloud.syncImage(syncRequest()))]) {
        shown.push(inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error.stack));
        for (let e: unknown = error; e instanceof Error; e = e.cause) shown.push(e.message);
      }
    }
    const all = shown.join("\n") + JSON.stringify(lines);
    expect(all).toContain("SignatureFailure");
    for (const secret of Object.values(KEY)) expect(all).not.toContain(secret);
  });

  it("stays below the rate limit of an action in a region", async () => {
    const arrivals: number[] = [];
    const api = await serve(() => {
      arrivals.push(Date.now());
      return imagesAnswer();
    });
    const cloud = api.cloud();
    await Promise.all(Array.from({ length: 9 }, () => cloud.images("ap-tokyo", "custom")));
    const mostInASecond = Math.max(
      ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 900).length),
    );
    expect(mostInASecond).toBeLessThanOrEqual(8);
    expect(mostInASecond).toBeGreaterThanOrEqual(6);
  });
});

describe.concurrent("reads and repeatable writes", () => {
  it.each([
    ["throttling", { error: "RequestLimitExceeded" }],
    ["an internal error", { error: "InternalError" }],
    ["HTTP 502", { status: 502 }],
    ["a lost connection", { cut: true } as const],
  ])("are retried after %s", async (_, sendFailure) => {
    const once = (_request: unknown, n: number) => (n === 1 ? sendFailure : { answer: { AccountId: "1" } });
    const api = await serve(once, once);
    await expect(api.cloud().account()).resolves.toBe("1");
    await expect(api.cloud().modify({ region: "r", imageId: "img-0001" }, { name: "name" }, IN_TIME)).resolves.toBe(
      "req-2",
    );
  });

  it("are not retried after a timeout: a region that hangs costs one time limit", async () => {
    const api = await serve(() => ({ hang: true }) as const);
    const error = await failure(api.cloud({ timeoutMs: 1_000 }).images("ap-tokyo", "custom"));
    expect(error).toMatchObject({ code: "Timeout", effect: "none" });
    expect(api.requests).toHaveLength(1);
  });

  it("are not retried after a refusal", async () => {
    const api = await serve(() => ({ error: "UnauthorizedOperation", message: "not for you" }));
    const error = await failure(api.cloud().images("ap-tokyo", "custom"));
    expect(error).toMatchObject({
      name: "CloudError",
      action: "DescribeImages",
      region: "ap-tokyo",
      code: "UnauthorizedOperation",
      outcome: "terminal",
      effect: "none",
      requestId: "req-e",
    });
    expect(error.message).toBe(
      "DescribeImages in ap-tokyo: UnauthorizedOperation: the key has no permission for this action (not for you)",
    );
    expect(error.remedy).toContain("CAM");
    expect(api.requests).toHaveLength(1);
  });

  it("are not retried after the run has ended", async () => {
    const run = new AbortController();
    const api = await serve(() => {
      setTimeout(() => run.abort(), 50);
      return { error: "InternalError" };
    });
    const error = await failure(api.cloud({ signal: run.signal }).images("ap-tokyo", "custom"));
    expect(["InternalError", "Aborted"]).toContain(error.code);
    expect(api.requests).toHaveLength(1);
    await expect(api.cloud({ signal: run.signal }).account()).rejects.toMatchObject({
      code: "Aborted",
      effect: "none",
    });
    expect(api.requests).toHaveLength(1);
  });
});
