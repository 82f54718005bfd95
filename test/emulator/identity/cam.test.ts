// CAM: the life of roles and policies, and the documents that it refuses.
import { describe, expect, it } from "vitest";
import { ACTIONS } from "../../../emulator/actions/registry.ts";
import { exportWorld, importWorld } from "../../../emulator/control/snapshot.ts";
import { type Bench, bench, GOLDEN } from "../support.ts";
import { allow, documentedRefusal, makePolicy, makeRole, policyIn, type StatementJson, trustIn } from "./support.ts";

const CAM = { service: "cam" };
const of = (b: Bench, action: string, params: object = {}) =>
  b.call(action, params, CAM) as unknown as Record<string, unknown>;
const refusal = (b: Bench, action: string, params: object) => documentedRefusal(b, action, params, CAM);

describe("a role", () => {
  it("is made, shown, listed, changed and deleted", () => {
    const b = bench();
    const RoleId = makeRole(b, "runner");
    expect(RoleId).toMatch(/^\d{19}$/);
    const shown = { RoleId, RoleName: "runner", PolicyDocument: trustIn(), AddTime: "2026-01-15 16:00:00" };
    expect(of(b, "GetRole", { RoleName: "runner" })["RoleInfo"]).toMatchObject(shown);
    b.tick(60_000);
    const trust = trustIn({ service: ["cls.cloud.tencent.com"] });
    of(b, "UpdateAssumeRolePolicy", { RoleId, PolicyDocument: trust });
    const changed = { ...shown, PolicyDocument: trust, UpdateTime: "2026-01-15 16:01:00" };
    expect(of(b, "DescribeRoleList", { Page: 1, Rp: 20 })).toMatchObject({ TotalNum: 1, List: [changed] });
    of(b, "DeleteRole", { RoleName: "runner" });
    expect(refusal(b, "GetRole", { RoleId })).toBe("InvalidParameter.RoleNotExist");
  });

  it("has a valid name of its own in its account", () => {
    const b = bench();
    makeRole(b, "runner");
    const again = { RoleName: "runner", PolicyDocument: trustIn() };
    expect(refusal(b, "CreateRole", again)).toBe("InvalidParameter.RoleNameInUse");
    b.call("CreateRole", again, { ...CAM, account: GOLDEN });
    expect(refusal(b, "CreateRole", { ...again, RoleName: "a b" })).toBe("InvalidParameter.RoleNameError");
    expect(refusal(b, "GetRole", {})).toBe("InvalidParameter.ParamError");
  });

  it("is not seen by another account", () => {
    const b = bench();
    const RoleId = makeRole(b, "runner");
    expect(b.refusal("GetRole", { RoleId }, { ...CAM, account: GOLDEN })).toBe("InvalidParameter.RoleNotExist");
  });
});

describe("a policy", () => {
  it("is made, shown, changed, attached, detached and deleted", () => {
    const b = bench();
    const PolicyId = makePolicy(b, "reader", policyIn(allow("cvm:Describe*")));
    expect(of(b, "GetPolicy", { PolicyId })).toMatchObject({ PolicyName: "reader", Type: 1, Description: "" });
    of(b, "UpdatePolicy", { PolicyId, PolicyDocument: policyIn(allow("cvm:*")), Description: "more" });
    expect(of(b, "GetPolicy", { PolicyId })).toMatchObject({ PolicyDocument: policyIn(allow("cvm:*")) });

    makeRole(b, "runner");
    const attached = () => of(b, "ListAttachedRolePolicies", { RoleName: "runner", Page: 1, Rp: 20 });
    for (let times = 0; times < 2; times += 1) of(b, "AttachRolePolicy", { PolicyId, AttachRoleName: "runner" });
    of(b, "AttachRolePolicy", { PolicyName: "QcloudAccessForScfRole", AttachRoleName: "runner" });
    expect(attached()).toMatchObject({
      TotalNum: 2,
      List: [
        { PolicyId, PolicyType: "User" },
        { PolicyName: "QcloudAccessForScfRole", PolicyType: "QCS" },
      ],
    });
    of(b, "DetachRolePolicy", { PolicyName: "QcloudAccessForScfRole", DetachRoleName: "runner" });
    of(b, "DeletePolicy", { PolicyId: [PolicyId] });
    expect(attached()).toMatchObject({ TotalNum: 0 });
    expect(refusal(b, "GetPolicy", { PolicyId })).toBe("ResourceNotFound.PolicyIdNotFound");
  });

  it("is in a list with the preset ones, page by page", () => {
    const b = bench();
    makePolicy(b, "mine");
    const all = of(b, "ListPolicies", { Rp: 200, Page: 1 });
    const names = (all["List"] as { PolicyName: string }[]).map(({ PolicyName }) => PolicyName);
    expect(names).toContain("QcloudAccessForScfRole");
    expect(names.at(-1)).toBe("mine");
    const pages = names.map((_, index) => of(b, "ListPolicies", { Rp: 1, Page: index + 1 })["List"]);
    expect(pages.flat()).toEqual(all["List"]);
    expect(of(b, "ListPolicies", { Scope: "Local" })).toMatchObject({ TotalNum: 1 });
    expect(of(b, "ListPolicies", { Scope: "QCS", Keyword: "Scf" })).toMatchObject({ TotalNum: 1 });
    expect(refusal(b, "ListPolicies", { Scope: "Mine" })).toBe("InvalidParameter.ScopeError");
    expect(refusal(b, "ListPolicies", { Rp: 201 })).toBe("InvalidParameter.ParamError");
  });

  it("has a valid name that no other policy has, and a preset one is not changed", () => {
    const b = bench();
    const PolicyId = makePolicy(b, "mine");
    const named = (PolicyName: string) => ({ PolicyName, PolicyDocument: policyIn(allow("*")) });
    expect(refusal(b, "CreatePolicy", named("mine"))).toBe("FailedOperation.PolicyNameInUse");
    expect(refusal(b, "CreatePolicy", named("AdministratorAccess"))).toBe("FailedOperation.PolicyNameInUse");
    expect(refusal(b, "CreatePolicy", named("a/b"))).toBe("InvalidParameter.PolicyNameError");
    makePolicy(b, "other");
    expect(refusal(b, "UpdatePolicy", { PolicyId, PolicyName: "other" })).toBe("FailedOperation.PolicyNameInUse");
    expect(refusal(b, "UpdatePolicy", { PolicyId: 1 })).toBe("ResourceNotFound.PolicyIdNotFound");
    expect(refusal(b, "DeletePolicy", { PolicyId: [PolicyId, 1] })).toBe("InvalidParameter.PolicyIdNotExist");
    expect(of(b, "GetPolicy", { PolicyId })).toMatchObject({ PolicyName: "mine" });
  });
});

