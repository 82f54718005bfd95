// Permissions: how the policies of a role are evaluated, and what a call without one is answered.
import { describe, expect, it } from "vitest";
import { callAction } from "../../../emulator/api/dispatch.ts";
import { ApiError } from "../../../emulator/errors.ts";
import { isAllowed } from "../../../emulator/services/identity/permissions.ts";
import { makeInstances } from "../../../emulator/world/image-users.ts";
import { BUCKET, cosBench } from "../cos/support.ts";
import { bench, caught, MAIN } from "../support.ts";
import { allow, type StatementJson, sessionWith } from "./support.ts";

const IMAGE = `qcs::cvm:ap-guangzhou:uin/${MAIN.uin}:image/img-12345678`;
const OBJECT = `qcs::cos:ap-guangzhou:uid/${MAIN.appId}:${BUCKET}/a/b:c`;
const deny = (action: string, resource = "*") => ({ ...allow(action, resource), effect: "deny" });

function allows(statements: readonly StatementJson[], action: string, resource = "*"): boolean {
  const b = bench();
  return isAllowed(b.world, sessionWith(b, ...statements), action, resource);
}

describe("the policies of a role", () => {
  it.each<[boolean, string, string | string[]]>([
    [true, "cvm:SyncImages", "cvm:SyncImages"],
    [true, "cvm:SyncImages", "name/cvm:SyncImages"],
    [true, "cvm:DescribeImages", ["tag:*", "cvm:Describe*"]],
    [true, "cvm:SyncImages", "*"],
    [true, "cos:PutObject", "name/cos:*"],
    [true, "cvm:DescribeImages", "cvm:*Images"],
    [false, "cvm:SyncImages", "cvm:Describe*"],
    [false, "cvm:SyncImages", "cvm:Sync"],
    [false, "cvm:SyncImages", "tag:*"],
    [false, "cvm:SyncImages", "cvm:syncImages"],
  ])("allow (%s) %s by the action %j", (expected, action, pattern) => {
    expect(allows([allow(pattern)], action, IMAGE)).toBe(expected);
    expect(allows([allow(pattern)], action)).toBe(expected);
  });

  it.each<[boolean, string, string]>([
    [true, IMAGE, IMAGE],
    [true, IMAGE, `qcs::cvm:ap-guangzhou:uin/${MAIN.uin}:image/*`],
    [true, IMAGE, "qcs::cvm:::image/img-12345678"],
    [true, IMAGE, "qcs::cvm::uin/:image/*"],
    [true, IMAGE, "qcs::cvm:::*"],
    [true, IMAGE, `qcs::cvm:*:uid/${MAIN.appId}:image/img-1*8`],
    [false, IMAGE, "qcs::cvm:ap-shanghai::image/*"],
    [false, IMAGE, "qcs::cvm::uin/100000000002:image/*"],
    [false, IMAGE, "qcs::cvm:::image/img-1"],
    [false, IMAGE, "qcs::cos:::*"],
    [true, OBJECT, `qcs::cos:ap-guangzhou:uid/${MAIN.appId}:${BUCKET}/a/*`],
    [false, OBJECT, `qcs::cos:ap-guangzhou:uid/${MAIN.appId}:${BUCKET}/b/*`],
    [true, "*", "*"],
    [true, "*", "qcs::cvm:::*"],
    [false, "*", IMAGE],
    [true, "*", `qcs::cvm:*:uin/${MAIN.uin}:*`],
    [false, "*", "qcs::cvm:ap-guangzhou::*"],
    [false, "*", "qcs::cos:::*"],
    [false, "*", "qcs::cvm::uin/100000000002:*"],
  ])("cover (%s) the resource %s by %s", (expected, resource, pattern) => {
    expect(allows([allow("*", pattern)], "cvm:SyncImages", resource)).toBe(expected);
  });

  it("allow nothing without a policy, and nothing that one of them denies", () => {
    expect(allows([], "cvm:SyncImages")).toBe(false);
    expect(allows([allow("*"), deny("cvm:Sync*")], "cvm:SyncImages", IMAGE)).toBe(false);
    expect(allows([deny("cvm:Sync*"), allow("*")], "cvm:DescribeImages", IMAGE)).toBe(true);
    expect(allows([allow("*"), deny("cvm:*", "qcs::cvm:ap-tokyo::*")], "cvm:SyncImages", IMAGE)).toBe(true);
  });

  it("allow nothing once the role is deleted or the policy detached", () => {
    const b = bench();
    const session = sessionWith(b, allow("*"));
    b.call("DetachRolePolicy", { PolicyName: "role-0-0", DetachRoleName: "role-0" }, { service: "cam" });
    expect(isAllowed(b.world, session, "cvm:SyncImages", "*")).toBe(false);
    const other = sessionWith(b, allow("*"));
    expect(isAllowed(b.world, other, "cvm:SyncImages", "*")).toBe(true);
    b.call("DeleteRole", { RoleName: "role-1" }, { service: "cam" });
    expect(isAllowed(b.world, other, "cvm:SyncImages", "*")).toBe(false);
  });

  it("do not bind a key without a role", () => {
    expect(isAllowed(bench().world, MAIN, "cvm:SyncImages", IMAGE)).toBe(true);
  });
});

