// One round of a run: observe, plan, apply.
import { applyPlan } from "../../apply/apply-plan.ts";
import { copyId } from "../../model/identity.ts";
import { UNCONFIRMED_DELETION } from "../../model/messages/reasons.ts";
import type { Scope } from "../../model/observation.ts";
import type { Changes, CopyChange, Records, Replicator } from "../../model/ports.ts";
import type { AccountRecord, Copy, CopyPhase, JournalEntry } from "../../model/types.ts";
import type { AnswerReader } from "../../observe/answer-reader.ts";
import { observe } from "../../observe/observe.ts";
import { regionsOfPolicies } from "../../observe/read-set.ts";
import type { ReadMode, RegionReader } from "../../observe/region-reader.ts";
import { recallsFollowed } from "../../plan/family/recall/recalls-followed.ts";
import { onlyRecordChanges, onlyThese } from "../../plan/guards/filters.ts";
import { countVanished } from "../../plan/guards/mass-disappearance.ts";
import { retried } from "../../plan/lifecycle/manual-retry.ts";
import { emptyPlan, type Plan, type PlanInput } from "../../plan/types.ts";
import type { KnownAccount } from "../../record/account-record.ts";
import { changesOfAwaited } from "../../record/awaited-images.ts";
import { endedClaimants } from "../../record/claimants.ts";
import { recordFirstContact } from "../../record/first-contact.ts";
import { recordInstallations } from "../../record/installation.ts";
import { brakeOf, type PolicyInForce, recordPolicy } from "../../record/policy-in-force.ts";
import { type Asked, whichAgain, withNamesakes, withObserved } from "../../record/read-records.ts";
import { regionsToProbe } from "../../record/region-records.ts";
import type { RunTotals } from "../../record/run-history.ts";
import type { RunRequest } from "../run-requests.ts";
import { planWithAnswers } from "./plan-with-answers.ts";
import type { RoundKind } from "./round-order.ts";

/** What the rounds of one run share. */
export interface RunSoFar {
  readonly account: KnownAccount;
  /** What was read of the state before the first round, which uses it. */
  first: Records | undefined;
  readonly request: RunRequest;
  readonly policy: PolicyInForce;
  readonly totals: RunTotals;
  readonly reader: RegionReader;
  readonly answers: AnswerReader;
  /** The regions that a sweep of this run covers, read or not. */
  readonly covered: Set<string>;
  /** The calls on images that were made. */
  readonly changed: Set<string>;
  /** The copies whose image was deleted or unshared, by `copyId`. */
  readonly deleted: Set<string>;
  /** The copies whose image was kept because its deletion is not confirmed, by `copyId`. */
  readonly unconfirmed: Map<string, Plan["retained"][number]>;
  /** The sources whose recall was followed, by `rootRefId`. */
  readonly recalled: Set<string>;
  /** Which records the run has read, and the sources of those that it has saved. */
  readonly asked: Asked;
  /** How many copies the account has in each phase: as last read, and as saved since then. */
  readonly copyTotals: Map<CopyPhase, number>;
  /** The copies as last read or saved, by `copyId`. */
  readonly known: Map<string, Copy>;
  /** The changes of the awaited images, by the last round. */
  awaited: Changes["awaited"];
  /** Journal entries that go with the next save, at the latest with that of the run. */
  readonly carried: JournalEntry[];
  /** Progress that is worth saving, by `copyId`. */
  readonly progress: Map<string, CopyChange>;
  /** Number of copies that were recorded as gone. */
  vanished: number;
}

