// The settings of functions that the stock plugin does not send: logs, description, asynchronous calls.
import { DeployError, unlessAbsent } from "../call.ts";
import { type Deployment, foreign, functionName, hasTags, markOf, type Named } from "../deployment.ts";
import type { Logs } from "./logs.ts";

/**
 * How SCF treats asynchronous events of a function. A timer's event is worthless a minute later, and the next one
 * does its work; an event about an image is worth its time. UpdateFunctionEventInvokeConfig allows 60 to 86,400 s.
 */
const ASYNC: Readonly<Record<string, { readonly RetryNum: number; readonly MsgTTL: number }>> = {
  "poll-copies": { RetryNum: 0, MsgTTL: 60 },
  "image-created": { RetryNum: 2, MsgTTL: 21_600 },
};
/** Tries, one each second. */
const ACTIVE_TRIES = 90;
const BUSY = /^(Creating|Updating|Publishing)$/;

/** What GetFunction shows. */
interface Shown {
  readonly Status: string;
  readonly Description: string | null;
  readonly ClsLogsetId: string | null;
  readonly ClsTopicId: string | null;
  readonly Role: string | null;
  readonly Runtime: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: readonly { Key: string; Value: string }[] | null } | null;
  readonly VpcConfig: { readonly VpcId?: string; readonly SubnetId?: string } | null;
  readonly Tags: { Key: string; Value: string }[] | null;
}

/** The function with a name of ours, or undefined. */
export async function shownFunction({ call, region, ...of }: Deployment, name: string): Promise<Shown | undefined> {
  const params = { FunctionName: functionName(of, name), Namespace: "default", ShowCode: "FALSE" };
  return await unlessAbsent(
    call<Shown>("scf", "GetFunction", region, params),
    /^ResourceNotFound\.(Function|FunctionName)$/,
  );
}

/** The description of a function, whose end is our mark. */
export const describedFunction = (text: string, of: Named): string => `${text}. ${markOf(of)}`;

/**
 * The functions that have one of our names and were not made by us. The stock plugin tags a function only after it
 * has made it, so the description counts as well.
 */
export async function foreignFunctions(deployment: Deployment, names: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const name of names) {
    const shown = await shownFunction(deployment, name);
    if (shown && !shown.Description?.endsWith(markOf(deployment)) && !hasTags(shown.Tags, deployment))
      problems.push(foreign("the function", functionName(deployment, name), deployment));
  }
  return problems;
}

/** Sets what the stock plugin leaves out. The function must exist. */
export async function ensureFunctionSettings(
  deployment: Deployment,
  name: string,
  wanted: { readonly description: string; readonly logs: Logs | undefined },
): Promise<void> {
  const { call, region, report } = deployment;
  const FunctionName = functionName(deployment, name);
  const at = { FunctionName, Namespace: "default" };
  const shown = await active(deployment, name);
  const isAsyncRight = await ensureAsync(deployment, name);
  const { description, logs } = wanted;
  const cls = logs ? { ClsLogsetId: logs.logsetId, ClsTopicId: logs.functions } : {};
  const isRight =
    shown.Description === describedFunction(description, deployment) &&
    (!logs || (shown.ClsLogsetId === logs.logsetId && shown.ClsTopicId === logs.functions));
  if (!isRight) {
    const { Role, Runtime, MemorySize, Timeout, Environment, VpcConfig } = shown;
    // With all that the stock plugin has set, in case SCF takes what is left out for unset.
    await call("scf", "UpdateFunctionConfiguration", region, {
      ...at,
      Description: describedFunction(description, deployment),
      ...cls,
      ...{ Runtime, MemorySize, Timeout },
      ...(Role && { Role }),
      ...(Environment?.Variables && { Environment: { Variables: Environment.Variables } }),
      ...(VpcConfig?.VpcId && { VpcConfig: { VpcId: VpcConfig.VpcId, SubnetId: VpcConfig.SubnetId } }),
    });
    await active(deployment, name);
  }
  report(isRight && isAsyncRight ? "unchanged" : "updated", `settings of function ${FunctionName}`);
}

/** Whether the settings for asynchronous events were right already; sets them if not. */
async function ensureAsync({ call, region, ...of }: Deployment, name: string): Promise<boolean> {
  const wanted = ASYNC[name];
  if (!wanted) return true;
  const at = { FunctionName: functionName(of, name), Namespace: "default" };
  type Config = { AsyncTriggerConfig: { RetryConfig: { RetryNum: number }[] | null; MsgTTL: number } | null };
  const { AsyncTriggerConfig: is } = await call<Config>("scf", "GetFunctionEventInvokeConfig", region, at);
  if (is?.RetryConfig?.[0]?.RetryNum === wanted.RetryNum && is.MsgTTL === wanted.MsgTTL) return true;
  const AsyncTriggerConfig = { RetryConfig: [{ RetryNum: wanted.RetryNum }], MsgTTL: wanted.MsgTTL };
  await call("scf", "UpdateFunctionEventInvokeConfig", region, { ...at, AsyncTriggerConfig });
  return false;
}

/**
 * Waits until no change of a function is under way, as after a deployment that was broken off. Throws `DeployError`
 * for a function that SCF could not create, as nothing can change it any more.
 */
export async function settled(deployment: Deployment, name: string): Promise<void> {
  for (let tries = 0; tries < ACTIVE_TRIES; tries += 1) {
    const { Status } = (await shownFunction(deployment, name)) ?? { Status: "absent" };
    if (Status === "CreateFailed") {
      const full = functionName(deployment, name);
      throw new DeployError(
        `the function ${full} is CreateFailed; delete it in the SCF console, and run the same command again`,
      );
    }
    if (!BUSY.test(Status)) return;
    await deployment.pause(1000);
  }
}

/** Waits until SCF has carried out the last change. Throws `DeployError` if it fails, or after 90 s. */
async function active(deployment: Deployment, name: string): Promise<Shown> {
  const full = functionName(deployment, name);
  for (let tries = 0; ; tries += 1) {
    const shown = await shownFunction(deployment, name);
    if (shown?.Status === "Active") return shown;
    const status = shown?.Status ?? "absent";
    if (!BUSY.test(status) || tries >= ACTIVE_TRIES)
      throw new DeployError(
        `the function ${full} is ${status}, not Active; run the same command again, or see the SCF console`,
      );
    await deployment.pause(1000);
  }
}
