// Cvm-replicator rollback.
import { applyPlan } from "../apply/apply-plan.ts";
import { CloudError } from "../model/errors.ts";
import { copyId } from "../model/identity.ts";
import type { Replicator } from "../model/ports.ts";
import { distinct } from "../model/reasons.ts";
import type { Copy, CopyKey, Reason } from "../model/types.ts";
import { observe } from "../observe/observe.ts";
import { rollback as plannedRollback, type RegionRollback } from "../plan/family/plan-rollback.ts";
import { emptyPlan } from "../plan/types.ts";
import { readRecords } from "../record/account-record.ts";
import { beginRun } from "../record/run-history.ts";
import { replicate } from "./reconcile.ts";

/** What is asked for. */
export interface RollbackRequest {
  readonly dryRun?: boolean;
  /** One version further back than it is already. */
  readonly further?: boolean;
}

/** What came of rolling a family back. */
export interface RollbackReport {
  readonly family: string;
  /** `done`: the cloud says that the family points to `to` now. */
  readonly regions: readonly (RegionRollback & { readonly done: boolean })[];
  readonly problems: readonly Reason[];
  /** What somebody should know; nothing has failed. */
  readonly remarks: readonly Reason[];
}

/** A copy may be finished by another process while the marks are set: then it is marked in the next round. */
const MOST_ROUNDS = 3;

/**
 * Puts the former image of a family back, in every region where there is one. The tags that say so are set in one round; the
 * next look finds them and does what follows. If it ends half-way, any later run goes on, and so does asking again.
 */
export async function rollback(family: string, request: RollbackRequest, deps: Replicator): Promise<RollbackReport> {
  const { cloud, now } = deps;
  const account = await cloud.account();
  // What is remembered may be old, or lost: everything is looked at first, and what is found is remembered.
  if (!request.dryRun) await replicate({ why: "rollback", scope: { kind: "sweep" }, noCalls: true }, deps);
  const regions = new Map<string, RegionRollback>();
  const remarks: Reason[] = [];
  const concerned = new Set<string>();
  let problems: readonly Reason[] = [];
  let copies: readonly Copy[] = [];
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const memory = await readRecords(account, deps);
    copies = memory.copies;
    const readAt = now();
    const observation = await observe(account, { kind: "sweep" }, copies, memory.awaited, deps);
    const further = request.further === true && round === 1;
    const planned = plannedRollback(family, copies, observation, further, now());
    for (const one of planned.regions) if (!regions.has(one.region)) regions.set(one.region, one);
    problems = [...planned.problems, ...observation.unreadable.values()];
    remarks.push(...planned.remarks.filter(({ code }) => round === 1 || code !== "rolled-back-before"));
    if (request.dryRun || !memory.record || (round > 1 && planned.changes.length === 0)) break;
    const tally = beginRun(account, "rollback", now());
    const plan = emptyPlan(copies, [...planned.changes, ...planned.calls]);
    await applyPlan(plan, { runId: tally.id, record: memory.record, readAt, changed: new Set() }, deps);
    for (const key of planned.concerned) concerned.add(key);
    // Also where all is marked: whoever did that may have been killed before the rest.
    const only = (key: CopyKey) => concerned.has(copyId(key));
    const report = await replicate({ why: "rollback", scope: { kind: "sweep" }, only }, deps);
    copies = report.copies;
  }
  const told = { family, remarks: distinct(remarks) };
  if (request.dryRun) {
    return { ...told, regions: [...regions.values()].map((one) => ({ ...one, done: false })), problems };
  }
  const done = await Promise.all(
    [...regions.values()].map(async (one) => ({ ...one, ...(await pointsTo(one, family, deps)) })),
  );
  const failed = done.filter((one) => !one.done).map(({ region, why }) => notDone(family, region, why));
  return {
    ...told,
    regions: done.map(({ why: _, ...one }) => one),
    problems: distinct([...problems, ...failed]),
    remarks: distinct([...remarks, ...done.flatMap((one) => isOrphaned(one, copies))]),
  };
}

async function pointsTo({ region, to }: RegionRollback, family: string, { cloud }: Replicator) {
  try {
    const pointed = await cloud.familyImage(region, family);
    return { done: pointed === to.imageId, why: `it points to ${pointed ?? "no image"}` };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { done: false, why: error.message };
  }
}

/** The former version may have been given up: it is kept as it is, which may be without its shares. */
function isOrphaned({ region, to }: RegionRollback, copies: readonly Copy[]): Reason[] {
  const copy = copies.find((one) => one.key.region === region && "imageId" in one && one.imageId === to.imageId);
  if (copy?.state !== "retired") return [];
  const text = `no policy wants ${to.imageId} ("${to.name}") in ${region} any more: it stays while the family points to it, shared with whom it is shared now`;
  return [
    { code: "former-unwanted", text, remedy: "let a policy select its source again, or publish a newer version" },
  ];
}

function notDone(family: string, region: string, why: string): Reason {
  const remedy = "run it again in a minute; the journal has the cloud's answers";
  return {
    code: "not-rolled-back",
    text: `the family "${family}" in ${region} is not rolled back yet: ${why}`,
    remedy,
  };
}
