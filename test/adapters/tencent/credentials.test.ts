// Where credentials are found, and what is reported if there are none.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { findCredentials } from "../../../lib/adapters/tencent/transport/credentials.ts";
import { InputError } from "../../../lib/model/errors.ts";

const home = mkdtempSync(join(tmpdir(), "home-"));
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  rmSync(join(home, ".tccli"), { recursive: true, force: true });
  mkdirSync(join(home, ".tccli"));
});
const profile = (name: string, content: unknown) =>
  writeFileSync(
    join(home, ".tccli", `${name}.credential`),
    typeof content === "string" ? content : JSON.stringify(content),
  );
const find = (env: Record<string, string>) => findCredentials(env, home, () => Date.UTC(2026, 10, 21));
const messageOf = async (env: Record<string, string>) => {
  const error = await find(env).then(
    () => expect.fail("expected an error"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
};

const BY_HAND = { TENCENTCLOUD_SECRET_ID: "hand-id", TENCENTCLOUD_SECRET_KEY: "hand-key" };
const ROLE = {
  TENCENTCLOUD_SECRETID: "role-id",
  TENCENTCLOUD_SECRETKEY: "role-key",
  TENCENTCLOUD_SESSIONTOKEN: "role-token",
};

describe("findCredentials", () => {
  it("prefers the variables set by hand, then the function's role, then the profile", async () => {
    profile("default", { secretId: "file-id", secretKey: "file-key", token: "file-token" });
    expect(await find({ ...ROLE, ...BY_HAND })).toEqual({ secretId: "hand-id", secretKey: "hand-key" });
    expect(await find({ ...BY_HAND, TENCENTCLOUD_TOKEN: "t" })).toMatchObject({ token: "t" });
    expect(await find(ROLE)).toEqual({ secretId: "role-id", secretKey: "role-key", token: "role-token" });
    expect(await find({})).toEqual({ secretId: "file-id", secretKey: "file-key", token: "file-token" });
  });

  it("takes the profile that TCCLI_PROFILE names", async () => {
    profile("work", { secretId: "work-id", secretKey: "work-key" });
    expect(await find({ TCCLI_PROFILE: "work" })).toEqual({ secretId: "work-id", secretKey: "work-key" });
  });

  it.each([
    [{ TENCENTCLOUD_SECRET_ID: "planted" }, "TENCENTCLOUD_SECRET_KEY: not set although TENCENTCLOUD_SECRET_ID is set"],
    [{ TENCENTCLOUD_SECRET_KEY: "planted" }, "TENCENTCLOUD_SECRET_ID: not set although TENCENTCLOUD_SECRET_KEY is set"],
    [{ TENCENTCLOUD_SECRETID: "planted" }, "TENCENTCLOUD_SECRETKEY: not set although TENCENTCLOUD_SECRETID is set"],
  ])("refuses half a pair: %j", async (env, text) => {
    profile("default", { secretId: "file-id", secretKey: "file-key" });
    const message = await messageOf(env);
    expect(message).toContain(text);
    expect(message).not.toContain("planted");
  });

  it("names the three ways if there are no credentials", async () => {
    const message = await messageOf({});
    expect(message).toContain("default.credential: no credentials");
    expect(message).toContain("TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY");
    expect(message).toContain("execution role");
    expect(message).toContain("tccli configure");
  });

  it.each([
    ["not JSON", "planted-key {", "not JSON"],
    ["no object", '"planted-key"', "not a JSON object"],
    ["no id", { secretKey: "planted-key" }, "secretId is missing"],
    ["no key", { secretId: "planted-key", secretKey: "" }, "secretKey is missing"],
    ["a wrong token", { secretId: "a", secretKey: "planted-key", token: 7 }, "token is not a string"],
    ["a role", { secretId: "a", secretKey: "planted-key", "role-arn": "qcs::cam::…" }, "assumes a role"],
    ["an expired key", { secretId: "a", secretKey: "planted-key", expiresAt: 1 }, "expired at 1970-01-01"],
  ])("refuses a profile with %s", async (_, content, text) => {
    profile("default", content);
    const message = await messageOf({});
    expect(message).toContain(text);
    expect(message).not.toContain("planted-key");
  });

  it("reports a profile that cannot be read", async () => {
    mkdirSync(join(home, ".tccli", "default.credential"));
    expect(await messageOf({})).toContain("EISDIR");
  });
});
