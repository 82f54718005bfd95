// The composition root: the only place where ports meet adapters.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { journalTo } from "../adapters/journal/json-lines.ts";
import { openState } from "../adapters/state/open.ts";
import { tencentCloud } from "../adapters/tencent/tencent-cloud.ts";
import { findCredentials } from "../adapters/tencent/transport/credentials.ts";
import { InputError, type Problem } from "../model/errors.ts";
import type { Prices } from "../model/policy.ts";
import type { Cloud, Journal, ReadableJournal, Replicator, State } from "../model/ports.ts";
import type { Millis } from "../model/types.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { isDead, thisProcess } from "../record/claimants.ts";
import type { Config } from "./config.ts";

// For the commands, which import no adapters themselves.
export { openState } from "../adapters/state/open.ts";
export { describeStateUrl } from "../adapters/state/url.ts";

/** Calls to the cloud at the same time; the adapter keeps its rate limits besides. */
const CONCURRENCY = 8;

/** A replicator that is put together, and what belongs to it. Close it when done. */
export interface Opened {
  readonly replicator: Replicator;
  readonly state: State & ReadableJournal;
  readonly warnings: readonly Problem[];
  readonly prices?: Prices;
  close(): Promise<void>;
}

/** When a replicator has to stop. */
export interface Stop {
  /** Nothing is begun that would not end before this. */
  readonly at: () => Millis;
  /** Ends calls that are under way all the same. */
  readonly signal?: AbortSignal;
}

/** Reads and checks the policy file. Throws `InputError` with every problem in it. */
export async function readPolicies(file: string): Promise<ReturnType<typeof parsePolicy>> {
  return parsePolicy(await readInput(file, "the policy", "--policy or POLICY_FILE"), file);
}

/** Reads a file that a person named. Throws `InputError` if that cannot be done. */
export async function readInput(file: string, what: string, how: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new InputError([{ where: file, text: `cannot read ${what}: ${why}; name the file with ${how}` }]);
  }
}

/** The cloud with the credentials of the environment. Throws `InputError` if there are none. */
export async function openCloud(config: Config, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Cloud> {
  const now = () => Date.now();
  const credentials = () => findCredentials(env, homedir(), now);
  await credentials();
  const endpoint = config.endpoint !== undefined && { endpoint: config.endpoint };
  return tencentCloud({ site: config.site, credentials, now, ...endpoint, ...(signal && { signal }) });
}

/**
 * The composition root: the only place where ports meet their adapters. Throws `InputError` for a wrong policy or wrong
 * credentials and `StateError` for a state that cannot be opened.
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