describe("a condition", () => {
  const now = (operator: string, value: string) => ({ [operator]: { "qcs:current_time": value } });
  it.each<[boolean, StatementJson]>([
    [true, now("date_less_than", "2027-01-01T00:00:00Z")],
    [false, now("date_greater_than", "2027-01-01T00:00:00Z")],
    [false, { ...now("date_less_than", "2027-01-01T00:00:00Z"), string_equal: { "qcs:resource_tag": "a&b" } }],
  ])("holds (%s) for the time of the call: %j", (expected, condition) => {
    expect(allows([{ ...allow("*"), condition }], "cvm:SyncImages")).toBe(expected);
  });

  it("compares tags of images", () => {
    const b = bench();
    const tagged = { "qcs:resource_tag": ["env&prod", "env&test"] };
    const session = sessionWith(b, { ...allow("cvm:*"), condition: { "for_any_value:string_equal": tagged } });
    const deletes = (tags: Record<string, string>) => {
      const ImageIds = [b.image({ name: "x", tags })];
      return () => b.call("DeleteImages", { ImageIds }, { account: session });
    };
    deletes({ env: "test" })();
    expect(deletes({ env: "dev" })).toThrow(/you are not authorized/);
    expect(deletes({})).toThrow(/you are not authorized/);
  });

  it.each([{ ip_equal: { "qcs:ip": "10.0.0.0/8" } }, { string_equal: { "cvm:instance_type": "S5" } }])(
    "that the emulator does not know refuses the call and is logged, in an allow and in a deny: %j",
    (condition) => {
      for (const statement of [allow("*"), deny("*")]) {
        const b = bench();
        const session = sessionWith(b, allow("*"), { ...statement, condition });
        expect(b.refusal("DescribeImages", {}, { account: session })).toBe("UnauthorizedOperation");
        expect(b.world.requests.at(-1)?.reason).toMatch(/the emulator does not know the condition (key|operator) /);
      }
    },
  );
});

