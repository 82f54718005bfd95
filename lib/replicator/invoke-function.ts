// Runs one invocation of a cloud function on SCF, within its deadline.
import { join } from "node:path";
import { lineJournal } from "../adapters/journal/json-lines.ts";
import { CloudError, StartError } from "../model/errors.ts";
import { fullText } from "../model/messages/define.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, JournalEntry, Millis, Run } from "../model/types.ts";
import { type Policies, readCompiledPolicies } from "../policy/compiled.ts";
import { version } from "../record/program.ts";
import { type PlanView, viewOf } from "../report/plan-view.ts";
import { type Summary, summarise, summariseAnswer } from "../report/summary.ts";
import { type Config, readConfig } from "./config.ts";
import { type Opened, openReplicator, readInput } from "./open-replicator.ts";
import { replicate } from "./reconcile.ts";
import type { RunRequest } from "./run-requests.ts";

/** The answer of a function. */
export interface Answer extends Summary {
  readonly account: string;
  readonly run: Run;
  /** The plan of the first round. */
  readonly plan: PlanView;
}

/** The part of SCF's context that is used. A local caller passes none. */
export interface Context {
  readonly getRemainingTimeInMillis?: () => number;
  readonly time_limit_in_ms?: number;
}

/** Reserved for closing and answering before SCF kills the function. */
const CLOSING: Millis = 3_000;
/** The longest time limit of a function (scf 2018-04-16, CreateFunction, Timeout). */
const LONGEST: Millis = 900_000;

/**
 * The deadline came before the cloud was read. Nothing is lost, but the same time limit may be too
 * short every time.
 */
function tooLittleTime(left: Millis, cause: CloudError): StartError {
  const seconds = Math.round(left / 100) / 10;
  return new StartError(fullText(runMessage("too-little-time", { seconds, cause: cause.message })), { cause });
}

/**
 * The policies of the package, unless `POLICY_FILE` names others. In a bundle `import.meta.dirname` is its folder, so
 * that it does not matter where a package was unpacked.
 */
async function readPolicies({ policyFile }: Config): Promise<Policies> {
  const file = policyFile ?? join(import.meta.dirname, "policy.json");
  const option = policyFile === undefined ? undefined : "POLICY_FILE";
  return readCompiledPolicies(await readInput(file, "the policy", option), file, version);
}

/** Lines for what this run could not do. Only its record has them otherwise, and a log is where one looks first. */
function problemEntries({ id, account, endedAt, problems }: Run): JournalEntry[] {
  const entry = { at: endedAt, runId: id, account, level: "warn", event: "problem" } as const;
  return problems.map(({ code, ...problem }) => ({ ...entry, code, text: fullText(problem) }));
}

/**
 * Runs one invocation of a function: opens a replicator from the environment, does one run within
 * the remaining time, and closes everything. `concerns` limits the summary to some of the copies; without it the counts are those of the account.
 * Errors are rethrown, so that SCF counts the invocation as failed and repeats it.
 */
export async function invoke(
  context: Context | undefined,
  requestFor: (deps: Replicator, sweepEvery: Millis) => Promise<RunRequest> | RunRequest,
  concerns?: (copy: Copy) => boolean,
): Promise<Answer> {
  const left = context?.getRemainingTimeInMillis?.() ?? context?.time_limit_in_ms ?? LONGEST;
  const stopAt = Date.now() + left - CLOSING;
  const config = readConfig(process.env);
  const printed = lineJournal((line) => process.stdout.write(line), config.logLevel);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), Math.max(0, left - CLOSING));
  let opened: Opened | undefined;
  try {
    opened = await openReplicator(
      config,
      process.env,
      { at: () => stopAt, signal: stop.signal },
      { contents: await readPolicies(config), journals: [printed] },
    );
    const request = await requestFor(opened.replicator, config.sweepEvery);
    const { account, run, plan, copies, totals, problems } = await replicate(request, opened.replicator);
    await printed.append(problemEntries(run));
    const { only } = request;
    const isPart = concerns !== undefined || only !== undefined;
    const requested = copies.filter((copy) => (concerns?.(copy) ?? true) && (only?.(copy.key, copy.policy) ?? true));
    const summary = isPart ? summarise(requested, problems) : summariseAnswer(copies, totals, problems);
    return { account, run, plan: viewOf(plan, opened.prices), ...summary };
  } catch (error) {
    throw stop.signal.aborted && error instanceof CloudError ? tooLittleTime(left, error) : error;
  } finally {
    clearTimeout(timer);
    await opened?.close();
  }
}
