// Checks of the timer: its trigger, when it last ran and swept, and which build runs.
import { finding } from "../../model/messages/doctor.ts";
import type { Millis, Run } from "../../model/types.ts";
import { agoText, timerHealth } from "../../report/health/timer-health.ts";
import { type Check, check, notChecked } from "../check.ts";
import { cronFault } from "../cron.ts";
import type { DeployedFunction, Facts } from "../facts.ts";
import { type Fields, fieldsIn, numberAt, textAt } from "../fields.ts";

/** A sweep is late after this many times SWEEP_EVERY, and this time on top: it may have to wait for a region. */
const SWEEPS = 3;
const SPARE: Millis = 5 * 60_000;

/** The trigger of poll-copies, and what the state tells of its runs. `functions`: those that are deployed. */
export async function timerChecks(facts: Facts, functions: readonly DeployedFunction[]): Promise<Check[]> {
  const poll = functions.find(({ name }) => name === "poll-copies");
  return [
    ...(poll ? [triggerCheck(poll, facts.inspection.now())] : []),
    ...(await runChecks(facts, poll !== undefined)),
  ];
}

function triggerCheck({ triggers }: DeployedFunction, now: Millis): Check {
  const timers = triggers.filter((trigger) => textAt(trigger, "Type") === "timer");
  const [timer] = timers;
  if (!timer) return check("timer trigger", finding("trigger-absent"));
  const running = timers.find((one) => numberAt(one, "Enable") === 1);
  const shown = running ?? timer;
  const params = { trigger: textAt(shown, "TriggerName"), cron: cronIn(shown) };
  if (!running) return check("timer trigger", finding("trigger-disabled", params));
  const faults = timers.filter((one) => numberAt(one, "Enable") === 1).map((one) => cronFault(cronIn(one), now));
  // Of several, the best one counts.
  const fault = faults.includes(undefined) ? undefined : faults.includes("seldom") ? "seldom" : "never";
  const code = fault === undefined ? "trigger-right" : (`trigger-${fault}` as const);
  return check("timer trigger", finding(code, params));
}

/** The expression, which is shown as JSON or bare. */
function cronIn(trigger: Fields): string {
  const description = textAt(trigger, "TriggerDesc");
  return textAt(fieldsIn(description) ?? {}, "cron") || description;
}

/** What the state tells: when the timer ran, when the last sweep began, and with which build. */
async function runChecks(facts: Facts, isDeployed: boolean): Promise<Check[]> {
  const recorded = await facts.recorded();
  if (!recorded.ok) return [notChecked("timer runs", finding("runs-unknown"))];
  const { records, runs } = recorded.value;
  const { sweepEvery } = facts.config;
  const now = facts.inspection.now();
  const timer = timerHealth(records.record, sweepEvery, now);
  if (timer.ranAt === null) {
    return [
      isDeployed
        ? check("timer runs", finding("timer-never-ran"))
        : notChecked("timer runs", finding("timer-not-used")),
    ];
  }
  const ago = agoText(now - timer.ranAt);
  const ran = check("timer runs", finding(timer.problem ? "timer-late" : "timer-ran", { ago }));
  const sweptAt = records.record?.lastSweepAt;
  const isLate = sweptAt === undefined || now - sweptAt > SWEEPS * sweepEvery + SPARE;
  const params = { ago: sweptAt === undefined ? null : agoText(now - sweptAt), every: sweepEvery };
  const swept = check("last sweep", finding(isLate ? "sweep-late" : "swept", params));
  return [ran, ...(timer.problem ? [] : [swept]), ...buildChecks(runs, facts.build)];
}

/** Whether the functions run one build, and this command the same. `own`: undefined if it runs from its sources. */
export function buildChecks(runs: readonly Run[], own: string | undefined): Check[] {
  const subject = "build";
  const ofTimer = runs.filter(({ trigger }) => trigger === "timer");
  const current = ofTimer[0]?.program;
  if (current === undefined) return [notChecked(subject, finding("build-unknown"))];
  // The first run of the present build that is known: what runs later with another build is left from before.
  const others = ofTimer.findIndex(({ program }) => program !== current);
  const since = ofTimer[(others < 0 ? ofTimer.length : others) - 1]?.startedAt ?? 0;
  const mixed = runs.find(
    (run) => FROM_FUNCTIONS.includes(run.trigger) && run.program !== current && run.startedAt > since,
  );
  if (mixed) {
    const params = { timer: current, trigger: mixed.trigger, other: mixed.program ?? "sources" };
    return [check(subject, finding("builds-differ", params))];
  }
  if (own === undefined) return [notChecked(subject, finding("build-of-sources", { functions: current }))];
  return [check(subject, finding(own === current ? "build-same" : "build-differs", { functions: current, own }))];
}

const FROM_FUNCTIONS = ["event", "manual"];
