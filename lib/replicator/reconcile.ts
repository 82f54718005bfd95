// One run: observe, plan, apply, record; again until nothing more can be done at once.
import { type Applied, applyPlan } from "../apply/apply-plan.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Observation, Scope } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import type { AccountRecord, Copy, Reason, Run } from "../model/types.ts";
import { observe } from "../observe/observe.ts";
import { onlyRecordChanges, onlyThese } from "../plan/guards/filters.ts";
import { retried, retryChanges } from "../plan/lifecycle/manual-retry.ts";
import { emptyPlan, type Plan, type PlanInput } from "../plan/types.ts";
import { readRecords } from "../record/account-record.ts";
import { recordAwaitedImages } from "../record/awaited-images.ts";
import { endedClaimants } from "../record/claimants.ts";
import { recordFirstContact } from "../record/first-contact.ts";
import { type RunTotals, recordRun, startRun } from "../record/run-history.ts";
import { acquireTimerLease, releaseTimerLease } from "../record/timer-lease.ts";
import { planWithAnswers } from "./plan-with-answers.ts";
import type { RunRequest } from "./run-requests.ts";

/** The result of a run. */
export interface Report {
  readonly account: string;
  readonly run: Run;
  /** The plan of the first round. `run` and `copies` tell what came of it. */
  readonly plan: Plan;
  /** All copies of the account as they are recorded at the end. */
  readonly copies: readonly Copy[];
  /** What a dry run observed. */
  readonly observation?: Observation;
  /** What needs manual action, as found by this run and by the last sweep. */
  readonly problems: readonly Reason[];
}

/** A run that reaches this round leaves the rest to the next run. */
const MOST_ROUNDS = 12;

/** Replicators with a run in progress. */
const running = new WeakSet<Replicator>();

/**
 * Runs once: observe, plan, apply, record, in rounds until nothing more can be done at once. An
 * event only says which images to read, so events that are repeated, late, out of order or lost
 * lead to the same result.
 *
 * Throws `CloudError` if the account cannot be identified, and `StateError` if the state store
 * cannot be used.
 */
export async function replicate(request: RunRequest, deps: Replicator): Promise<Report> {
  // A claim of this replicator counts as ended in its next round. That holds only if no other run
  // of it is sending.
  if (running.has(deps)) throw new Error("a replicator does one run at a time");
  running.add(deps);
  try {
    const account = await deps.cloud.account();
    if (request.why !== "timer") return await runRounds(account, request, deps);
    if (!(await acquireTimerLease(account, deps))) return await skipRun(account, request, deps);
    try {
      return await runRounds(account, request, deps);
    } finally {
      await releaseTimerLease(account, deps);
    }
  } finally {
    running.delete(deps);
  }
}

async function runRounds(account: string, request: RunRequest, deps: Replicator): Promise<Report> {
  const totals = startRun(account, request.why, deps.now());
  const changed = new Set<string>();
  let firstPlan: Plan | undefined;
  if (request.retry && !request.dryRun) await recordRetries(account, request.retry, totals, deps);
  for (let round = 1; ; round += 1) {
    if (request.why === "timer" && round > 1) await acquireTimerLease(account, deps);
    const records = await readRecords(account, deps);
    const copies = request.dryRun ? records.copies.map((copy) => asIfRetried(copy, request, deps)) : records.copies;
    const scope = scopeOf(round, request, records.record);

    const readAt = deps.now();
    const observation = await observe(account, scope, copies, records.awaited, deps);
    const record = records.record ?? (await recordFirstContact(account, observation, copies, request, deps));

    const isSweep = scope.kind === "sweep";
    const deleted = totals.countOf("delete");
    const plan = await planRound({ observation, copies, record, sweep: isSweep, deleted }, request, deps);
    firstPlan ??= plan;
    if (request.dryRun) {
      totals.addRound(plan.problems);
      const { copies: planned, problems } = plan;
      return { account, run: totals.finish(deps.now()), plan, copies: planned, problems, observation };
    }

    const applied = await applyPlan(plan, { runId: totals.id, record, readAt, changed }, deps);

    await recordAwaitedImages(account, request.scope, records.awaited, observation, deps);
    totals.addRound(plan.problems, applied);
    if (isLastRound(round, applied)) {
      const run = totals.finish(deps.now());
      const problems = await recordRun(run, request, deps);
      return { account, run, plan: firstPlan, copies: await deps.state.copies(account), problems };
    }
  }
}

/** What to read in a round. After a sweep, later rounds read only the copies that are open. */
function scopeOf(round: number, { scope }: RunRequest, record: AccountRecord | undefined): Scope {
  // The first contact with an account decides whether the state was lost, for which everything has
  // to be read.
  if (record === undefined) return { kind: "sweep" };
  return round > 1 && scope.kind === "sweep" ? { kind: "poll" } : scope;
}

function isLastRound(round: number, { moved, stoppedEarly }: Applied): boolean {
  return !moved || stoppedEarly || round === MOST_ROUNDS;
}

/** What a round hands to the planner besides the replicator and the request. */
type RoundInput = Pick<PlanInput, "observation" | "copies" | "record" | "sweep" | "deleted">;

/** Plans a round, and keeps the actions that the request permits. */
async function planRound(round: RoundInput, request: RunRequest, deps: Replicator): Promise<Plan> {
  const { policies, settle } = deps;
  const { acceptVanished = false } = request;
  const ended = endedClaimants(round.copies, deps);
  const input: PlanInput = { ...round, policies, settle, acceptVanished, ended, now: deps.now() };
  const plan = onlyThese(await planWithAnswers(input, deps.cloud), request.only);
  return request.noCalls ? onlyRecordChanges(plan) : plan;
}

/**
 * Ends a timer run at once, because another one holds the lease and does the work. This is not an
 * error.
 */
async function skipRun(account: string, request: RunRequest, deps: Replicator): Promise<Report> {
  const at = deps.now();
  const { text: skipped } = runMessage("timer-run-in-progress");
  const run = { ...startRun(account, request.why, at).finish(at), skipped };
  const problems = await recordRun(run, request, deps);
  const copies = await deps.state.copies(account);
  return { account, run, plan: emptyPlan(copies), copies, problems };
}

/** Resets the chosen copies before the first round, so that its plan may retry them. */
async function recordRetries(
  account: string,
  isChosen: (copy: Copy) => boolean,
  totals: RunTotals,
  deps: Replicator,
): Promise<void> {
  const { copies, record } = await readRecords(account, deps);
  if (!record) return;
  const readAt = deps.now();
  const plan = emptyPlan(copies, retryChanges(copies, isChosen, readAt));
  totals.addRound([], await applyPlan(plan, { runId: totals.id, record, readAt, changed: new Set() }, deps));
}

/** The copy as `recordRetries` would record it; a dry run stores nothing. */
function asIfRetried(copy: Copy, { retry }: RunRequest, { now }: Replicator): Copy {
  return (retry?.(copy) ? retried(copy, now()) : undefined) ?? copy;
}
