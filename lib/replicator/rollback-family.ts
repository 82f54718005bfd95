// Rolls a family back to its previous image in every region (`cvm-replicator rollback`).
import { applyPlan } from "../apply/apply-plan.ts";
import { CloudError } from "../model/errors.ts";
import { copyId, imageIdOf } from "../model/identity.ts";
import { withRequestId } from "../model/messages/define.ts";
import { distinct, reason } from "../model/messages/reasons.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, CopyKey, Reason } from "../model/types.ts";
import { observe } from "../observe/observe.ts";
import { regionReader } from "../observe/region-reader.ts";
import { rollback as planRollback, type RegionRollback } from "../plan/family/plan-rollback.ts";
import { emptyPlan } from "../plan/types.ts";
import { knownAccount } from "../record/account-record.ts";
import { startRun } from "../record/run-history.ts";
import { findAbsentRegions } from "./absent-regions.ts";
import { replicate } from "./reconcile.ts";

/** How to roll a family back. */
export interface RollbackRequest {
  readonly dryRun?: boolean;
  /** Goes back one more version than the family was rolled back already. */
  readonly further?: boolean;
}

/** The result of a rollback. */
export interface RollbackReport {
  readonly family: string;
  /** `done`: the cloud confirms that the family points to `to` now. */
  readonly regions: readonly (RegionRollback & { readonly done: boolean })[];
  readonly problems: readonly Reason[];
  /** Notes for the user; none of them is a failure. */
  readonly remarks: readonly Reason[];
}

/**
 * Another process may finish a copy while the tags are being set. The next round then tags that
 * copy, too.
 */
const MOST_ROUNDS = 3;

/** A sweep that reads the unreadable regions, too: a user who rolls back is in a hurry. */
const SWEEP = { trigger: "rollback", scope: { kind: "sweep" }, readAnyway: () => true } as const;

/**
 * Points a family back to its previous image in every region that has one. A round tags the copies
 * that leave the family; the next observation reads these tags, and the ordinary plan does the
 * rest. If the rollback is killed, any later run completes it, and so does a second rollback.
 */
export async function rollback(family: string, request: RollbackRequest, deps: Replicator): Promise<RollbackReport> {
  const { cloud, now } = deps;
  const account = await cloud.account();
  // The records may be old or lost, so a sweep updates them first.
  if (!request.dryRun) await replicate({ ...SWEEP, mode: "record-only" }, deps);
  const runMode = request.dryRun ? "dry-run" : "apply";
  const { record } = await deps.state.read(account);
  const known = knownAccount(account, record, deps.state);
  const absentRegions = await findAbsentRegions(known, { isSweep: true, mode: runMode }, deps);
  const regions = new Map<string, RegionRollback>();
  const remarks: Reason[] = [];
  const concerned = new Set<string>();
  let problems: readonly Reason[] = [];
  let copies: readonly Copy[] = [];
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const records = await deps.state.read(account, { all: true });
    copies = records.copies;
    const mode = { reuse: false, patient: true };
    const reader = regionReader(absentRegions, deps);
    const observation = await observe({ kind: "sweep" }, records, mode, { ...deps, account, reader });
    const further = request.further === true && round === 1;
    const planned = planRollback({ family, further, now: now() }, copies, observation);
    for (const region of planned.regions) if (!regions.has(region.region)) regions.set(region.region, region);
    problems = [...planned.problems, ...observation.unreadable.values()];
    remarks.push(...planned.remarks.filter(({ code }) => round === 1 || code !== "rolled-back-before"));
    const isDone = round > 1 && planned.changes.length === 0;
    // A version without any previous one stays: another round would find an earlier rollback, and
    // report that one as done.
    const cannotBegin = round === 1 && planned.regions.length === 0 && planned.problems.length > 0;
    if (request.dryRun || !records.record || isDone || cannotBegin) break;
    const { id: runId } = startRun(account, "rollback", now());
    const plan = emptyPlan(copies, [...planned.changes, ...planned.calls]);
    const basis = {
      runId,
      record: records.record,
      observation,
      changed: new Set<string>(),
      deleted: new Set<string>(),
      known: new Map<string, Copy>(),
      saved: new Map(),
      totals: new Map(),
    };
    await applyPlan(plan, basis, deps);
    for (const id of planned.concerned) concerned.add(id);
    // Also if all tags were set already: the process that set them may have been killed before the
    // rest.
    const only = (key: CopyKey) => concerned.has(copyId(key));
    const report = await replicate({ ...SWEEP, only }, deps);
    copies = report.copies;
  }
  if (request.dryRun) {
    const planned = [...regions.values()].map((region) => ({ ...region, done: false }));
    return { family, regions: planned, problems, remarks: distinct(remarks) };
  }
  const checked = await Promise.all([...regions.values()].map((region) => checkRegion(region, family, deps)));
  return {
    family,
    regions: checked.map(({ problem: _, ...region }) => region),
    problems: distinct([...problems, ...checked.flatMap(({ problem }) => problem ?? [])]),
    remarks: distinct([...remarks, ...checked.flatMap((region) => remarkOnOrphan(region, copies))]),
  };
}

/** Asks the cloud whether the family points to the previous image. */
async function checkRegion(rollback: RegionRollback, family: string, { cloud }: Replicator) {
  const { region, to } = rollback;
  const notDone = (cause: { current?: string; failure?: string }) => {
    return { ...rollback, done: false, problem: reason("not-rolled-back", { family, region, ...cause }) };
  };
  try {
    const current = await cloud.familyImage(region, family);
    if (current === to.imageId) return { ...rollback, done: true, problem: undefined };
    return notDone(current === undefined ? {} : { current });
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return notDone({ failure: withRequestId(error.message, error.requestId) });
  }
}

/**
 * The previous version may be orphaned. It is kept as it is then, possibly without some of its
 * shares.
 */
function remarkOnOrphan({ region, to: { imageId, name } }: RegionRollback, copies: readonly Copy[]): Reason[] {
  const copy = copies.find((one) => one.key.region === region && imageIdOf(one) === imageId);
  return copy?.phase === "retired" ? [reason("previous-version-orphaned", { imageId, name, region })] : [];
}
