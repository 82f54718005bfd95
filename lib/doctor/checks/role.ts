// Checks of the role of the functions: whom it trusts, and what its policies allow.
import { finding } from "../../model/messages/doctor.ts";
import { permissionIn, trusts } from "../cam/evaluate.ts";
import { BUCKET_ACTIONS, type Need, needsOf } from "../cam/needs.ts";
import { type Check, check, notChecked } from "../check.ts";
import { type DeployedFunction, type Facts, variableOf } from "../facts.ts";
import { failed } from "../failures.ts";
import { fieldsAt, listAt, numberAt, textAt } from "../fields.ts";

/** The largest page of ListAttachedRolePolicies (cam 2019-01-16), and the most policies that a role may have. */
const PAGE = 200;

/** The documents of the policies of a role. Throws `CloudError`. */
export async function documentsOfRole(
  { inspection: { read } }: Pick<Facts, "inspection">,
  role: { readonly RoleName?: string | undefined; readonly RoleId?: string | undefined },
): Promise<string[]> {
  const params = { ...role, Page: 1, Rp: PAGE };
  const ids = await read({ service: "cam", action: "ListAttachedRolePolicies", params }, (answer) =>
    listAt(answer, "List").map((policy) => numberAt(policy, "PolicyId")),
  );
  return await Promise.all(
    ids.map((PolicyId) =>
      read({ service: "cam", action: "GetPolicy", params: { PolicyId } }, (answer) => textAt(answer, "PolicyDocument")),
    ),
  );
}

/** The checks of the roles of the functions, of which there should be one. */
export async function roleChecks(facts: Facts, functions: readonly DeployedFunction[]): Promise<Check[]> {
  const roles = [...new Set(functions.map(({ role }) => role).filter((role) => role !== ""))];
  return (await Promise.all(roles.map((role) => checksOf(facts, functions, role)))).flat();
}

async function checksOf(facts: Facts, functions: readonly DeployedFunction[], role: string): Promise<Check[]> {
  const subject = `role ${role}`;
  const reading = { service: "cam", action: "GetRole", params: { RoleName: role } } as const;
  const [trust, documents] = await Promise.all([
    facts.read(reading, (answer) => textAt(fieldsAt(answer, "RoleInfo"), "PolicyDocument")),
    facts.attempt(() => documentsOfRole(facts, { RoleName: role })),
  ]);
  if (!trust.ok) {
    const { code } = trust.error as { code?: string };
    if (code === "InvalidParameter.RoleNotExist") return [check(subject, finding("role-absent"))];
    return [failed(subject, trust.error, "cam")];
  }
  const untrusting = trusts(trust.value, "scf.qcloud.com") ? [] : [check(subject, finding("role-trusts-no-scf"))];
  if (!documents.ok) return [...untrusting, failed(subject, documents.error, "cam")];
  const judged = judge(needsOfFunctions(facts, functions), documents.value);
  const missing = judged.refused.map(({ action, purpose, weight }) => {
    const params = { action, purpose, who: "role" } as const;
    return check(subject, finding(weight === "needed" ? "permission-missing" : "permission-useful", params));
  });
  const { limited } = judged;
  const unclear =
    limited.length > 0
      ? [notChecked(subject, finding("role-limited", { actions: limited.map((one) => one.action) }))]
      : [];
  const all = [...untrusting, ...missing, ...unclear];
  return all.length > 0 ? all : [check(subject, finding("role-suffices", { actions: judged.allowed.length }))];
}

interface ResourceNeed extends Need {
  readonly resource: string;
  /** Another name of the action, if the true one is not verified. */
  readonly orAction?: string;
}

function needsOfFunctions(facts: Facts, functions: readonly DeployedFunction[]): readonly ResourceNeed[] {
  const needs = needsOf(facts.policies).map((one): ResourceNeed => ({ ...one, resource: "*" }));
  const stateUrl = variableOf(functions, "STATE_URL") ?? "";
  return [
    ...needs,
    ...bucketNeeds(stateUrl, facts),
    ...journalNeeds(functions, facts),
    ...secretNeeds(functions, facts),
  ];
}

/** What a state `cos://BUCKET-APPID/PREFIX?region=REGION` needs. */
function bucketNeeds(stateUrl: string, { home, account }: Facts): ResourceNeed[] {
  const [, bucket, appId, prefix = "", query = ""] =
    /^cos:\/\/([^/?]*-(\d+))\/?([^?]*)(?:\?(.*))?$/.exec(stateUrl) ?? [];
  if (bucket === undefined) return [];
  const region = new URLSearchParams(query).get("region") ?? home;
  const resource = (path: string) => `qcs::cos:${region}:uid/${appId}:${bucket}/${path}`;
  const folder = prefix.replace(/\/+$/, "");
  const object = resource(`${folder}${folder === "" ? "" : "/"}${account}/epoch`);
  const need = (action: string, at: string): ResourceNeed => ({
    action,
    purpose: "state",
    weight: "needed",
    resource: at,
  });
  return [
    ...BUCKET_ACTIONS.objects.map((action) => need(action, object)),
    ...BUCKET_ACTIONS.bucket.map((action) => need(action, resource(""))),
  ];
}

/** The writing of the journal. By which of two names CAM knows the action is not verified. */
function journalNeeds(functions: readonly DeployedFunction[], { home, account }: Facts): ResourceNeed[] {
  const topic = variableOf(functions, "CLS_TOPIC_ID");
  if (topic === undefined) return [];
  const region = variableOf(functions, "CLS_REGION") ?? home;
  const resource = `qcs::cls:${region}:uin/${account}:topic/${topic}`;
  return [{ action: "cls:UploadLog", orAction: "cls:pushLog", purpose: "journal", weight: "needed", resource }];
}

/** The reading of the password of a database: STATE_PASSWORD_SECRET is NAME:VERSION, the resource that of deploy/cam/state-password.json. */
function secretNeeds(functions: readonly DeployedFunction[], { home, account }: Facts): ResourceNeed[] {
  const [name] = (variableOf(functions, "STATE_PASSWORD_SECRET") ?? "").split(":");
  if (!name) return [];
  const resource = `qcs::ssm:${home}:uin/${account}:secret/creatorUin/${account}/${name}`;
  return [{ action: "ssm:GetSecretValue", purpose: "secret", weight: "needed", resource }];
}

function judge(needs: readonly ResourceNeed[], documents: readonly string[]) {
  const judged = needs.map((one) => {
    const names = [one.action, ...(one.orAction === undefined ? [] : [one.orAction])];
    const permissions = names.map((name) => permissionIn(documents, name, one.resource));
    // With one of two possible names only a run shows whether it is the right one.
    const [permission = "refused"] = permissions;
    const best = permissions.every((other) => other === permission) ? permission : "limited";
    return { ...one, permission: best };
  });
  const of = (permission: string) => judged.filter((one) => one.permission === permission);
  return { allowed: of("allowed"), refused: of("refused"), limited: of("limited") };
}
