// The composition root: builds a replicator from the configuration and its adapters.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { clsLog } from "../adapters/journal/cls.ts";
import { journalTo } from "../adapters/journal/json-lines.ts";
import { inspectState, type OpenOptions, openState } from "../adapters/state/open.ts";
import { inspector } from "../adapters/tencent/inspector.ts";
import { readSecret } from "../adapters/tencent/read-secret.ts";
import { type TencentConnection, tencentCloud, tencentConnection } from "../adapters/tencent/tencent-cloud.ts";
import { findCredentials, locateCredentials } from "../adapters/tencent/transport/find-credentials.ts";
import type { Inspection } from "../doctor/inspection.ts";
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import { configurationProblem } from "../model/messages/configuration.ts";
import type { Prices } from "../model/policy.ts";
import type { Cloud, Journal, Replicator, State } from "../model/ports.ts";
import type { Millis } from "../model/types.ts";
import type { Policies } from "../policy/compiled.ts";
import { isDead, thisProcess } from "../record/claimants.ts";
import type { Config } from "./config.ts";

// For the commands, which import no adapters themselves.
export { LOG_FIELDS } from "../adapters/journal/log-fields.ts";
export { describeStateUrl } from "../adapters/state/url.ts";

/** Concurrent calls to the cloud. The adapter additionally enforces the API's rate limits. */
const CONCURRENCY = 8;

/** An open replicator and its resources. The caller has to close it. */
export interface Opened {
  readonly replicator: Replicator;
  readonly state: State;
  readonly warnings: readonly Problem[];
  readonly prices?: Prices;
  close(): Promise<void>;
}

