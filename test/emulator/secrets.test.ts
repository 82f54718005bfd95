// Secrets of ssm, which the control API sets.
import { describe, expect, it } from "vitest";
import { createApp } from "../../emulator/server.ts";
import { sessionWith } from "./identity/support.ts";
import { type Bench, bench, GOLDEN } from "./support.ts";

const SSM = { service: "ssm" };
const KEY = { SecretName: "state", VersionId: "v1" };

const put = (b: Bench, body: object) =>
  createApp(b.world).request("/_emulator/secrets", { method: "PUT", body: JSON.stringify(body) });

describe("a secret", () => {
  const secret = { region: "ap-guangzhou", name: "state", version: "v1", text: "s3cret" };

  it("is returned to its account in its region, and to no other", async () => {
    const b = bench();
    expect(await (await put(b, secret)).json()).toEqual({
      account: "100000000001",
      region: "ap-guangzhou",
      name: "state",
      version: "v1",
      isSet: true,
    });
    expect(b.call("GetSecretValue", KEY, SSM)).toMatchObject({ ...KEY, SecretString: "s3cret", SecretBinary: "" });
    for (const [params, options] of [
      [KEY, { ...SSM, region: "ap-shanghai" }],
      [KEY, { ...SSM, account: GOLDEN }],
      [{ ...KEY, VersionId: "v2" }, SSM],
    ] as const) {
      expect(b.refusal("GetSecretValue", params, options)).toBe("ResourceNotFound");
    }
    const { text: _, ...removed } = secret;
    await put(b, removed);
    expect(b.refusal("GetSecretValue", KEY, SSM)).toBe("ResourceNotFound");
  });

  it("is in no log and no view, and needs a permission", async () => {
    const b = bench();
    await put(b, secret);
    b.call("GetSecretValue", KEY, SSM);
    const app = createApp(b.world);
    for (const path of ["requests", "world", "events"]) {
      expect(await (await app.request(`/_emulator/${path}`)).text()).not.toContain("s3cret");
    }
    const account = sessionWith(b);
    expect(b.refusal("GetSecretValue", KEY, { ...SSM, account })).toBe("AuthFailure.UnauthorizedOperation");
  });

  it("is refused for an account or a region that does not exist", async () => {
    const b = bench();
    expect((await put(b, { ...secret, account: "1" })).status).toBe(400);
    expect((await put(b, { ...secret, region: "moon" })).status).toBe(400);
  });
});
