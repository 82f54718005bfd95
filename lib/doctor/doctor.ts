// The doctor: runs all checks side by side, and answers them in one order.

import { finding } from "../model/messages/doctor.ts";
import { type Check, check, notChecked } from "./check.ts";
import { clockCheck, credentialsChecks, type PolicyFile, settingsChecks } from "./checks/account.ts";
import { deployingKeyChecks } from "./checks/deploying-key.ts";
import { eventChecks } from "./checks/events.ts";
import { functionChecks } from "./checks/functions.ts";
import { logChecks } from "./checks/logs.ts";
import { permissionChecks } from "./checks/permissions.ts";
import { regionChecks } from "./checks/regions.ts";
import { roleChecks } from "./checks/role.ts";
import { sharedStateChecks, stateChecks } from "./checks/state.ts";
import { timerChecks } from "./checks/timer.ts";
import { type DeployedFunction, type Facts, factsOf, type Given } from "./facts.ts";
import { failed, textOf } from "./failures.ts";
import type { Caller, Inspection } from "./inspection.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** Some checks that belong together; each group runs beside the others. */
interface Group {
  readonly name: string;
  readonly checks: (facts: Facts) => Promise<Check[]>;
}

const EXAMINATION: readonly Group[] = [
  { name: "regions", checks: regionChecks },
  { name: "permissions", checks: permissionChecks },
  { name: "state", checks: stateChecks },
  { name: "deployment", checks: deploymentChecks },
];

const BEFORE_DEPLOYMENT: readonly Group[] = [
  { name: "deploying key", checks: deployingKeyChecks },
  { name: "regions", checks: regionChecks },
];

/** What is examined. */
export interface Request extends Omit<Given, "policies"> {
  readonly policyFile: PolicyFile;
  /** Whether the key and the settings of a deployment are examined, and not what is deployed. */
  readonly beforeDeployment: boolean;
}

/** Examines everything. `onProgress` hears which groups are not done yet. Changes nothing, and throws nothing that a reading threw. */
export async function examine(
  { policyFile, beforeDeployment, ...given }: Request,
  inspection: Inspection,
  onProgress: (open: readonly string[]) => void = () => {},
): Promise<readonly Check[]> {
  const { result } = policyFile;
  const policies = typeof result === "object" && "policies" in result ? result.policies : [];
  const settings = settingsChecks(policyFile);
  onProgress(["credentials", "clock"]);
  const [source, clock] = await Promise.all([
    outcomeOf(inspection, inspection.credentialSource),
    outcomeOf(inspection, inspection.clockOffset),
  ]);
  const caller: Outcome<Caller> = source.ok ? await outcomeOf(inspection, inspection.caller) : source;
  const first = [...settings, ...credentialsChecks(source, caller), clockCheck(clock)];
  const groups = beforeDeployment ? BEFORE_DEPLOYMENT : EXAMINATION;
  if (!caller.ok) {
    return [...first, ...groups.map(({ name }) => notChecked(name, finding("no-account")))];
  }
  const facts = factsOf({ ...given, policies }, inspection, caller.value);
  const open = new Set(groups.map(({ name }) => name));
  onProgress([...open]);
  const results = await Promise.all(
    groups.map(async ({ name, checks }) => {
      // A check that fails in an unforeseen way must not hide the others.
      const done = await checks(facts).catch((error: unknown) => [check(name, finding("not-readable", textOf(error)))]);
      open.delete(name);
      onProgress([...open]);
      return done;
    }),
  );
  return [...first, ...results.flat()];
}

/** Everything that a deployment has; one line if there is none. */
async function deploymentChecks(facts: Facts): Promise<Check[]> {
  const functions = await facts.functions();
  const deployed = functions.ok ? functions.value : [];
  if (deployed.length > 0) return await checksOf(facts, deployed);
  const rest = await Promise.all([facts.config.log === undefined ? [] : logChecks(facts, []), timerChecks(facts, [])]);
  return [withoutFunctions(facts, functions), ...rest.flat()];
}

function withoutFunctions(facts: Facts, functions: Awaited<ReturnType<Facts["functions"]>>): Check {
  const subject = "deployment";
  if (functions.ok) {
    return notChecked(subject, finding("no-functions", { name: facts.fullName("poll-copies"), region: facts.home }));
  }
  return failed(subject, functions.error, "scf");
}

async function checksOf(facts: Facts, functions: readonly DeployedFunction[]): Promise<Check[]> {
  const groups = await Promise.all([
    functionChecks(facts, functions),
    roleChecks(facts, functions),
    eventChecks(facts),
    logChecks(facts, functions),
    timerChecks(facts, functions),
  ]);
  const [ofFunctions, ...others] = groups;
  return [...ofFunctions, ...sharedStateChecks(facts, functions), ...others.flat()];
}
