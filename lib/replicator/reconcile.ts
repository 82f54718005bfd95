// One run: observe, plan, apply, record; again until nothing more can be done at once.
import { applyPlan } from "../apply/apply-plan.ts";
import type { Observation, Scope } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, Reason, Run } from "../model/types.ts";
import { observe } from "../observe/observe.ts";
import { onlyRecordChanges, onlyThese } from "../plan/guards/filters.ts";
import { retried, retryChanges } from "../plan/lifecycle/manual-retry.ts";
import { emptyPlan, type Plan } from "../plan/types.ts";
import { readRecords } from "../record/account-record.ts";
import { recordAwaitedImages } from "../record/awaited-images.ts";
import { endedClaimants } from "../record/claimants.ts";
import { recordFirstContact } from "../record/first-contact.ts";
import { beginRun, recordRun, type Tally } from "../record/run-history.ts";
import { acquireTimerLease, releaseTimerLease } from "../record/timer-lease.ts";
import { planAsking } from "./plan-with-answers.ts";
import type { RunRequest } from "./run-requests.ts";

/** What came of a run. */
export interface Report {
  readonly account: string;
  readonly run: Run;
  /** What was decided when the run began; what came of it is in `run` and `copies`. */
  readonly plan: Plan;
  /** All copies of the account as they are remembered at the end. */
  readonly copies: readonly Copy[];
  /** What a dry run saw. */
  readonly observation?: Observation;
  /** What needs a person, as this run and the last look at everything found it. */
  readonly problems: readonly Reason[];
}

/** A run that gets this far leaves the rest to the next one. */
const MOST_ROUNDS = 12;

/**
 * One run: observe, plan, apply, record; and again, until nothing more can be done at once. An event only says where
 * to look: runs that come twice, late, out of order or never lead to the same end.
 *
 * Throws `CloudError` if the account cannot be told, and `StateError` if the state is out of reach.
 */
export async function replicate(request: RunRequest, deps: Replicator): Promise<Report> {
  // That a claim of this very replicator has ended rests on its requests being waited for before it plans again.
  if (running.has(deps)) throw new Error("a replicator does one run at a time");
  running.add(deps);
  try {
    const account = await deps.cloud.account();
    if (request.why !== "timer") return await run(account, request, deps);
    if (!(await acquireTimerLease(account, deps))) return await skip(account, request, deps);
    try {
      return await run(account, request, deps);
    } finally {
      await releaseTimerLease(account, deps);
    }
  } finally {
    running.delete(deps);
  }
}

const running = new WeakSet<Replicator>();

async function run(account: string, request: RunRequest, deps: Replicator): Promise<Report> {
  const tally = beginRun(account, request.why, deps.now());
  const changed = new Set<string>();
  let first: Plan | undefined;
  if (request.retry && !request.dryRun) await retryNow(account, request.retry, tally, deps);
  for (let round = 1; ; round += 1) {
    if (request.why === "timer" && round > 1) await acquireTimerLease(account, deps);
    const { copies: recorded, awaited, record } = await readRecords(account, deps);
    const copies = request.dryRun ? recorded.map((copy) => asIfRetried(copy, request, deps)) : recorded;
    const scope: Scope =
      record === undefined ? { kind: "sweep" } : round === 1 ? request.scope : following(request.scope);

    const readAt = deps.now();
    const observation = await observe(account, scope, copies, awaited, deps);
    const known = record ?? (await recordFirstContact(account, observation, copies, request, deps));
    const ended = endedClaimants(copies, deps);
    const sweep = scope.kind === "sweep";
    const input = { ...deps, now: deps.now(), ...request, observation, copies, ended, record: known, sweep };
    const deleted = tally.count("delete");
    const whole = onlyThese(await planAsking({ ...input, deleted }, deps.cloud), request.only);
    const plan = request.noCalls ? onlyRecordChanges(whole) : whole;
    first ??= plan;
    if (request.dryRun) {
      tally.add(plan.problems);
      const { problems } = plan;
      return { account, run: tally.end(deps.now()), plan, copies: plan.copies, problems, observation };
    }

    const applied = await applyPlan(plan, { runId: tally.id, record: known, readAt, changed }, deps);
    await recordAwaitedImages(account, request.scope, awaited, observation, deps);
    tally.add(plan.problems, applied);
    if (!applied.moved || applied.stoppedEarly || round === MOST_ROUNDS) {
      const done = tally.end(deps.now());
      const problems = await recordRun(done, request, deps);
      return { account, run: done, plan: first, copies: await deps.state.copies(account), problems };
    }
  }
}

/** The other run does what there is to do; it is no error that this one has nothing left. */
async function skip(account: string, request: RunRequest, deps: Replicator): Promise<Report> {
  const at = deps.now();
  const run = { ...beginRun(account, request.why, at).end(at), skipped: "another run of the timer is under way" };
  const problems = await recordRun(run, request, deps);
  const copies = await deps.state.copies(account);
  return { account, run, plan: emptyPlan(copies), copies, problems };
}

/** Before the first look, so that the plan sees copies which may be tried again. */
async function retryNow(account: string, chosen: (copy: Copy) => boolean, tally: Tally, deps: Replicator) {
  const { copies, record } = await readRecords(account, deps);
  if (!record) return;
  const at = deps.now();
  const actions = retryChanges(copies, chosen, at);
  const plan = emptyPlan(copies, actions);
  tally.add([], await applyPlan(plan, { runId: tally.id, record, readAt: at, changed: new Set() }, deps));
}

function asIfRetried(copy: Copy, { retry }: RunRequest, { now }: Replicator): Copy {
  return (retry?.(copy) ? retried(copy, now()) : undefined) ?? copy;
}

/** Once everything was looked at, only what is under way can move on. */
function following(scope: Scope): Scope {
  return scope.kind === "sweep" ? { kind: "poll" } : scope;
}
