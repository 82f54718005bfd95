// Removes what a deployment made, and never the state or the logs unless told.
import { DeployError } from "./call.ts";
import { baseName, type Deployment, functionName } from "./deployment.ts";
import { EVENTS_REGION, removeRules } from "./resources/event-rule.ts";
import { foreignFunctions, settled, shownFunction } from "./resources/function-settings.ts";
import { findLogs, removeLogs } from "./resources/logs.ts";
import { removeRole } from "./resources/role.ts";
import { removeState, stateBucket } from "./resources/state-bucket.ts";

/** What to remove besides the functions, their rules and their role. */
export interface Extent {
  /** Whether the user has a role of his own, which is left as it is. */
  readonly hasOwnRole: boolean;
  readonly withState: boolean;
  readonly withLogs: boolean;
}

/** What was there before the functions were removed. */
export interface Before {
  /** Whether the role must stay. */
  readonly keepsRole: boolean;
  /** The functions that exist. */
  readonly found: readonly string[];
}

/** Removes the rules, before the functions that are their targets. Warns if there is no function of this stage. */
export async function beforeFunctions(deployment: Deployment, names: readonly string[]): Promise<Before> {
  const problems = await foreignFunctions(deployment, names);
  if (problems.length > 0) throw new DeployError(problems.join("\n"));
  const found: string[] = [];
  for (const name of names) if (await shownFunction(deployment, name)) found.push(name);
  if (found.length === 0) {
    const { stage, region } = deployment;
    deployment.warn(
      `there is no function of stage ${stage} in ${region}; if that is unexpected, check --stage and TENCENTCLOUD_REGION`,
    );
  }
  const keepsRole = await isRoleNeededElsewhere(deployment, names);
  if (deployment.region === EVENTS_REGION) await removeRules(deployment);
  for (const name of names) await settled(deployment, name).catch(() => {});
  return { keepsRole, found };
}

/**
 * image-created may be where events arrive, and the other functions elsewhere; all have one role. Then it is alone
 * there and has no logset, other than what is left of a whole deployment whose removal was broken off.
 */
async function isRoleNeededElsewhere(deployment: Deployment, names: readonly string[]): Promise<boolean> {
  const exists = async (name: string, region: string) => !!(await shownFunction({ ...deployment, region }, name));
  if (deployment.region !== EVENTS_REGION) return await exists("image-created", EVENTS_REGION);
  if (!(await exists("image-created", deployment.region))) return false;
  for (const name of names) if (name !== "image-created" && (await exists(name, deployment.region))) return false;
  return (await findLogs(deployment)) === undefined;
}

/** Removes the rest after the functions. Throws `DeployError` with all that is left. */
export async function afterFunctions(
  deployment: Deployment,
  names: readonly string[],
  { hasOwnRole, withState, withLogs, keepsRole, found }: Extent & Before,
  failures: readonly string[],
): Promise<void> {
  const left: string[] = [...failures];
  for (const name of names) {
    const full = functionName(deployment, name);
    if (await shownFunction(deployment, name)) left.push(`function ${full} is still there`);
    else if (found.includes(name)) deployment.report("removed", `function ${full}`);
  }
  const steps: (readonly [boolean, (deployment: Deployment) => Promise<void>])[] = [
    // Functions that are left still need their role.
    [!hasOwnRole && !keepsRole && left.length === 0, removeRole],
    [withLogs && left.length === 0, removeLogs],
    [withState && left.length === 0, removeState],
  ];
  for (const [isWanted, step] of steps) {
    if (!isWanted) continue;
    await step(deployment).catch((error: unknown) => {
      if (!(error instanceof DeployError)) throw error;
      left.push(error.message);
    });
  }
  if (left.length > 0)
    throw new DeployError(`not everything is removed:\n${left.join("\n")}\nrun the same command again`);
  if (keepsRole) {
    deployment.warn(
      `the role ${baseName(deployment)} stays, because functions of this stage in another region have it; remove ` +
        "them as well, with TENCENTCLOUD_REGION set to it",
    );
  }
}

/** What stays after a removal, and how to delete it, as lines for the user. */
export function whatStays(deployment: Deployment, { withState, withLogs }: Extent): string[] {
  const { region, account } = deployment;
  const code = `sls-cloudfunction-${region}-${account.appId}`;
  return [
    ...(withState
      ? []
      : [`kept the state ${stateBucket(deployment)}/${deployment.stage} (remove --with-state deletes it)`]),
    ...(withLogs
      ? []
      : [`kept the logset ${baseName(deployment)}: journal and output (remove --with-logs deletes it)`]),
    `kept the bucket ${code} with the uploaded packages: delete it in the COS console if no other service uses it`,
    "kept every image and every copy",
  ];
}
