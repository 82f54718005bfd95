// One invocation on SCF, within its deadline.
import { lineJournal } from "../adapters/journal/json-lines.ts";
import { CloudError, StartError } from "../model/errors.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, Millis, Run } from "../model/types.ts";
import { type PlanView, viewOf } from "../report/plan-view.ts";
import { type Summary, summarise } from "../report/summary.ts";
import { readConfig } from "./config.ts";
import { type Opened, openReplicator } from "./open-replicator.ts";
import { replicate } from "./reconcile.ts";
import type { RunRequest } from "./run-requests.ts";

/** What a function answers. */
export interface Answer extends Summary {
  readonly account: string;
  readonly run: Run;
  /** What was decided at the beginning. */
  readonly plan: PlanView;
}

/** The parts of SCF's context that are used; a person at a keyboard gives none. */
export interface Context {
  readonly getRemainingTimeInMillis?: () => number;
  readonly time_limit_in_ms?: number;
}

/** Kept back for closing and answering before SCF ends the function. */
const CLOSING = 3_000;
/** The longest that SCF lets a function run (scf 2018-04-16, CreateFunction, Timeout). */
const LONGEST = 900_000;

/** The end came before it was known what to do. Nothing is lost; with the same limit it may come again and again. */
function tooLittleTime(left: Millis, cause: CloudError): StartError {
  const seconds = Math.round(left / 100) / 10;
  const text = `stopped early: the ${seconds} s that the function had left were too few to look at everything; nothing is lost`;
  return new StartError(`${text}. Give the function a longer time limit, at least 60 s (${cause.message})`, { cause });
}

/**
 * One invocation of a function: opens what it needs from the environment, does one run within the time that is left,
 * and closes everything again. An error is thrown on, so that SCF counts the invocation as failed and repeats it.
 */
export async function invoke(
  context: Context | undefined,
  orderFor: (deps: Replicator, sweepEvery: number) => Promise<RunRequest> | RunRequest,
  concerns: (copy: Copy) => boolean = () => true,
): Promise<Answer> {
  const left = context?.getRemainingTimeInMillis?.() ?? context?.time_limit_in_ms ?? LONGEST;
  const stopAt = Date.now() + left - CLOSING;
  const config = readConfig(process.env);
  const printed = lineJournal((line) => process.stdout.write(line), config.logLevel);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), Math.max(0, left - CLOSING));
  let opened: Opened | undefined;
  try {
    opened = await openReplicator(config, process.env, { at: () => stopAt, signal: stop.signal }, [printed]);
    const request = await orderFor(opened.replicator, config.sweepEvery);
    const { account, run, plan, copies, problems } = await replicate(request, opened.replicator);
    const asked = copies.filter((copy) => concerns(copy) && (request.only?.(copy.key, copy.policy) ?? true));
    return { account, run, plan: viewOf(plan, opened.prices), ...summarise(asked, problems) };
  } catch (error) {
    throw stop.signal.aborted && error instanceof CloudError ? tooLittleTime(left, error) : error;
  } finally {
    clearTimeout(timer);
    await opened?.close();
  }
}