describe("a policy document is refused", () => {
  const good = allow(["name/cos:GetObject"], ["qcs::cos:ap-guangzhou:uid/1250000001:state-1250000001/*"]);
  const without = (member: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== member));
  it.each<[string, string | StatementJson]>([
    ["PolicyDocumentError", "{"],
    ["PolicyDocumentError", "[]"],
    ["VersionError", JSON.stringify({ version: "1.0", statement: [good] })],
    ["StatementError", policyIn()],
    ["StatementError", { ...good, Action: "*" }],
    ["EffectError", { ...good, effect: "Allow" }],
    ["ActionMiss", without("action")],
    ["ActionError", { ...good, action: "cvm" }],
    ["ActionError", { ...good, action: [1] }],
    ["ResourceError", without("resource")],
    ["ResourceQcsError", { ...good, resource: "qcs::cvm:ap-guangzhou" }],
    ["PrincipalError", { ...good, principal: { service: "scf.qcloud.com" } }],
    ["ConditionError", { ...good, condition: "x" }],
    ["ConditionContentError", { ...good, condition: { string_equal: {} } }],
    ["PolicyDocumentLengthOverLimit", allow(Array.from({ length: 600 }, () => "cvm:DescribeImages"))],
  ])("with InvalidParameter.%s: %j", (code, document) => {
    const PolicyDocument = typeof document === "string" ? document : policyIn(document);
    expect(refusal(bench(), "CreatePolicy", { PolicyName: "p", PolicyDocument })).toBe(`InvalidParameter.${code}`);
  });

  it.each<[string, string]>([
    ["ParamError", "no JSON"],
    ["PrincipalError", policyIn({ effect: "allow", action: "name/sts:AssumeRole" })],
    ["PrincipalError", trustIn({})],
    ["PrincipalServiceNotExist", trustIn({ service: ["scf.example.com"] })],
    ["PrincipalQcsError", trustIn({ qcs: ["100000000001"] })],
    ["ActionError", policyIn({ effect: "allow", action: "cvm:*", principal: { service: "scf.qcloud.com" } })],
  ])("with InvalidParameter.%s as the trust of a role", (code, PolicyDocument) => {
    const b = bench();
    expect(refusal(b, "CreateRole", { RoleName: "r", PolicyDocument })).toBe(`InvalidParameter.${code}`);
    makeRole(b, "r");
    expect(refusal(b, "UpdateAssumeRolePolicy", { RoleName: "r", PolicyDocument })).toBe(`InvalidParameter.${code}`);
  });
});

it("an exported world has roles, policies, sessions, tags and secrets", () => {
  const b = bench();
  makeRole(b, "runner", { policies: [policyIn(allow("*"))] });
  b.world.secrets.set("k", "a secret");
  b.world.resourceTags.set("r", new Map([["a", "b"]]));
  const copy = bench();
  importWorld(copy.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
  expect(of(copy, "ListAttachedRolePolicies", { RoleName: "runner", Page: 1, Rp: 20 })).toMatchObject({ TotalNum: 1 });
  expect([copy.world.secrets, copy.world.resourceTags]).toEqual([b.world.secrets, b.world.resourceTags]);
});

it("all fourteen actions of the model are there", () => {
  expect(ACTIONS.filter(({ service }) => service === "cam")).toHaveLength(14);
});
