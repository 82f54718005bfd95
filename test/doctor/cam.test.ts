// What the doctor reads from policies of CAM, and that its lists are those of deploy/cam.
import { describe, expect, it } from "vitest";
import { DEPLOYING_ACTIONS } from "../../lib/doctor/cam/deploying-actions.ts";
import { permissionIn, trusts } from "../../lib/doctor/cam/evaluate.ts";
import { BUCKET_ACTIONS, needsOf } from "../../lib/doctor/cam/needs.ts";
import { buildChecks } from "../../lib/doctor/checks/timer.ts";
import type { Run } from "../../lib/model/types.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { allowedBy, allowedForBucket, readCam } from "../support/permissions.ts";
import { POLICY } from "./deployment.ts";

const documents = (...statement: object[]) => [JSON.stringify({ version: "2.0", statement })];
const allow = (action: string | string[], resource: string | string[] = "*", more = {}) => ({
  ...{ effect: "allow", action, resource },
  ...more,
});
const OBJECT = "qcs::cos:ap-guangzhou:uid/125:state-125/dev/1/epoch";

describe("permissionIn", () => {
  it.each([
    ["an action by its name", documents(allow("cvm:SyncImages")), "allowed"],
    ["name/ before it", documents(allow("name/cvm:SyncImages")), "allowed"],
    ["a document that is percent-encoded", documents(allow("*")).map(encodeURIComponent), "allowed"],
    ["one that is badly encoded", ["%7B%"], "refused"],
    ["a star", documents(allow(["tag:*", "cvm:Sync*"])), "allowed"],
    ["everything", documents(allow("*")), "allowed"],
    ["another action", documents(allow("cvm:SyncImage")), "refused"],
    ["no policy", [], "refused"],
    ["a text that is no JSON", ["{"], "refused"],
    ["a deny", documents(allow("*"), { ...allow("cvm:SyncImages"), effect: "deny" }), "refused"],
    ["some images", documents(allow("cvm:SyncImages", "qcs::cvm:ap-guangzhou::image/*")), "limited"],
    ["a condition", documents(allow("cvm:SyncImages", "*", { condition: { ip_equal: {} } })), "limited"],
    [
      "a deny for some images",
      documents(allow("*"), { ...allow("cvm:*", "qcs::cvm:::image/img-1"), effect: "deny" }),
      "limited",
    ],
    ["one statement that is no list", [JSON.stringify({ version: "2.0", statement: allow("cvm:*") })], "allowed"],
  ])("%s", (_, policies, permission) => {
    expect(permissionIn(policies, "cvm:SyncImages", "*")).toBe(permission);
  });

  it.each([
    ["qcs::cos:ap-guangzhou:uid/125:state-125/dev/*", "allowed"],
    ["qcs::cos:::state-125/*", "allowed"],
    ["qcs::cos:ap-guangzhou:uid/125:state-125/prod/*", "refused"],
    ["qcs::cos:ap-shanghai:uid/125:state-125/*", "refused"],
  ])("an object, by the resource %s", (resource, permission) => {
    expect(permissionIn(documents(allow("name/cos:PutObject", resource)), "cos:PutObject", OBJECT)).toBe(permission);
  });
});

it("a trust policy names the service", () => {
  const document = JSON.stringify(readCam("role-trust"));
  expect(trusts(document, "scf.qcloud.com")).toBe(true);
  expect(trusts(document, "cvm.qcloud.com")).toBe(false);
});

it("the needed actions are those of deploy/cam", () => {
  const actions = (policy: string) => {
    const { policies } = parsePolicy(policy, "policy.yaml", 1000);
    // The account is found before anything else, and the page of STS lists no permission for it.
    return [...needsOf(policies).map(({ action }) => action), "sts:GetCallerIdentity"].sort();
  };
  expect(actions(POLICY)).toEqual(allowedBy("command", 1));
  const all = POLICY.replace("copy: {", 'prune: { delete: true }\n    copy: { shareWith: ["100000000002"],');
  expect(actions(all)).toEqual([...allowedBy("command"), ...allowedBy("delete-images")].sort());
  const ofBucket = [...BUCKET_ACTIONS.objects, ...BUCKET_ACTIONS.bucket].map((action) => `name/${action}`);
  expect(ofBucket.sort()).toEqual(allowedForBucket());
});

it("the actions of a deploying key are those of deploy/cam/deploying-key.json", () => {
  const granted = allowedBy("deploying-key").map((action) => action.replace(/^name\//, ""));
  expect([...DEPLOYING_ACTIONS].sort()).toEqual(granted.sort());
});

describe("the build", () => {
  const run = (trigger: string, startedAt: number, program?: string) =>
    ({ trigger, startedAt, endedAt: startedAt, ...(program && { program }) }) as Run;
  const codeOf = (runs: readonly Run[], own?: string) => buildChecks(runs, own)[0]?.code;

  it("is unknown without a run of the timer", () => expect(codeOf([run("apply", 1, "1")], "1")).toBe("build-unknown"));
  it("is the same", () => expect(codeOf([run("timer", 9, "1"), run("event", 8, "1")], "1")).toBe("build-same"));
  it("differs from the command's", () => expect(codeOf([run("timer", 9, "1")], "2")).toBe("build-differs"));
  it("differs between functions if a later event was handled by another one", () => {
    expect(codeOf([run("event", 9, "1"), run("timer", 8, "2"), run("timer", 2, "1")], "2")).toBe("builds-differ");
  });
  it("is the same again if the other build ran before the present one", () => {
    expect(codeOf([run("timer", 9, "2"), run("event", 3, "1"), run("timer", 2, "1")], "2")).toBe("build-same");
  });
  it("is not compared with sources", () => expect(codeOf([run("timer", 9, "1")])).toBe("build-of-sources"));
});
