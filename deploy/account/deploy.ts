// A deployment apart from the functions themselves: what is made before them, and what after.
import { readFileSync } from "node:fs";
import { parseCosUrl } from "../../lib/adapters/state/cos/place.ts";
import { DeployError } from "./call.ts";
import { baseName, type Deployment, type Needs } from "./deployment.ts";
import { refuseUnknownInstallations } from "./installations.ts";
import { EVENTS_REGION, ensureRules, foreignRules, withoutEvents } from "./resources/event-rule.ts";
import { ensureFunctionSettings, foreignFunctions, settled } from "./resources/function-settings.ts";
import { ensureLogs, findLogs, foreignLogset, type Logs } from "./resources/logs.ts";
import { documentsFor, POLICY_ENDINGS } from "./resources/policies.ts";
import { elsewhere, ensurePolicies, ensureRole, foreignRole, regionOfRole } from "./resources/role.ts";
import { defaultStateUrl, ensureStateBucket, hasState, regionOfBucket, stateBucket } from "./resources/state-bucket.ts";

/** What the user has set for the functions. Empty and absent are the same. */
export interface Given {
  /** A role of the user's own, which is left as it is. */
  readonly role?: string | undefined;
  readonly stateUrl?: string | undefined;
  readonly installation?: string | undefined;
  /** A topic of the user's own for the journal, and its region. */
  readonly topicId?: string | undefined;
  readonly topicRegion?: string | undefined;
  /** `NAME:VERSION` of the secret with the password of the state's database. */
  readonly passwordSecret?: string | undefined;
}

/** What the functions are made with. */
export interface Prepared {
  readonly role: string;
  /** Whether the role was made now; SCF may need a moment until it sees it. */
  readonly isRoleNew: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly logs: Logs | undefined;
}

const readTemplate = (name: string) => readFileSync(new URL(`../cam/${name}.json`, import.meta.url), "utf8");

/** What is deployed, and with which environment the account is looked into. */
export interface Order {
  readonly given: Given;
  readonly needs: Needs;
  /** The names of the functions in serverless.yml. */
  readonly names: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Makes what the functions need. Throws `DeployError`, before anything is made if it can. */
export async function prepare(deployment: Deployment, { given, needs, names, env }: Order): Promise<Prepared> {
  const hasEvents = deployment.region === EVENTS_REGION;
  const problems = [
    ...(given.role ? [] : await foreignRole(deployment, POLICY_ENDINGS)),
    ...(await foreignLogset(deployment)),
    ...(await foreignFunctions(deployment, names)),
    ...(hasEvents ? await foreignRules(deployment) : []),
  ];
  if (problems.length > 0) throw new DeployError(problems.join("\n"));
  if (!given.installation && (await isStateNew(deployment, given.stateUrl)))
    await refuseUnknownInstallations(needs, env, deployment);
  for (const name of names) await settled(deployment, name);

  const isRoleNew = given.role ? false : (await ensureRole(deployment, trust())).isNew;
  const stateUrl = given.stateUrl || defaultStateUrl(deployment, (await ensureStateBucket(deployment)).region);
  const logs = await ensureLogs(deployment, !given.topicId);
  const journal = journalOf(deployment, given, logs);
  if (!given.role) {
    const secret = given.passwordSecret?.split(":")[0];
    const place = /^cos:/.test(stateUrl) ? parseCosUrl(stateUrl, deployment.region) : undefined;
    const documents = documentsFor(
      {
        policies: needs.policies,
        ...(place && { bucket: { name: place.bucket, prefix: place.prefix, region: place.region } }),
        ...(journal && { journal }),
        ...(secret && { secret: { name: secret, region: deployment.region } }),
      },
      deployment,
      readTemplate,
    );
    await ensurePolicies(deployment, documents);
  }
  return { role: given.role || baseName(deployment), isRoleNew, variables: variablesOf(stateUrl, journal), logs };
}

const trust = (): object => JSON.parse(readTemplate("role-trust")) as object;

/**
 * What one function is made with, of a deployment that exists: nothing is made for it. Throws `DeployError`, e.g. if
 * there is no state.
 */
export async function prepareOne(deployment: Deployment, given: Given, name: string): Promise<Prepared> {
  const takesEvents = name === "image-created" && deployment.region === EVENTS_REGION;
  const regionOfAll = await regionOfRole(deployment);
  const problems = [
    ...(takesEvents ? [] : elsewhere(deployment, regionOfAll)),
    ...(await foreignFunctions(deployment, [name])),
    ...(takesEvents ? await foreignRules(deployment) : []),
  ];
  if (problems.length > 0) throw new DeployError(problems.join("\n"));
  const found = given.stateUrl ? undefined : await regionOfBucket(deployment, stateBucket(deployment));
  if (!given.stateUrl && found === undefined) {
    throw new DeployError(
      `there is no deployment of stage ${deployment.stage} yet: the state bucket ${stateBucket(deployment)} does not ` +
        "exist; run: npx serverless deploy",
    );
  }
  await settled(deployment, name);
  const stateUrl = given.stateUrl || defaultStateUrl(deployment, found ?? deployment.region);
  const logs = await findLogs(deployment);
  const variables = variablesOf(stateUrl, journalOf(deployment, given, logs));
  return { role: given.role || baseName(deployment), isRoleNew: false, variables, logs };
}

function journalOf({ region }: Deployment, { topicId, topicRegion }: Given, logs: Logs | undefined) {
  if (topicId) return { topicId, region: topicRegion || region };
  return logs?.journal === undefined ? undefined : { topicId: logs.journal, region };
}

const variablesOf = (stateUrl: string, journal: { topicId: string; region: string } | undefined) => ({
  STATE_URL: stateUrl,
  ...(journal && { CLS_TOPIC_ID: journal.topicId, CLS_REGION: journal.region }),
});

/** Whether functions with this state would begin with nothing. A database is not looked into: it may be out of reach. */
async function isStateNew(deployment: Deployment, stateUrl: string | undefined): Promise<boolean> {
  if (stateUrl && !/^cos:/.test(stateUrl)) return false;
  const place = stateUrl
    ? parseCosUrl(stateUrl, deployment.region)
    : { bucket: stateBucket(deployment), prefix: deployment.stage, region: deployment.region };
  const region = stateUrl ? place.region : await regionOfBucket(deployment, place.bucket);
  return region === undefined || !(await hasState(deployment, place.bucket, region, place.prefix));
}

/** Sets what the stock plugin leaves out, of functions that exist, and brings the events to image-created. */
export async function complete(
  deployment: Deployment,
  functions: Readonly<Record<string, { readonly description: string }>>,
  logs: Logs | undefined,
): Promise<void> {
  for (const [name, { description }] of Object.entries(functions))
    await ensureFunctionSettings(deployment, name, { description, logs });
  if (!("image-created" in functions)) return;
  if (deployment.region === EVENTS_REGION) await ensureRules(deployment);
  else deployment.warn(withoutEvents(deployment));
}