/** One round: observe, plan, apply. A dry run applies nothing. */
export async function playRound(kind: RoundKind, run: RunSoFar, deps: Replicator) {
  const { account, request, totals, reader, answers } = run;
  const isDryRun = request.mode === "dry-run";
  const { records, scope } = await readRecords(kind, run, deps);

  // The first contact with an account decides whether the state was lost, for which everything has
  // to be read.
  const mode = { reuse: kind === "whole", patient: isDryRun || records.record === undefined };
  const open = { awaited: records.awaited, copies: records.copies.map((copy) => retriedIn(copy, request, deps)) };
  const observation = await observe(scope, open, mode, { ...deps, account: account.account, reader });
  const stored = await withObserved(scope, records, observation, { ...deps, asked: run.asked });
  run.copyTotals.clear();
  for (const [phase, count] of Object.entries(records.totals)) run.copyTotals.set(phase as CopyPhase, count);
  for (const copy of stored.copies) run.known.set(copyId(copy.key), copy);
  const copies = stored.copies.map((copy) => retriedIn(copy, request, deps));
  const known = records.record ?? (await recordFirstContact(observation, copies, request, { ...deps, known: account }));
  // There was no account record that could have held the policy.
  if (!records.record) await recordPolicy(account, request, deps);
  const sweep = scope.kind === "sweep";
  const record = await recordInstallations(known, { observation, sweep }, request, { ...deps, known: account });
  const read = [...observation.regions.keys(), ...observation.unreadable.keys()];
  if (sweep) for (const region of read) run.covered.add(region);

  const { deleted, vanished, recalled } = run;
  const brake = brakeOf(record, run.policy, request, deps);
  const input = { observation, copies, record, sweep, deleted, vanished, recalled, ...(brake && { brake }) };
  const plan = await planRound({ ...input, totals: records.totals }, mode, { request, answers }, deps);
  const dated = { regions: answers.dated(observation.regions) };
  const basis = {
    runId: totals.id,
    record,
    observation: dated,
    changed: run.changed,
    deleted,
    known: run.known,
    saved: run.asked.images,
    totals: run.copyTotals,
    carried: run.carried,
  };
  const applied = await applyPlan(isDryRun ? emptyPlan(copies) : plan, basis, deps);
  totals.addRound(plan.problems, applied);
  for (const one of plan.retained) {
    const { key, policy } = one.copy;
    const isPart = request.only?.(key, policy) ?? true;
    if (isPart && one.reason.code === UNCONFIRMED_DELETION) run.unconfirmed.set(copyId(key), one);
  }
  if (!isDryRun) {
    for (const change of applied.progress) run.progress.set(copyId(change.copy.key), change);
    run.vanished += countVanished(plan.actions, copies);
    for (const root of recallsFollowed(plan.actions, copies)) recalled.add(root);
    reader.forget(applied.touched);
    // Saved with the run. Without it, an event that is delivered again or the next sweep finds the image.
    run.awaited = changesOfAwaited(request.scope, records.awaited, observation, deps);
  }
  return { plan, observation, applied };
}

/** Reads the records of a round, and decides what it reads of the cloud. */
async function readRecords(kind: RoundKind, run: RunSoFar, deps: Replicator) {
  const { account, request } = run;
  const isPoll = kind === "poll" && request.scope.kind === "sweep";
  const wanted: Scope = isPoll ? { kind: "poll" } : request.scope;
  const first = run.first ?? (await readAgain(wanted, run, deps));
  run.first = undefined;
  const scope = scopeOf(wanted, isPoll, first.record, deps);
  const isUnmet = scope.kind === "sweep" && wanted.kind !== "sweep";
  const records = isUnmet ? await deps.state.read(account.account, { all: true }) : first;
  return {
    records: await withNamesakes(scope, records, run.asked, { account: account.account, state: deps.state }),
    scope,
  };
}

/** Reads the records again, with those that this run has changed: what it has done is reported, too. */
async function readAgain(wanted: Scope, { account, asked, known }: RunSoFar, deps: Replicator): Promise<Records> {
  const records = await deps.state.read(account.account, whichAgain(wanted, deps.now(), asked, known.values()));
  account.learn(records.record);
  return records;
}

/** What a round reads of the cloud. An account without a record is read whole. */
function scopeOf(wanted: Scope, isPoll: boolean, record: AccountRecord | undefined, deps: Replicator): Scope {
  if (record === undefined) return { kind: "sweep" };
  if (isPoll || wanted.kind !== "poll") return wanted;
  return { kind: "poll", probe: regionsToProbe(record.regions, regionsOfPolicies(deps.policies), deps.now()) };
}

/** What a round hands to the planner besides the replicator and the request. */
type RoundInput = Pick<
  PlanInput,
  "observation" | "copies" | "record" | "sweep" | "deleted" | "vanished" | "recalled" | "brake" | "totals"
>;

/** Plans a round, and keeps the actions that the request permits. */
async function planRound(
  round: RoundInput,
  mode: ReadMode,
  { request, answers }: Pick<RunSoFar, "request" | "answers">,
  deps: Replicator,
): Promise<Plan> {
  const { policies, settle } = deps;
  const {
    acceptVanished = false,
    acceptUnshare = false,
    acceptRecall = false,
    mayDeleteLast,
    confirmedDeletions,
    only,
  } = request;
  const ended = endedClaimants(round.copies, deps);
  const accepted = { acceptVanished, acceptUnshare, acceptRecall, ...(mayDeleteLast && { mayDeleteLast }) };
  const confirmed = confirmedDeletions && { confirmedDeletions };
  const narrowed = only && { only };
  const input: PlanInput = {
    ...round,
    ...accepted,
    ...confirmed,
    ...narrowed,
    policies,
    settle,
    ended,
    now: deps.now(),
  };
  const plan = onlyThese(await planWithAnswers(input, answers, mode), only);
  return request.mode === "record-only" ? onlyRecordChanges(plan) : plan;
}

/** The copy as `recordRetries` would record it: a dry run stores nothing. */
function retriedIn(copy: Copy, { retry, mode }: RunRequest, { now }: Replicator): Copy {
  return (mode === "dry-run" && retry?.(copy) ? retried(copy, now()) : undefined) ?? copy;
}
