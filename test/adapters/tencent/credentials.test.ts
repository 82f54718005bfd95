// Where credentials are found, and what is reported if there are none.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { findCredentials } from "../../../lib/adapters/tencent/transport/find-credentials.ts";
import { InputError, type Problem } from "../../../lib/model/errors.ts";

const home = mkdtempSync(join(tmpdir(), "home-"));
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  for (const folder of [".tccli", ".tencentcloud"]) {
    rmSync(join(home, folder), { recursive: true, force: true });
    mkdirSync(join(home, folder));
  }
});
const profile = (name: string, content: unknown) =>
  writeFileSync(
    join(home, ".tccli", `${name}.credential`),
    typeof content === "string" ? content : JSON.stringify(content),
  );
const SDK_FILE = join(home, ".tencentcloud", "credentials");
const sdkProfile = (content: string) => writeFileSync(SDK_FILE, content);
const find = (env: Record<string, string>, warn?: (problem: Problem) => void) =>
  findCredentials({ env, home, now: () => Date.UTC(2026, 10, 21), ...(warn && { warn }) });
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

  it("takes no profile in a function, which on the emulator would find that of the user", async () => {
    profile("default", { secretId: "file-id", secretKey: "file-key" });
    expect(await find({ ...ROLE, TENCENTCLOUD_RUNENV: "SCF" })).toMatchObject({ secretId: "role-id" });
    expect(await messageOf({ TENCENTCLOUD_RUNENV: "SCF" })).toMatch(
      /^TENCENTCLOUD_SECRETID: .* has no role; give the function/,
    );
  });

  it.each(["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN", "TENCENTCLOUD_SESSION_TOKEN"])(
    "takes the token from %s, as one of the vendor's tools does",
    async (name) => {
      expect(await find({ ...BY_HAND, [name]: "t" })).toEqual({
        secretId: "hand-id",
        secretKey: "hand-key",
        token: "t",
      });
    },
  );

  it("takes one token that is set twice, and refuses two", async () => {
    const twice = { ...BY_HAND, TENCENTCLOUD_TOKEN: "planted", TENCENTCLOUD_SESSION_TOKEN: "planted" };
    expect(await find(twice)).toMatchObject({ token: "planted" });
    const message = await messageOf({ ...twice, TENCENTCLOUD_SESSION_TOKEN: "planted-2" });
    expect(message).toMatch(/^TENCENTCLOUD_SESSION_TOKEN: another token than that of TENCENTCLOUD_TOKEN; unset/);
    expect(message).not.toContain("planted");
  });

  it("takes the profile of the SDKs if tccli has none", async () => {
    sdkProfile(
      '; mine\n[other]\nsecret_id = no\n\n[default]\nsecret_id=sdk-id\r\nsecret_key = "sdk-key"\n# end\n[x]\ntoken = no',
    );
    expect(await find({})).toEqual({ secretId: "sdk-id", secretKey: "sdk-key" });
    sdkProfile("[default]\nsecret_id = a\nsecret_key = b\ntoken = t=\n");
    expect(await find({})).toEqual({ secretId: "a", secretKey: "b", token: "t=" });
    expect(await find(ROLE)).toMatchObject({ secretId: "role-id" });
    profile("default", { secretId: "file-id", secretKey: "file-key" });
    expect(await find({})).toMatchObject({ secretId: "file-id" });
    expect(await messageOf({ TCCLI_PROFILE: "work" })).toContain("work.credential: no credentials");
  });

  it.each([
    ["no key", "[default]\nsecret_id = planted", "credentials: secret_key is missing"],
    ["no id", "[default]\nsecret_key = planted", "credentials: secret_id is missing"],
    ["another section only", "[work]\nsecret_id = planted\nsecret_key = planted", "secret_id is missing"],
    ["another format", '{"secret_id": "planted", "secret_key": "planted"}', "secret_id is missing"],
  ])("refuses a profile of the SDKs with %s", async (_, content, text) => {
    sdkProfile(content);
    const message = await messageOf({});
    expect(message).toContain(text);
    expect(message).not.toContain("planted");
  });

  it("warns of a profile that other users can read", async () => {
    sdkProfile("[default]\nsecret_id = planted\nsecret_key = planted");
    profile("work", { secretId: "planted", secretKey: "planted" });
    for (const [path, env] of [
      [SDK_FILE, {}],
      [join(home, ".tccli", "work.credential"), { TCCLI_PROFILE: "work" }],
    ] as const) {
      const warnings: Problem[] = [];
      for (const mode of [0o600, 0o640, 0o604]) {
        chmodSync(path, mode);
        await find(env, (warning) => warnings.push(warning));
      }
      expect(warnings.map(({ where, code }) => [where, code])).toEqual(
        Array.from({ length: 2 }, () => [path, "profile-exposed"]),
      );
      expect(JSON.stringify(warnings)).not.toContain("planted");
    }
  });

  it("takes the profile that TCCLI_PROFILE names", async () => {
    profile("work", { secretId: "work-id", secretKey: "work-key" });
    expect(await find({ TCCLI_PROFILE: "work" })).toEqual({ secretId: "work-id", secretKey: "work-key" });
  });

  it.each([
    [{ TENCENTCLOUD_SECRET_ID: "planted" }, "TENCENTCLOUD_SECRET_KEY: not set although TENCENTCLOUD_SECRET_ID is set"],
    [{ TENCENTCLOUD_SECRET_KEY: "planted" }, "TENCENTCLOUD_SECRET_ID: not set although TENCENTCLOUD_SECRET_KEY is set"],
    [{ TENCENTCLOUD_SECRETID: "planted" }, "TENCENTCLOUD_SECRETKEY: not set although TENCENTCLOUD_SECRETID is set"],
    [
      { TENCENTCLOUD_SECURITY_TOKEN: "planted" },
      "TENCENTCLOUD_SECRET_ID: not set although TENCENTCLOUD_SECURITY_TOKEN is set",
    ],
    [
      { TENCENTCLOUD_SESSION_TOKEN: "planted" },
      "TENCENTCLOUD_SECRET_KEY: not set although TENCENTCLOUD_SESSION_TOKEN is set",
    ],
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
    expect(message).toContain("~/.tencentcloud/credentials");
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
