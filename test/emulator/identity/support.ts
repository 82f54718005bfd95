// Roles and policies for the tests of CAM, and a call of each of its actions.
import { expect } from "vitest";
import { issueRoleSession } from "../../../emulator/services/identity/sessions.ts";
import type { Session } from "../../../emulator/world/services/cam.ts";
import documented from "../../adapters/tencent/documented-codes.json" with { type: "json" };
import { type Bench, type CallOptions, MAIN } from "../support.ts";

export const HOUR = 3_600_000;

/** The code of a call that must fail, which must be one that the vendor documents for the action. */
export function documentedRefusal(b: Bench, action: string, params: object, options: CallOptions): string {
  const code = b.refusal(action, params, options);
  const known: Readonly<Record<string, readonly string[]>> = documented.actions;
  expect([...documented.common, ...(known[`${options.service}:${action}`] ?? [])]).toContain(code);
  return code;
}
const CAM = { service: "cam" };

/** A statement of a policy, as in its JSON. */
export type StatementJson = Readonly<Record<string, unknown>>;

/** The JSON text of a policy. */
export const policyIn = (...statement: readonly StatementJson[]) => JSON.stringify({ version: "2.0", statement });

/** A statement that allows actions, by default on all resources. */
export const allow = (action: readonly string[] | string, resource: readonly string[] | string = "*") => ({
  effect: "allow",
  action,
  resource,
});

/** The trust policy of a role, by default of functions. */
export const trustIn = (principal: StatementJson = { service: ["scf.qcloud.com"] }) =>
  policyIn({ effect: "allow", action: ["name/sts:AssumeRole"], principal });

/** Makes a role with its policies, each a JSON text, through the API. Returns its id. */
export function makeRole(
  b: Bench,
  name: string,
  { trust = trustIn(), policies = [] }: { trust?: string; policies?: readonly string[] } = {},
): string {
  const role = b.call("CreateRole", { RoleName: name, PolicyDocument: trust }, CAM) as unknown as { RoleId: string };
  for (const [index, PolicyDocument] of policies.entries()) {
    const PolicyId = makePolicy(b, `${name}-${index}`, PolicyDocument);
    b.call("AttachRolePolicy", { PolicyId, AttachRoleName: name }, CAM);
  }
  return role.RoleId;
}

/** Makes a policy through the API. Returns its id. */
export function makePolicy(b: Bench, PolicyName: string, PolicyDocument = policyIn(allow("*"))): number {
  return (b.call("CreatePolicy", { PolicyName, PolicyDocument }, CAM) as unknown as { PolicyId: number }).PolicyId;
}

/** Credentials, valid for an hour, of a new role with these statements as its policy, or without a policy. */
export function sessionWith(b: Bench, ...statements: readonly StatementJson[]): Session {
  const name = `role-${b.world.cam.roles.length}`;
  makeRole(b, name, { policies: statements.length > 0 ? [policyIn(...statements)] : [] });
  return issueRoleSession(b.world, MAIN.uin, name, HOUR);
}

/** A call of each action of CAM whose answer has no empty list. */
export const CAM_CALLS: Readonly<Record<string, (b: Bench) => object>> = {
  "cam.AttachRolePolicy": (b) => {
    makeRole(b, "runner");
    return { PolicyId: makePolicy(b, "reader"), AttachRoleName: "runner" };
  },
  "cam.CreatePolicy": () => ({ PolicyName: "reader", PolicyDocument: policyIn(allow("cvm:Describe*")) }),
  "cam.CreateRole": () => ({ RoleName: "runner", PolicyDocument: trustIn() }),
  "cam.DeletePolicy": (b) => ({ PolicyId: [makePolicy(b, "reader")] }),
  "cam.DeleteRole": (b) => ({ RoleId: makeRole(b, "runner") }),
  "cam.DescribeRoleList": (b) => {
    makeRole(b, "runner");
    return { Page: 1, Rp: 20 };
  },
  "cam.DetachRolePolicy": (b) => {
    makeRole(b, "runner", { policies: [policyIn(allow("*"))] });
    return { PolicyName: "runner-0", DetachRoleName: "runner" };
  },
  "cam.GetPolicy": (b) => {
    const given = { PolicyName: "reader", PolicyDocument: policyIn(allow("*")), Tags: [{ Key: "k", Value: "v" }] };
    return { PolicyId: (b.call("CreatePolicy", given, CAM) as unknown as { PolicyId: number }).PolicyId };
  },
  "cam.GetRole": (b) => ({ RoleId: makeRole(b, "runner") }),
  "cam.GetUserAppId": () => ({}),
  "cam.ListAttachedRolePolicies": (b) => {
    makeRole(b, "runner", { policies: [policyIn(allow("*"))] });
    return { Page: 1, Rp: 20, RoleName: "runner" };
  },
  "cam.ListPolicies": () => ({}),
  "cam.UpdateAssumeRolePolicy": (b) => {
    makeRole(b, "runner");
    return { RoleName: "runner", PolicyDocument: trustIn({ service: "cls.cloud.tencent.com" }) };
  },
  "cam.UpdatePolicy": (b) => ({ PolicyId: makePolicy(b, "reader"), PolicyName: "writer" }),
};
