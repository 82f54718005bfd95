// Removes what a deployment made, and never the state or the logs unless told.
import { DeployError } from "./call.ts";
import { baseName, type Deployment, functionName, stageProblem } from "./deployment.ts";
import { EVENTS_REGION, removeRules } from "./resources/event-rule.ts";
import { foreignFunctions, settled, shownFunction } from "./resources/function-settings.ts";
import { hasLogset, removeLogs } from "./resources/logs.ts";
import { regionOfRole, removeRole } from "./resources/role.ts";
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
  /** Whether the role and the state must stay, because functions of this stage in another region may use them. */
  readonly isElsewhere: boolean;
  /** The functions that exist. */
  readonly found: readonly string[];
}

/** Removes the rules, before the functions that are their targets. Warns if there is no function of this stage. */
export async function beforeFunctions(deployment: Deployment, names: readonly string[]): Promise<Before> {
  const problems = [...stageProblem(deployment.stage), ...(await foreignFunctions(deployment, names))];
  if (problems.length > 0) throw new DeployError(problems.join("\n"));
  const found: string[] = [];
  for (const name of names) if (await shownFunction(deployment, name)) found.push(name);
  if (found.length === 0) {
    const { stage, region } = deployment;
    deployment.warn(
      `there is no function of stage ${stage} in ${region}; if that is unexpected, check --stage and TENCENTCLOUD_REGION`,
    );
  }
  const isElsewhere = await isStageElsewhere(deployment, names);
  if (deployment.region === EVENTS_REGION) await removeRules(deployment);
  for (const name of names) await settled(deployment, name).catch(() => {});
  return { isElsewhere, found };
}

/**
 * Whether the stage is, or may be, deployed elsewhere: TENCENTCLOUD_REGION may be forgotten, and image-created may be
 * where events arrive and the other functions elsewhere. Their role tells the region. Without a role of ours, a whole
 * deployment is here if one of the others is, or the logset, which is removed last.
 */
async function isStageElsewhere(deployment: Deployment, names: readonly string[]): Promise<boolean> {
  const exists = async (name: string, region: string) => !!(await shownFunction({ ...deployment, region }, name));
  const { region } = deployment;
  if (region !== EVENTS_REGION && (await exists("image-created", EVENTS_REGION))) return true;
  const regionOfAll = await regionOfRole(deployment);
  if (regionOfAll !== undefined) return regionOfAll !== region;
  for (const name of names) if (name !== "image-created" && (await exists(name, region))) return false;
  return !(await hasLogset(deployment));
}

/** Removes the rest after the functions. Throws `DeployError` with all that is left. */
export async function afterFunctions(
  deployment: Deployment,
  names: readonly string[],
  { hasOwnRole, withState, withLogs, isElsewhere, found }: Extent & Before,
  failures: readonly string[],
): Promise<void> {
  const left: string[] = [...failures];
  for (const name of names) {
    const full = functionName(deployment, name);
    if (await shownFunction(deployment, name)) left.push(`function ${full} is still there`);
    else if (found.includes(name)) deployment.report("removed", `function ${full}`);
  }
  const hasFunctions = left.length > 0;
  const steps: (readonly [() => boolean, (deployment: Deployment) => Promise<void>])[] = [
    // Functions that are left still need their role.
    [() => !hasOwnRole && !isElsewhere && !hasFunctions, removeRole],
    [() => withState && !isElsewhere && !hasFunctions, removeState],
    // Last: the logset shows that the deployment was here if the removal is repeated.
    [() => withLogs && left.length === 0, removeLogs],
  ];
  for (const [isWanted, step] of steps) {
    if (!isWanted()) continue;
    await step(deployment).catch((error: unknown) => {
      if (!(error instanceof DeployError)) throw error;
      left.push(error.message);
    });
  }
  if (left.length > 0)
    throw new DeployError(`not everything is removed:\n${left.join("\n")}\nrun the same command again`);
  if (isElsewhere) {
    const { region, stage } = deployment;
    const kept = [...(hasOwnRole ? [] : [`the role ${baseName(deployment)}`]), ...(withState ? ["the state"] : [])];
    deployment.warn(
      `only what stage ${stage} had in ${region} was removed: it is, or may be, deployed in another region` +
        `${kept.length > 0 ? `, so ${kept.join(" and ")} stay` : ""}. To remove that as well, set TENCENTCLOUD_REGION to it`,
    );
  }
}

/** What stays after a removal, and how to delete it, as lines for the user. */
export function whatStays(
  deployment: Deployment,
  { withState, withLogs, isElsewhere }: Extent & { readonly isElsewhere: boolean },
): string[] {
  const { region, account } = deployment;
  const code = `sls-cloudfunction-${region}-${account.appId}`;
  return [
    ...(withState && !isElsewhere
      ? []
      : [`kept the state ${stateBucket(deployment)}/${deployment.stage} (remove --with-state deletes it)`]),
    ...(withLogs
      ? []
      : [`kept the logset ${baseName(deployment)}: journal and output (remove --with-logs deletes it)`]),
    `kept the bucket ${code} with the uploaded packages: delete it in the COS console if no other service uses it`,
    "kept every image and every copy",
  ];
}
