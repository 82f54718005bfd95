// One run: rounds of observe, plan, apply until nothing more can be done at once; then record.
import { applyPlan } from "../apply/apply-plan.ts";
import { dueAt } from "../model/copy/due.ts";
import { CloudError, StateError } from "../model/errors.ts";
import { runMessage } from "../model/messages/run.ts";
import type { Observation } from "../model/observation.ts";
import type { CopyChange, Records, Replicator, Totals } from "../model/ports.ts";
import type { Copy, Reason, Run } from "../model/types.ts";
import { answerReader } from "../observe/answer-reader.ts";
import { regionsOfPolicies } from "../observe/read-set.ts";
import { regionReader } from "../observe/region-reader.ts";
import { retryChanges } from "../plan/lifecycle/manual-retry.ts";
import { emptyPlan, type Plan } from "../plan/types.ts";
import { knownAccount, type OfAccount } from "../record/account-record.ts";
import { recordPolicy } from "../record/policy-in-force.ts";
import { askedIn, firstWhich } from "../record/read-records.ts";
import { NO_READINGS, regionsToProbe, skippedRegions } from "../record/region-records.ts";
import { type RunTotals, recordRun, startRun } from "../record/run-history.ts";
import { type Outbox, shipJournal, watchOutbox } from "../record/ship-journal.ts";
import { acquireTimerLease, releaseTimerLease } from "../record/timer-lease.ts";
import { findAbsentRegions } from "./absent-regions.ts";
import { fusedCloud } from "./rounds/fused-cloud.ts";
import { playRound, type RunSoFar } from "./rounds/play-round.ts";
import { roundOrder } from "./rounds/round-order.ts";
import type { RunRequest } from "./run-requests.ts";

/** The result of a run. */
export interface Report {
  readonly account: string;
  readonly run: Run;
  /** The plan of the first round. `run` and `copies` tell what came of it. */
  readonly plan: Plan;
  /**
   * The copies that the run dealt with, as they are recorded at its end: all of the account after a
   * sweep, else those that were due or concerned.
   */
  readonly copies: readonly Copy[];
  /** How many copies the account has in each phase, of all its copies. */
  readonly totals: Totals;
  /** What a dry run observed. */
  readonly observation?: Observation;
  /** The images that were not deleted because the user has not confirmed it. */
  readonly unconfirmed: Plan["retained"];
  /** What needs manual action, as found by this run and by the last sweep. */
  readonly problems: readonly Reason[];
}

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
    const which = request.retry ? { all: true as const } : firstWhich(request.scope, deps.now());
    const records = request.records ?? (await deps.state.read(account, which));
    const outbox = watchOutbox(deps.state, records.unsentSince, deps.now);
    const known = knownAccount(account, records.record, outbox.state);
    const own = { ...deps, state: outbox.state, known, outbox };
    const run = () => runRounds(records, request, { ...own, cloud: fusedCloud(deps.cloud) });
    if (request.trigger !== "timer") return await run();
    if (isIdle(records, request, deps)) return await endAtOnce({}, records, request, own);
    if (!(await acquireTimerLease(known, deps)))
      // Another run holds the lease and does the work. This is not an error.
      return await endAtOnce({ skipped: runMessage("timer-run-in-progress").text }, records, request, own);
    try {
      return await run();
    } finally {
      await releaseTimerLease(known, deps);
    }
  } finally {
    running.delete(deps);
  }
}

/** What one run works with. */
type OfRun = Replicator & OfAccount & { readonly outbox: Outbox };

async function runRounds(records: Records, request: RunRequest, deps: OfRun): Promise<Report> {
  const { known: account } = deps;
  const totals = startRun(account.account, request.trigger, deps.now());
  const isDryRun = request.mode === "dry-run";
  const retried = request.retry && !isDryRun && (await recordRetries(records, request.retry, totals, deps));
  const policy = await recordPolicy(account, request, deps);
  const isSweep = request.scope.kind === "sweep";
  const absentRegions = await findAbsentRegions(account, { isSweep, mode: request.mode }, deps);
  const regions = account.latest()?.regions;
  const skipped = new Map([...skippedRegions(regions, deps.now(), request.readAnyway), ...absentRegions]);
  const reader = regionReader(skipped, deps);
  const answers = answerReader(deps);
  const covered = new Set<string>();
  const deleted = request.deleted ?? new Set<string>();
  const sets = { covered, changed: new Set<string>(), deleted, recalled: new Set<string>() };
  const unconfirmed: RunSoFar["unconfirmed"] = new Map();
  const known = new Map<string, Copy>();
  const maps = { known, asked: askedIn(request.scope), progress: new Map<string, CopyChange>() };
  const first = retried ? undefined : records;
  const run: RunSoFar = {
    account,
    first,
    request,
    policy,
    totals,
    reader,
    answers,
    ...sets,
    ...maps,
    unconfirmed,
    copyTotals: new Map(),
    awaited: undefined,
    carried: [],
    vanished: 0,
  };
  try {
    return await playRounds(run, deps);
  } catch (error) {
    // The calls that were made are in the journal, whatever ended the run.
    if (!(error instanceof StateError)) await saveCarried(run, deps);
    throw error;
  }
}

