// The composition root: builds a replicator from the configuration and its adapters.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { journalTo } from "../adapters/journal/json-lines.ts";
import { openState } from "../adapters/state/open.ts";
import { tencentCloud } from "../adapters/tencent/tencent-cloud.ts";
import { findCredentials } from "../adapters/tencent/transport/credentials.ts";
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import { configurationProblem } from "../model/messages/configuration.ts";
import type { Prices } from "../model/policy.ts";
import type { Cloud, Journal, ReadableJournal, Replicator, State } from "../model/ports.ts";
import type { Millis } from "../model/types.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { isDead, thisProcess } from "../record/claimants.ts";
import type { Config } from "./config.ts";

// For the commands, which import no adapters themselves.
export { openState } from "../adapters/state/open.ts";
export { describeStateUrl } from "../adapters/state/url.ts";

/** Concurrent calls to the cloud. The adapter additionally enforces the API's rate limits. */
const CONCURRENCY = 8;

/** An open replicator and its resources. The caller has to close it. */
export interface Opened {
  readonly replicator: Replicator;
  readonly state: State & ReadableJournal;
  readonly warnings: readonly Problem[];
  readonly prices?: Prices;
  close(): Promise<void>;
}

/** When a replicator has to stop. */
export interface Stop {
  /** No call starts that would not end before this time. */
  readonly at: () => Millis;
  /** Aborts calls that are still in progress. */
  readonly signal?: AbortSignal;
}

/** Reads and checks the policy file. Throws `InputError` with every problem that it finds. */
export async function readPolicies(file: string): Promise<ReturnType<typeof parsePolicy>> {
  return parsePolicy(await readInput(file, "the policy", "--policy or POLICY_FILE"), file);
}

/**
 * Reads a file that the user named: `what` is e.g. `the policy`, `option` the option or variable
 * that names the file. Throws `InputError` if the file cannot be read.
 */
export async function readInput(file: string, what: string, option: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message: cause } = error as NodeJS.ErrnoException;
    const params = { file: what, option };
    const problem =
      code === "ENOENT"
        ? configurationProblem("no-such-file", params)
        : code === "EISDIR"
          ? configurationProblem("file-is-a-folder", params)
          : configurationProblem("file-unreadable", { ...params, cause });
    throw new InputError([toProblem(file, problem)]);
  }
}

/**
 * Opens the cloud with the credentials of the environment. Throws `InputError` if there are none.
 */
export async function openCloud(config: Config, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Cloud> {
  const now = () => Date.now();
  const credentials = () => findCredentials(env, homedir(), now);
  await credentials();
  const endpoint = config.endpoint !== undefined && { endpoint: config.endpoint };
  return tencentCloud({ site: config.site, credentials, now, ...endpoint, ...(signal && { signal }) });
}

/**
 * Builds a replicator; this is the only place where ports meet their adapters. Throws `InputError`
 * for an invalid policy or missing credentials, and `StateError` if the state cannot be opened.
 */
export async function openReplicator(
  config: Config,
  env: NodeJS.ProcessEnv,
  stop: Stop,
  journals: readonly Journal[],
): Promise<Opened> {
  const { policies, prices, warnings } = await readPolicies(config.policyFile);
  const cloud = await openCloud(config, env, stop.signal);
  const state = await openState(config.stateUrl, { allowEmbedded: !config.onScf });
  const replicator: Replicator = {
    cloud,
    state,
    journal: journalTo(state, ...journals),
    policies,
    me: thisProcess(config.onScf),
    now: () => Date.now(),
    stopAt: stop.at,
    concurrency: CONCURRENCY,
    settle: config.settle,
    isDead,
  };
  return { replicator, state, warnings, ...(prices && { prices }), close: () => state.close() };
}