describe("a call that the role does not allow", () => {
  const call = (service: "cvm" | "tag", action: string, params: object, ...statements: readonly StatementJson[]) => {
    const b = bench();
    const account = sessionWith(b, ...statements);
    const version = service === "cvm" ? "2017-03-12" : "2018-08-13";
    const region = "ap-guangzhou";
    const error = caught(() =>
      callAction(b.world, { account, service, action, version, region, params: params as Record<string, unknown> }),
    );
    return { b, error: error as ApiError };
  };

  it("is refused with the text of the cloud, has no effect, and is in the log and the events", () => {
    const ids = { ImageIds: ["img-12345678", "img-00000000"], DestinationRegions: ["ap-shanghai"] };
    const only = allow("cvm:SyncImages", IMAGE);
    const { b, error } = call("cvm", "SyncImages", ids, only);
    expect(error).toBeInstanceOf(ApiError);
    expect(error.code).toBe("UnauthorizedOperation");
    expect(error.message).toBe(
      `[request id:${error.requestId}]you are not authorized to perform operation (cvm:SyncImages)\n` +
        `resource (qcs::cvm:ap-guangzhou:uin/${MAIN.uin}:image/img-00000000) has no permission\n` +
        "(emulator: no policy of the role role-0 allows it)",
    );
    expect(b.world.requests.at(-1)).toMatchObject({ result: "UnauthorizedOperation", reason: error.message });
    expect(b.world.events.at(-1)?.event.data.errorCode).toBe("UnauthorizedOperation");
  });

  it("is refused by the gateway for products that leave permissions to it", () => {
    const Tags = [{ TagKey: "a", TagValue: "b" }];
    const { error } = call("tag", "TagResources", { ResourceList: [IMAGE], Tags }, allow("cvm:*"));
    expect(error.code).toBe("AuthFailure.UnauthorizedOperation");
    expect(error.message).toContain("(tag:TagResources)\nresource (*) has no permission");
  });

  it("is refused although it is a dry run", () => {
    const b = bench();
    const params = { ImageIds: [b.image()], DestinationRegions: ["ap-shanghai"], DryRun: true };
    const account = sessionWith(b, allow("cvm:Describe*"));
    expect(b.refusal("SyncImages", params, { account })).toBe("UnauthorizedOperation");
  });

  it("needs all resources if its parameters name no image", () => {
    const b = bench();
    makeInstances(b.world, { region: "ap-guangzhou", imageId: b.image(), name: "web" });
    const account = sessionWith(b, allow("cvm:DescribeInstances", "qcs::cvm:::image/*"));
    expect(b.refusal("DescribeInstances", {}, { account })).toBe("UnauthorizedOperation");
  });
});

describe("a call about one secret", () => {
  const read = (SecretName: string) => {
    const b = bench();
    for (const name of ["db", "other"]) b.world.secrets.set(`${MAIN.uin}/ap-guangzhou/${name}/v1`, "text");
    const account = sessionWith(b, allow("ssm:GetSecretValue", "qcs::ssm:ap-guangzhou::secret/creatorUin/*/db"));
    const at = { account, service: "ssm", version: "2019-09-23", region: "ap-guangzhou" } as const;
    return () => callAction(b.world, { ...at, action: "GetSecretValue", params: { SecretName, VersionId: "v1" } });
  };

  it("is allowed for that one alone", () => {
    expect(read("db")()).toMatchObject({ SecretString: "text" });
    expect(read("other")).toThrow(/no permission/);
  });
});

describe("a request to COS that the role does not allow", () => {
  const b = bench({ buckets: [{ name: BUCKET, region: "ap-guangzhou" }] });
  const cos = cosBench({}, b);
  const prefix = `qcs::cos:ap-guangzhou:uid/${MAIN.appId}:${BUCKET}`;
  const account = sessionWith(
    b,
    allow(["name/cos:GetObject", "name/cos:PutObject"], `${prefix}/state/*`),
    allow(["name/cos:GetBucket", "name/cos:DeleteMultipleObjects"], `${prefix}/*`),
  );

  it("is refused, and those that it allows are not", () => {
    expect(cos.send({ method: "PUT", key: "state/a", body: "x", account }).status).toBe(200);
    expect(cos.send({ key: "state/a", account }).text).toBe("x");
    expect(cos.send({ account }).status).toBe(200);
    for (const sent of [
      { method: "PUT", key: "other/a", body: "x", account },
      { method: "DELETE", key: "state/a", account },
      { query: { versioning: "" }, account },
    ]) {
      expect(cos.send(sent)).toMatchObject({ status: 403, code: "AccessDenied" });
      expect(b.world.requests.at(-1)?.reason).toBe("no policy of the role role-0 allows it");
    }
    expect(cos.read("state/a")).toBe("x");
  });
});
