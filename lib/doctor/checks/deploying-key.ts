// Checks before a deployment: what the deploying key may do in each service, and the settings of the deployment.
import { CloudError } from "../../model/errors.ts";
import { finding } from "../../model/messages/doctor.ts";
import { DEPLOYING_ACTIONS, DEPLOYING_WRITES } from "../cam/deploying-actions.ts";
import { permissionIn } from "../cam/evaluate.ts";
import { type Check, check, notChecked } from "../check.ts";
import { EVENT_REGION, type Facts } from "../facts.ts";
import { failed, isRefusal, isSilence } from "../failures.ts";
import { type Fields, listAt, textAt } from "../fields.ts";
import type { Reading } from "../inspection.ts";
import { documentsOfRole } from "./role.ts";

type DeployService = "cam" | "cls" | "eb" | "scf" | "tag";

interface Access {
  readonly service: DeployService;
  /** A read that the deployment makes too. */
  readonly reading: Reading;
  /** Whether the answer shows that the service works for this account. */
  readonly isEnabled?: (answer: Fields) => boolean;
}

const access = (
  service: DeployService,
  action: string,
  { region, params = {}, ...rest }: Pick<Reading, "region" | "params"> & Pick<Access, "isEnabled">,
): Access => ({ service, reading: { service, action, params, ...(region !== undefined && { region }) }, ...rest });

/** One read of each service; COS has none that tells a missing permission from a missing bucket. */
const accesses = (home: string): readonly Access[] => [
  access("scf", "ListFunctions", { region: home, params: { Limit: 1 } }),
  access("cam", "ListPolicies", { params: { Rp: 1, Page: 1 } }),
  access("cls", "DescribeLogsets", { region: home, params: { Limit: 1 } }),
  access("eb", "ListEventBuses", {
    region: EVENT_REGION,
    params: { Limit: 100 },
    isEnabled: (answer) => listAt(answer, "EventBuses").some((bus) => textAt(bus, "Type") === "Cloud"),
  }),
  access("tag", "DescribeResourceTagsByResourceIds", {
    params: { ServiceType: "scf", ResourcePrefix: "lam", ResourceRegion: home, ResourceIds: ["lam-00000000"] },
  }),
];

/** One line for the settings of a deployment, one for each service, and one for what no read shows. */
export async function deployingKeyChecks(facts: Facts): Promise<Check[]> {
  const { caller } = facts;
  const all = accesses(facts.home);
  const [read, documents] = await Promise.all([
    Promise.all(all.map((one) => accessCheck(facts, one))),
    caller.roleId === undefined ? undefined : facts.attempt(() => documentsOfRole(facts, { RoleId: caller.roleId })),
  ]);
  return [...settingsChecks(facts), ...read, ...writeChecks(facts, documents?.ok ? documents.value : undefined)];
}

async function accessCheck(facts: Facts, { service, reading, isEnabled }: Access): Promise<Check> {
  const subject = `${service} access`;
  const action = `${service}:${reading.action}`;
  const outcome = await facts.read(reading, (answer) => isEnabled?.(answer) ?? true);
  if (outcome.ok) {
    if (!outcome.value) return check(subject, finding("no-default-bus", { region: EVENT_REGION }));
    return check(subject, finding("may-read", { action }));
  }
  const { error } = outcome;
  if (isRefusal(error)) return check(subject, finding("key-lacks", { actions: [action] }));
  const judged = failed(subject, error, service);
  if (judged.code !== "not-readable" || isSilence(error)) return judged;
  return check(subject, finding("may-probably-read", { action, code: (error as CloudError).code }));
}

function writeChecks({ caller }: Facts, documents: readonly string[] | undefined): Check[] {
  const subject = "all actions";
  if (caller.kind === "account") return [check(subject, finding("account-may-all", { account: caller.account }))];
  if (!documents) return [notChecked(subject, finding("writes-unknown", { actions: DEPLOYING_WRITES }))];
  const of = (permission: string) =>
    DEPLOYING_ACTIONS.filter((action) => permissionIn(documents, action, "*") === permission);
  const [refused, limited] = [of("refused"), of("limited")];
  const unclear = limited.length > 0 ? [notChecked(subject, finding("role-limited", { actions: limited }))] : [];
  if (refused.length > 0) return [check(subject, finding("key-lacks", { actions: refused })), ...unclear];
  return unclear.length > 0
    ? unclear
    : [check(subject, finding("writes-granted", { actions: DEPLOYING_ACTIONS.length }))];
}

const A_FILE = /^(sqlite|file):/i;
const A_PASSWORD = /^postgres(ql)?:\/\/[^/?#]*:[^/?#]*@/i;

/** The settings that a deployment takes from the environment. Without a STATE_URL it makes a bucket. */
function settingsChecks({ config: { stateUrl, installation }, hasStateUrl }: Facts): Check[] {
  const wrong: Check[] = [];
  if (hasStateUrl && A_FILE.test(stateUrl)) wrong.push(check("STATE_URL", finding("deploy-state-file")));
  if (hasStateUrl && A_PASSWORD.test(stateUrl)) wrong.push(check("STATE_URL", finding("deploy-password")));
  if (installation === undefined) wrong.push(check("REPLICATOR_INSTALLATION", finding("deploy-installation")));
  return wrong.length > 0 ? wrong : [check("settings", finding("deploy-settings"))];
}
