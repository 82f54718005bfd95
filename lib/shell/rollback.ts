import { keyText } from "../core/mark.ts";
import { type Action, emptyPlan } from "../core/plan.ts";
import { rollback as plannedRollback, type RegionRollback } from "../core/rollback.ts";
import { distinct } from "../core/summary.ts";
import { CloudError } from "../errors.ts";
import type { Reason } from "../types.ts";
import { applyPlan } from "./apply.ts";
import { memoryOf } from "./memory.ts";
import { observe } from "./observe.ts";
import { replicate } from "./replicate.ts";
import { beginRun } from "./run.ts";
import type { Replicator } from "./tools.ts";

/** What came of rolling a family back. */
export interface RollbackReport {
  readonly family: string;
  /** `done`: the cloud says that the family points to `to` now. */
  readonly regions: readonly (RegionRollback & { readonly done: boolean })[];
  readonly problems: readonly Reason[];
}

/**
 * Puts the former image of a family back, in every region where there is one. The tags that say so are set in one round; the
 * next look finds them and does what follows. If it ends half-way, any later run goes on.
 */
export async function rollback(family: string, dryRun: boolean, tools: Replicator): Promise<RollbackReport> {
  const { cloud, now } = tools;
  const account = await cloud.account();
  // What is remembered may be old, or lost: everything is looked at first, and what is found is remembered.
  if (!dryRun) await replicate({ why: "rollback", scope: { kind: "sweep" }, noCalls: true }, tools);
  const { copies, awaited, record } = await memoryOf(account, tools);
  const readAt = now();
  const observation = await observe(account, { kind: "sweep" }, copies, awaited, tools);
  const { acts, regions, concerned, problems } = plannedRollback(family, copies, observation);
  const unread = [...observation.unreadable.values()];
  if (dryRun || !record || acts.length === 0) {
    return { family, regions: regions.map((one) => ({ ...one, done: false })), problems: [...problems, ...unread] };
  }
  const at = now();
  const notes = acts.map(({ copy }): Action => {
    const mending = { what: "rollback", tries: 0, at };
    return {
      do: "note",
      copy: { ...copy, mending, updatedAt: at } as typeof copy,
      what: "rollback",
      text: `out of ${family}`,
    };
  });
  const tally = beginRun(account, "rollback", at);
  const plan = emptyPlan(copies, [...notes, ...acts]);
  await applyPlan(plan, { runId: tally.id, record, readAt, changed: new Set() }, tools);
  const only = (key: Parameters<typeof keyText>[0]) => concerned.has(keyText(key));
  const report = await replicate({ why: "rollback", scope: { kind: "sweep" }, only }, tools);
  const done = await Promise.all(regions.map(async (one) => ({ ...one, ...(await pointsTo(one, family, tools)) })));
  const failed = done.filter((one) => !one.done).map(({ region, why }) => notDone(family, region, why));
  const told = new Set(problems.map(({ code }) => code));
  const ofRun = report.problems.filter(({ code }) => code.startsWith("unreadable") && !told.has(code));
  return {
    family,
    regions: done.map(({ why: _, ...one }) => one),
    problems: distinct([...problems, ...unread, ...ofRun, ...failed]),
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

function notDone(family: string, region: string, why: string): Reason {
  const remedy = "run it again in a minute; the journal has the cloud's answers";
  return {
    code: "not-rolled-back",
    text: `the family "${family}" in ${region} is not rolled back yet: ${why}`,
    remedy,
  };
}
