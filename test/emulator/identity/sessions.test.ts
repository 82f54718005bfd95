// Temporary credentials of roles: who gets them, and for how long and where they are valid.
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../emulator/errors.ts";
import { createApp, startEmulator } from "../../../emulator/server.ts";
import { issueRoleSession } from "../../../emulator/services/identity/sessions.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { BUCKET, cosBench } from "../cos/support.ts";
import { type Bench, bench, caught, GOLDEN, MAIN, responseOf, sign } from "../support.ts";
import { allow, documentedRefusal, HOUR, makeRole, policyIn, sessionWith, trustIn } from "./support.ts";

const MINUTE = 60_000;

describe("a role is given to functions", () => {
  const code = (b: Bench, name: string, uin = MAIN.uin) => {
    const error = caught(() => issueRoleSession(b.world, uin, name, HOUR));
    expect(error).toBeInstanceOf(ApiError);
    return (error as ApiError).code;
  };

  it("if it exists in the account and trusts scf.qcloud.com", () => {
    const b = bench();
    makeRole(b, "runner");
    expect(issueRoleSession(b.world, MAIN.uin, "runner", HOUR)).toMatchObject({
      uin: MAIN.uin,
      appId: MAIN.appId,
      role: { name: "runner" },
      expiresAt: b.world.now() + HOUR,
    });
    expect(code(b, "other")).toBe("ResourceNotFound.RoleNotFound");
    expect(code(b, "runner", GOLDEN.uin)).toBe("ResourceNotFound.RoleNotFound");
    const statement = { effect: "allow", action: "sts:AssumeRole", principal: { service: "scf.qcloud.com" } };
    const condition = (operator: string, key: string, text: string) => ({ [operator]: { [key]: text } });
    const since = condition("date_greater_than", "qcs:current_time", "2000-01-01T00:00:00Z");
    const until = condition("date_less_than", "qcs:current_time", "2000-01-01T00:00:00Z");
    const unknown = condition("string_equal", "sts:external_id", "x");
    const built = condition("string_equal", "constructor", "x");
    for (const [name, met] of Object.entries({ since, until, unknown, built })) {
      makeRole(b, name, { trust: policyIn({ ...statement, condition: met }) });
    }
    expect(issueRoleSession(b.world, MAIN.uin, "since", HOUR)).toBeDefined();
    for (const name of ["until", "unknown", "built"]) expect(code(b, name)).toBe("UnauthorizedOperation");
    makeRole(b, "logs", { trust: trustIn({ service: "cls.cloud.tencent.com" }) });
    expect(code(b, "logs")).toBe("UnauthorizedOperation");
  });

  it("as credentials that differ each time; old ones are forgotten a day after their end", () => {
    const b = bench();
    makeRole(b, "runner");
    const issue = () => issueRoleSession(b.world, MAIN.uin, "runner", HOUR);
    expect(issue().secretId).not.toBe(issue().secretId);
    b.tick(26 * HOUR);
    issue();
    expect(b.world.sessions).toHaveLength(1);
  });
});

describe("credentials of a role", () => {
  it("are valid in the API until their end, with their token", async () => {
    const b = bench();
    const app = createApp(b.world);
    const { secretId, secretKey, token, role } = sessionWith(b, allow("sts:GetCallerIdentity"));
    const ask = async (headers: Record<string, string>) => {
      const at = b.world.now();
      const host = "sts.tencentcloudapi.com";
      const version = "2018-08-13";
      const given = { action: "GetCallerIdentity", service: "sts", host, version, secretId, secretKey, at, headers };
      return responseOf(await app.request("/", { method: "POST", headers: sign(given), body: "{}" }));
    };
    expect(await ask({ "x-tc-token": token })).toMatchObject({
      AccountId: MAIN.uin,
      Type: "CAMRole",
      Arn: `qcs::sts:${MAIN.uin}:assumed-role/${role.id}`,
      UserId: `${role.id}:scf`,
    });
    expect((await ask({ "x-tc-token": "other" })).Error?.Code).toBe("AuthFailure.TokenFailure");
    expect((await ask({})).Error?.Code).toBe("AuthFailure.TokenFailure");
    b.tick(HOUR);
    const { Error } = await ask({ "x-tc-token": token });
    expect(Error).toEqual({ Code: "AuthFailure.TokenFailure", Message: "The token has expired." });
  });

  it("are valid in COS until their end, with their token", () => {
    const b = bench({ buckets: [{ name: BUCKET, region: "ap-guangzhou" }] });
    const cos = cosBench({}, b);
    const account = sessionWith(b, allow("cos:*"));
    expect(cos.send({ method: "PUT", key: "k", body: "x", account }).status).toBe(200);
    const { token, ...withoutToken } = account;
    for (const keys of [withoutToken, { ...withoutToken, token: `${token}0` }]) {
      expect(cos.send({ key: "k", account: keys })).toMatchObject({ status: 403, code: "InvalidAccessKeyId" });
    }
    b.tick(HOUR);
    expect(cos.send({ key: "k", account })).toMatchObject({ status: 403, code: "AccessDenied" });
  });
});

