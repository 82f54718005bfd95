// The end of a simulation: an outage of one region, then no faults; everything must be finished in time.
import { formatDuration } from "../../lib/model/time.ts";
import type { Millis } from "../../lib/model/types.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { findUnfinished, isExcused } from "./ending.ts";
import type { ProgramRuns } from "./program-runs.ts";
import {
  boundOfAll,
  boundOfCopies,
  isUnread,
  LONGEST_PAUSE,
  whySilent,
  whyUnfinishedElsewhere,
  whyUntold,
} from "./progress.ts";
import { bake, REGIONS, SWEEP_EVERY } from "./setting.ts";
import { SICKNESSES } from "./sick-regions.ts";

/** After so many sweeps without a call, time passes faster: something waits for a time. */
const PATIENT_SWEEPS = 1;
const LONGEST_LEAP: Millis = 3_600_000;

/** What a sweep must show in the end, and how soon. */
interface Goal {
  readonly what: string;
  readonly bound: (report: Report) => Millis;
  /** Why it is not shown yet. */
  readonly whyNot: (report: Report) => string | undefined;
  /** What is wrong in any case: each sweep must say why something is not finished. */
  readonly whyWrong: (report: Report) => string | undefined;
}

/**
 * While one region is sick, the copies elsewhere are finished in time, and the region is reported.
 * Then it recovers, and everything is finished in time. Answers what is wrong.
 */
export async function finishInTime(sim: ProgramRuns): Promise<string | undefined> {
  return (
    (await endProcesses(sim)) ?? (await sufferOutage(sim)) ?? (await finishAll(sim)) ?? sim.journal.whyIncomplete()
  );
}

/** Lets the processes that still run end. */
async function endProcesses(sim: ProgramRuns): Promise<string | undefined> {
  const { random, scheduler } = sim;
  while (scheduler.processes.some((p) => !p.ended)) {
    const ready = scheduler.ready();
    if (ready.length > 0) await scheduler.step(random.pick(ready));
    else scheduler.pass(scheduler.untilReady());
    const violation = sim.check();
    if (violation) return violation;
  }
  return undefined;
}

async function sufferOutage(sim: ProgramRuns): Promise<string | undefined> {
  const { random } = sim;
  const region = random.pick(REGIONS);
  const kind = random.pick(SICKNESSES);
  bake(sim.world, random);
  sim.touched();
  sim.log(`${region}: ${kind}`);
  sim.sick.begin(region, kind, Number.POSITIVE_INFINITY);
  const isRead = sim.policies.some(({ enabled, from, to }) => enabled && [...from, ...to].includes(region));
  const mustBeTold = isRead && kind !== "region-crawls";
  const wrong = await runUntil(sim, {
    what: `the copies outside of ${region} (${kind})`,
    bound: () => boundOfCopies(sim),
    whyNot: (report) => whyUnfinishedElsewhere(sim, report, region),
    whyWrong: (report) =>
      mustBeTold && !isUnread(report, region) ? `no problem says that ${region} is unreadable` : whySilent(report),
  });
  sim.sick.end();
  return wrong;
}

/** Everything is finished, and stays so until a request on its way would have become visible. */
async function finishAll(sim: ProgramRuns): Promise<string | undefined> {
  const goal: Goal = {
    what: "everything",
    bound: ({ copies }) => boundOfAll(sim, copies),
    whyNot: (report) =>
      findUnfinished(sim, report) ??
      whyUntold(report) ??
      sim.installations.whyUnfinished(sim, (copy) => isExcused(sim, copy)),
    whyWrong: whySilent,
  };
  const first = await runUntil(sim, goal);
  if (first) return first;
  sim.scheduler.pass(SWEEP_EVERY + sim.world.switches.copyVisibleAfterMs);
  return runUntil(sim, goal);
}

/** Runs the program, most often for a sweep, until a sweep shows the goal. Answers why it is not shown in time. */
async function runUntil(sim: ProgramRuns, { what, bound, whyNot, whyWrong }: Goal): Promise<string | undefined> {
  const { random, scheduler } = sim;
  const startedAt = scheduler.now;
  for (let idle = 0; ; ) {
    await sim.runAlone("sweep");
    if (sim.installations.hasLaptop) await sim.runAlone("sweep", "laptop");
    const report = sim.last;
    const violation = sim.check() ?? (report ? whyWrong(report) : "the last sweep did not end");
    if (violation || !report) return violation;
    const why = whyNot(report);
    if (!why) return undefined;
    const limit = bound(report);
    if (scheduler.now - startedAt > limit) return `${what} must be finished after ${formatDuration(limit)}: ${why}`;
    idle = Object.keys(report.run.actions).length > 0 ? 0 : idle + 1;
    scheduler.pass(random.between(120_000, LONGEST_PAUSE));
    if (idle > PATIENT_SWEEPS) scheduler.pass(Math.min(LONGEST_LEAP, LONGEST_PAUSE * 2 ** (idle - PATIENT_SWEEPS)));
    if (random.roll(0.75)) continue;
    await sim.runAlone("timer");
    scheduler.pass(random.between(120_000, LONGEST_PAUSE));
  }
}
