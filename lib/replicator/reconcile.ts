import { applyPlan } from "../apply/apply-plan.ts";
import type { Observation, Scope } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, Reason, Run } from "../model/types.ts";
import { observe } from "../observe/observe.ts";
import { onlyNotes, onlyThese } from "../plan/guards/filters.ts";
import { retried, retryNotes } from "../plan/lifecycle/manual-retry.ts";
import { emptyPlan, type Plan } from "../plan/types.ts";
import { memoryOf } from "../record/account-record.ts";
import { rememberNamed } from "../record/awaited-images.ts";
import { endedClaimants } from "../record/claimants.ts";
import { rememberBirth } from "../record/first-contact.ts";
import { beginRun, rememberRun, type Tally } from "../record/run-history.ts";
import { leaveTurn, takeTurn } from "../record/timer-lease.ts";
import { planAsking } from "./plan-with-answers.ts";
import type { Order } from "./run-requests.ts";

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
export async function replicate(order: Order, tools: Replicator): Promise<Report> {
  // That a claim of this very replicator has ended rests on its requests being waited for before it plans again.
  if (running.has(tools)) throw new Error("a replicator does one run at a time");
  running.add(tools);
  try {
    const account = await tools.cloud.account();
    if (order.why !== "timer") return await run(account, order, tools);
    if (!(await takeTurn(account, tools))) return await skip(account, order, tools);
    try {
      return await run(account, order, tools);
    } finally {
      await leaveTurn(account, tools);
    }
  } finally {
    running.delete(tools);
  }
}

const running = new WeakSet<Replicator>();

async function run(account: string, order: Order, tools: Replicator): Promise<Report> {
  const tally = beginRun(account, order.why, tools.now());
  const changed = new Set<string>();
  let first: Plan | undefined;
  if (order.retry && !order.dryRun) await retryNow(account, order.retry, tally, tools);
  for (let round = 1; ; round += 1) {
    if (order.why === "timer" && round > 1) await takeTurn(account, tools);
    const { copies: remembered, awaited, record } = await memoryOf(account, tools);
    const copies = order.dryRun ? remembered.map((copy) => asIfRetried(copy, order, tools)) : remembered;
    const scope: Scope = record === undefined ? { kind: "sweep" } : round === 1 ? order.scope : following(order.scope);

    const readAt = tools.now();
    const observation = await observe(account, scope, copies, awaited, tools);
    const known = record ?? (await rememberBirth(account, observation, copies, order, tools));
    const ended = endedClaimants(copies, tools);
    const sweep = scope.kind === "sweep";
    const input = { ...tools, now: tools.now(), ...order, observation, copies, ended, record: known, sweep };
    const deleted = tally.count("delete");
    const whole = onlyThese(await planAsking({ ...input, deleted }, tools.cloud), order.only);
    const plan = order.noCalls ? onlyNotes(whole) : whole;
    first ??= plan;
    if (order.dryRun) {
      tally.add(plan.problems);
      const { problems } = plan;
      return { account, run: tally.end(tools.now()), plan, copies: plan.copies, problems, observation };
    }

    const applied = await applyPlan(plan, { runId: tally.id, record: known, readAt, changed }, tools);
    await rememberNamed(account, order.scope, awaited, observation, tools);
    tally.add(plan.problems, applied);
    if (!applied.moved || applied.stoppedEarly || round === MOST_ROUNDS) {
      const done = tally.end(tools.now());
      const problems = await rememberRun(done, order, tools);
      return { account, run: done, plan: first, copies: await tools.state.copies(account), problems };
    }
  }
}

/** The other run does what there is to do; it is no error that this one has nothing left. */
async function skip(account: string, order: Order, tools: Replicator): Promise<Report> {
  const at = tools.now();
  const run = { ...beginRun(account, order.why, at).end(at), skipped: "another run of the timer is under way" };
  const problems = await rememberRun(run, order, tools);
  const copies = await tools.state.copies(account);
  return { account, run, plan: emptyPlan(copies), copies, problems };
}

/** Before the first look, so that the plan sees copies which may be tried again. */
async function retryNow(account: string, chosen: (copy: Copy) => boolean, tally: Tally, tools: Replicator) {
  const { copies, record } = await memoryOf(account, tools);
  if (!record) return;
  const at = tools.now();
  const actions = retryNotes(copies, chosen, at);
  const plan = emptyPlan(copies, actions);
  tally.add([], await applyPlan(plan, { runId: tally.id, record, readAt: at, changed: new Set() }, tools));
}

function asIfRetried(copy: Copy, { retry }: Order, { now }: Replicator): Copy {
  return (retry?.(copy) ? retried(copy, now()) : undefined) ?? copy;
}

/** Once everything was looked at, only what is under way can move on. */
function following(scope: Scope): Scope {
  return scope.kind === "sweep" ? { kind: "poll" } : scope;
}