describe("AssumeRole", () => {
  const arn = (name: string) => `qcs::cam::uin/${MAIN.uin}:roleName/${name}`;
  const trusted = (uin = GOLDEN.uin) => ({ trust: trustIn({ qcs: `qcs::cam::uin/${uin}:root` }) });
  const options = { service: "sts", account: GOLDEN };
  const given = { RoleArn: arn("shared"), RoleSessionName: "partner" };

  it("gives a role to an account that it trusts, as the vendor's client can use it", async () => {
    const world = createWorld({ now: Date.now, rateLimits: false });
    const emulator = await startEmulator({ port: 0, world });
    const client = (
      product: string,
      version: string,
      keys: { secretId: string; secretKey: string; token?: string },
    ) => {
      const httpProfile = { protocol: "http://", endpoint: `127.0.0.1:${emulator.port}` };
      return new CommonClient(`${product}.tencentcloudapi.com`, version, {
        credential: keys,
        region: "ap-guangzhou",
        profile: { httpProfile },
      });
    };
    const [owner, partner] = [MAIN, GOLDEN].map(({ secretId, secretKey }) => ({ secretId, secretKey }));
    try {
      const cam = client("cam", "2019-01-16", owner ?? MAIN);
      await cam.request("CreateRole", { RoleName: "shared", PolicyDocument: trusted().trust });
      await cam.request("AttachRolePolicy", { AttachRoleName: "shared", PolicyName: "QcloudCVMReadOnlyAccess" });
      const answer: unknown = await client("sts", "2018-08-13", partner ?? GOLDEN).request("AssumeRole", given);
      const {
        TmpSecretId: secretId,
        TmpSecretKey: secretKey,
        Token: token,
      } = (answer as { Credentials: Record<"TmpSecretId" | "TmpSecretKey" | "Token", string> }).Credentials;
      const cvm = client("cvm", "2017-03-12", { secretId, secretKey, token });
      expect(await cvm.request("DescribeImages", {})).toMatchObject({ TotalCount: 2 });
      await expect(cvm.request("DeleteImages", { ImageIds: ["img-00000000"] })).rejects.toMatchObject({
        code: "UnauthorizedOperation",
        message: expect.stringContaining("you are not authorized to perform operation (cvm:DeleteImages)") as string,
      });
    } finally {
      await emulator.close();
    }
  });

  it("says when the credentials end", () => {
    const b = bench();
    makeRole(b, "shared", trusted());
    const answer: unknown = b.call("AssumeRole", { ...given, DurationSeconds: 600 }, options);
    const Expiration = "2026-01-15T08:10:00Z";
    expect(answer).toMatchObject({ Expiration, ExpiredTime: Date.parse(Expiration) / 1000 });
    const [session] = b.world.sessions;
    expect(session?.expiresAt).toBe(b.world.now() + 10 * MINUTE);
    for (const secret of [session?.secretKey, session?.token]) {
      expect(JSON.stringify([b.world.events, b.world.requests])).not.toContain(secret);
    }
  });

  it("refuses a role that does not exist or does not trust the caller, and what it cannot do", () => {
    const b = bench();
    makeRole(b, "shared", trusted());
    makeRole(b, "runner");
    const refusal = (params: object) => documentedRefusal(b, "AssumeRole", { ...given, ...params }, options);
    expect(refusal({ RoleArn: arn("none") })).toBe("ResourceNotFound.RoleNotFound");
    expect(refusal({ RoleArn: arn("runner") })).toBe("UnauthorizedOperation");
    expect(refusal({ RoleArn: "shared" })).toBe("InvalidParameter.ParamError");
    expect(refusal({ DurationSeconds: 7201 })).toBe("InvalidParameter.OverTimeError");
    expect(refusal({ Policy: policyIn(allow("*")) })).toBe("UnsupportedOperation");
  });
});