/** The rounds of a run, until nothing more can be done at once; then what the run leaves behind. */
async function playRounds(run: RunSoFar, deps: OfRun): Promise<Report> {
  const { account, request, totals, reader, answers, covered } = run;
  const { plan, observation, applied } = await playRound("whole", run, deps);
  if (request.mode === "dry-run") {
    const { copies, problems } = plan;
    const unconfirmed = [...run.unconfirmed.values()];
    const end = { run: totals.finish(deps.now()), plan, copies, problems, unconfirmed, observation };
    return { account: account.account, totals: totalsOf(run.copyTotals), ...end };
  }
  const alive = async () => request.trigger === "timer" && (await acquireTimerLease(account, deps));
  const following = roundOrder({ ...deps, readers: [reader, answers], totals, alive });
  try {
    for (let kind = await following(applied); kind !== "end"; ) {
      await alive();
      kind = await following((await playRound(kind, run, deps)).applied);
    }
  } catch (error) {
    // What was done before the deadline counts, and is recorded.
    if (!(error instanceof CloudError) || error.code !== "Aborted") throw error;
    totals.stopEarly();
  }
  totals.addRound([...reader.failed.values(), ...answers.failed.values()]);
  // So that they are sent with the others, and not by the next run.
  if (deps.logService) await saveCarried(run, deps);
  totals.addRound(await shipIfAny(deps));
  const ended = totals.finish(deps.now());
  // A part of the work is no sweep, also if every region was read for it.
  const readings = {
    covered: request.only ? new Set<string>() : covered,
    wasRead: reader.wasRead,
    failed: reader.failed,
  };
  const end = { readings, progress: [...run.progress.values()], awaited: run.awaited, carried: run.carried };
  const problems = await recordRun(ended, request, end, deps);
  const copies = [...run.known.values()];
  const unconfirmed = [...run.unconfirmed.values()];
  const total = totalsOf(run.copyTotals);
  return { account: account.account, run: ended, plan, copies, totals: total, unconfirmed, problems };
}

async function saveCarried({ account, carried }: RunSoFar, { state, journal }: Replicator): Promise<void> {
  const entries = carried.splice(0);
  if (entries.length === 0) return;
  await state.save(account.account, { entries });
  await journal.append(entries);
}

function totalsOf(counts: ReadonlyMap<string, number>): Totals {
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

/** Whether a timer run finds nothing that is due. */
function isIdle({ record, copies, awaited }: Records, { scope }: RunRequest, deps: Replicator): boolean {
  if (scope.kind !== "poll" || !record || awaited.length > 0) return false;
  if (regionsToProbe(record.regions, regionsOfPolicies(deps.policies), deps.now()).length > 0) return false;
  return copies.every((copy) => (dueAt(copy) ?? Number.POSITIVE_INFINITY) > deps.now());
}

/** Ends a run that does nothing: it only leaves its mark in the record. */
async function endAtOnce(
  why: Pick<Run, "skipped">,
  { copies, totals }: Records,
  request: RunRequest,
  deps: OfRun,
): Promise<Report> {
  const { known } = deps;
  const at = deps.now();
  const total = startRun(known.account, request.trigger, at);
  if (why.skipped === undefined) {
    await recordPolicy(known, request, deps);
    total.addRound(await shipIfAny(deps));
  }
  const run = { ...total.finish(deps.now()), ...why };
  const problems = await recordRun(run, request, { readings: NO_READINGS, progress: [] }, deps);
  return { account: known.account, run, plan: emptyPlan(copies), copies, totals, unconfirmed: [], problems };
}

/** Sends the journal, if the run knows of lines that wait. What `recordRun` writes goes with the next run. */
async function shipIfAny(deps: OfRun): Promise<readonly Reason[]> {
  const problem = deps.outbox.mayHaveLines() ? await shipJournal(deps.known.account, deps) : undefined;
  return problem ? [problem] : [];
}

/** Resets the chosen copies before the first round, so that its plan may retry them. */
async function recordRetries(
  { copies, record }: Records,
  isChosen: (copy: Copy) => boolean,
  totals: RunTotals,
  deps: Replicator,
): Promise<boolean> {
  const changes = retryChanges(copies, isChosen, deps.now());
  if (!record || changes.length === 0) return false;
  const maps = { known: new Map(), saved: new Map(), totals: new Map() };
  const sets = { changed: new Set<string>(), deleted: new Set<string>(), ...maps };
  const basis = { runId: totals.id, record, observation: { regions: new Map() }, ...sets };
  totals.addRound([], await applyPlan(emptyPlan(copies, changes), basis, deps));
  return true;
}