/** When a replicator has to stop. */
export interface Stop {
  /** No call starts that would not end before this time. */
  readonly at: () => Millis;
  /** Whether the user has interrupted the command. */
  readonly isInterrupted?: () => boolean;
  /** Aborts calls that are still in progress. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a file that the user named: `what` is e.g. `the policy`, `option` the option or variable
 * that names the file, none if it belongs to a package. Throws `InputError` if the file cannot be read.
 */
export async function readInput(file: string, what: string, option?: string): Promise<string> {
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
 * Opens the cloud with the credentials of the environment. `warn` hears, once, if other users can
 * read them. Throws `InputError` if there are none.
 */
export async function openCloud(
  config: Config,
  env: NodeJS.ProcessEnv,
  warn: (problem: Problem) => void,
): Promise<Cloud> {
  return (await connect(config, env, warn)).cloud;
}

async function connect(
  config: Config,
  env: NodeJS.ProcessEnv,
  warn: (problem: Problem) => void,
  signal?: AbortSignal,
): Promise<TencentConnection> {
  const now = () => Date.now();
  await findCredentials({ ...searchIn(env), warn });
  const credentials = () => findCredentials(searchIn(env));
  const endpoint = config.endpoint !== undefined && { endpoint: config.endpoint };
  return tencentConnection({ site: config.site, credentials, now, ...endpoint, ...(signal && { signal }) });
}

const searchIn = (env: NodeJS.ProcessEnv) => ({ env, home: homedir(), now: () => Date.now() });

/**
 * Opens the state of the configuration. `readOnly`: to look at it only. Throws `StateError`, and `CloudError` if
 * the secret with its password cannot be read.
 */
export async function openStateOf(
  config: Config,
  env: NodeJS.ProcessEnv,
  { readOnly = false }: Pick<OpenOptions, "readOnly"> = {},
): Promise<State> {
  const stateUrl = await withPassword(config, env);
  return openState(stateUrl, { allowEmbedded: !config.onScf, readOnly, cos: cosOf(config, env) });
}

function cosOf({ endpoint, region }: Config, env: NodeJS.ProcessEnv): NonNullable<OpenOptions["cos"]> {
  const at = endpoint === undefined ? undefined : new URL(endpoint);
  return { credentials: () => findCredentials(searchIn(env)), endpoint: at, region };
}

/** Time limit of each call of the doctor: what takes longer is a finding. */
const INSPECTION_LIMIT: Millis = 8_000;

/** What the doctor examines. Opens nothing by itself; the caller has to close it. */
export function openInspection(config: Config, env: NodeJS.ProcessEnv): Inspection {
  const end = new AbortController();
  const { endpoint, site } = config;
  const options = {
    site,
    credentials: () => findCredentials(searchIn(env)),
    now: () => Date.now(),
    signal: end.signal,
    timeoutMs: INSPECTION_LIMIT,
    ...(endpoint !== undefined && { endpoint }),
  };
  return {
    ...inspector(options),
    cloud: tencentCloud(options),
    credentialSource: async () => {
      let isExposed = false;
      const warn = () => {
        isExposed = true;
      };
      const { source } = await locateCredentials({ ...searchIn(env), warn });
      return { from: source, isExposed };
    },
    openState: () => openStateOf(config, env, { readOnly: true }),
    stateFacts: async () => inspectState(await withPassword(config, env), { cos: cosOf(config, env) }),
    now: options.now,
    pause: (length) => sleep(length, undefined, { ref: false }),
    close: () => end.abort(),
  };
}

/** The URL of the state, with the password of its secret if it has one. Only memory holds it. */
async function withPassword(config: Config, env: NodeJS.ProcessEnv): Promise<string> {
  const { stateUrl, passwordSecret, endpoint, site } = config;
  if (!passwordSecret) return stateUrl;
  const password = await readSecret(passwordSecret, {
    endpoint: endpoint === undefined ? undefined : new URL(endpoint),
    site,
    credentials: () => findCredentials(searchIn(env)),
    signal: new AbortController().signal,
    now: () => Date.now(),
  });
  const url = new URL(stateUrl);
  // The setter encodes all that is needed but the percent sign.
  url.password = encodeURIComponent(password);
  return url.href;
}

/** What a replicator is opened with. */
interface Contents extends Pick<OpenOptions, "readOnly"> {
  /** The policies, and the warnings about their file. */
  readonly contents: Policies & { readonly warnings?: readonly Problem[] };
  readonly journals: readonly Journal[];
}

/**
 * Builds a replicator; this is the only place where ports meet their adapters. Throws `InputError`
 * for missing credentials, and `StateError` if the state cannot be opened.
 * `readOnly`: for a dry run, which needs no state that may be written.
 */
export async function openReplicator(
  config: Config,
  env: NodeJS.ProcessEnv,
  stop: Stop,
  { contents: { policies, prices, warnings: ofPolicies = [] }, journals, readOnly }: Contents,
): Promise<Opened> {
  const warnings = [...ofPolicies];
  // A run that stops early may leave a region that is still being read.
  const end = new AbortController();
  if (stop.signal?.aborted) end.abort(); // during the reading of the policies
  stop.signal?.addEventListener("abort", () => end.abort(), { once: true });
  const { cloud, ...connection } = await connect(config, env, (warning) => warnings.push(warning), end.signal);
  const state = await openStateOf(config, env, { ...(readOnly && { readOnly }) });
  const now = () => Date.now();
  const replicator: Replicator = {
    cloud,
    state,
    ...(config.log && !readOnly && { logService: clsLog(config.log, { ...connection, now }) }),
    journal: journalTo(...journals),
    policies,
    me: thisProcess(config.onScf),
    ...(config.installation !== undefined && { installation: config.installation }),
    now,
    stopAt: stop.at,
    ...(stop.isInterrupted && { isInterrupted: stop.isInterrupted }),
    concurrency: CONCURRENCY,
    // Does not keep the process alive.
    pause: (length) => sleep(length, undefined, { ref: false }),
    settle: config.settle,
    sweepEvery: config.sweepEvery,
    isDead,
  };
  const close = () => {
    end.abort();
    return state.close();
  };
  return { replicator, state, warnings, ...(prices && { prices }), close };
}
