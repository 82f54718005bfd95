// Puts a replicator together from the configuration: where ports meet their adapters.
import { setTimeout as sleep } from "node:timers/promises";
import { clsLog } from "../../adapters/journal/cls.ts";
import { journalTo } from "../../adapters/journal/json-lines.ts";
import type { OpenOptions } from "../../adapters/state/open.ts";
import type { Problem } from "../../model/errors.ts";
import type { Prices } from "../../model/policy.ts";
import type { Journal, Replicator, State } from "../../model/ports.ts";
import type { FindUser, Millis } from "../../model/types.ts";
import type { Policies } from "../../policy/compiled.ts";
import { isDead, thisProcess } from "../../record/claimants.ts";
import type { Config } from "../config.ts";
import { connect } from "./open-cloud.ts";
import { openStateOf } from "./open-state.ts";

/** Concurrent calls to the cloud. The adapter additionally enforces the API's rate limits. */
const CONCURRENCY = 8;

/** An open replicator and its resources. The caller has to close it. */
export interface Opened {
  readonly replicator: Replicator;
  readonly state: State;
  /** About the policy file. */
  readonly policyWarnings: readonly Problem[];
  /** About the configuration and the credentials. */
  readonly warnings: readonly Problem[];
  readonly prices?: Prices;
  /** Policy → `file:line:column` where it begins. */
  readonly places: ReadonlyMap<string, string>;
  /** Finds what starts instances, by its id. No run uses it. */
  readonly findUser: FindUser;
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

/** What a replicator is opened with. */
interface Contents extends Pick<OpenOptions, "readOnly"> {
  /** The policies, and the warnings about their file. */
  readonly contents: Policies & {
    readonly warnings?: readonly Problem[];
    readonly places?: ReadonlyMap<string, string>;
  };
  readonly journals: readonly Journal[];
}

/**
 * Builds a replicator. Throws `InputError`
 * for missing credentials, and `StateError` if the state cannot be opened.
 * `readOnly`: for a dry run, which needs no state that may be written.
 */
export async function openReplicator(
  config: Config,
  env: NodeJS.ProcessEnv,
  stop: Stop,
  { contents: { policies, prices, warnings: policyWarnings = [], places = new Map() }, journals, readOnly }: Contents,
): Promise<Opened> {
  const warnings: Problem[] = [];
  // A run that stops early may leave a region that is still being read.
  const end = new AbortController();
  if (stop.signal?.aborted) end.abort(); // during the reading of the policies
  stop.signal?.addEventListener("abort", () => end.abort(), { once: true });
  const { cloud, ...connection } = await connect(config, env, (warning) => warnings.push(warning), end.signal);
  const state = await openStateOf(config, env, { ...(readOnly && { readOnly }), signal: end.signal });
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
  const { findUser } = connection;
  return { replicator, state, policyWarnings, warnings, ...(prices && { prices }), places, findUser, close };
}
