// The runs of one command: shows the copies during each, and waits between two of them.
import { setTimeout as sleep } from "node:timers/promises";
import { copyId, rootRefId } from "../../lib/model/identity.ts";
import type { Copy, ImageRef, Millis, Reason } from "../../lib/model/types.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { isLongOutage } from "../../lib/report/needs-user.ts";
import { regionsIn } from "../../lib/report/status/generic-text.ts";
import { problemKind } from "../../lib/report/status/problem-groups.ts";
import { isSettled, nextCheck } from "../../lib/report/summary.ts";
import { waitOrder } from "../../lib/report/wait-order.ts";
import { message } from "../messages/catalogue.ts";
import type { Progress } from "../ui/apply/progress.ts";
import { problemTexts } from "../ui/status/problem-texts.ts";
import { clean } from "../ui/text.ts";

/** The shortest and the longest pause between two runs of `--wait`. */
const SHORTEST_PAUSE: Millis = 1_000;
const LONGEST_PAUSE: Millis = 15_000;
/** The interval at which progress is shown during a run. */
const SHOW_EVERY: Millis = 300;

/**
 * Brings the latest copies up to date after a run. A poll answers only the copies that were due, and
 * another program, such as the timer, may have finished or deleted the others meanwhile.
 */
export async function update(
  latest: Map<string, Copy>,
  answered: readonly Copy[],
  read: (sources: readonly ImageRef[]) => Promise<readonly Copy[]>,
): Promise<void> {
  const store = (copy: Copy) => latest.set(copyId(copy.key), copy);
  const open = new Map([...latest].filter(([, copy]) => !isSettled(copy)));
  for (const copy of answered) {
    store(copy);
    open.delete(copyId(copy.key));
  }
  if (open.size === 0) return;
  const sources = new Map(
    [...open.values()].map(({ key }) => [rootRefId(key), { region: key.rootRegion, imageId: key.rootId }]),
  );
  for (const id of open.keys()) latest.delete(id);
  for (const copy of await read([...sources.values()])) store(copy);
}

/**
 * Shows the records during a run, which may take minutes. Reads nothing after it has ended, because
 * the caller then closes the state.
 */
export async function watched<T>(
  run: Promise<T>,
  changedCopies: () => Promise<readonly Copy[] | undefined>,
  progress: Progress,
): Promise<T> {
  const end = new AbortController();
  const ended = () => end.abort();
  run.then(ended, ended);
  while (!end.signal.aborted) {
    await sleep(SHOW_EVERY, undefined, { signal: end.signal }).catch(() => {});
    // If the state cannot be read, the run itself reports the error.
    const copies = end.signal.aborted ? undefined : await changedCopies().catch(() => undefined);
    if (copies) progress.show(copies);
  }
  return run;
}

/**
 * Runs again until every copy is settled and a sweep finds nothing to do, or only manual action
 * helps, or an outage lasts for long: soon after a change, less often while nothing changes. Says
 * each problem once.
 */
export async function wait(
  first: Report,
  run: (kind: "poll" | "sweep") => Promise<Report>,
  interrupted: () => boolean,
  progress: Progress,
): Promise<Report> {
  let report = first;
  let unchangedSince = Date.now();
  let before = "";
  const said = new Set<string>();
  const follow = waitOrder();
  for (let next = follow(report); next !== "end" && !interrupted(); next = follow(report)) {
    const isNew = (problem: Reason) => !said.has(kindOf(problem));
    for (const text of problemTexts(report.problems.filter(isNew))) progress.say(clean(text));
    for (const problem of report.problems) said.add(kindOf(problem));
    const now = Date.now();
    const states = JSON.stringify(
      report.copies.map((copy) => [copy.phase, "percent" in copy ? copy.percent : undefined]),
    );
    if (states !== before) unchangedSince = now;
    before = states;
    if (isLongOutage(report.problems, now - unchangedSince)) {
      progress.say(message("outage-lasts").text);
      break;
    }
    const pace = Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, (now - unchangedSince) / 4));
    const due = nextCheck(report.copies, now) ?? now;
    await pause(Math.min(LONGEST_PAUSE, Math.max(pace, due - now)), interrupted);
    report = await run(next);
    progress.alive(report.copies);
  }
  return report;
}

/** Request ids and times of a problem differ with every run; its regions count, because a further one is news. */
function kindOf(problem: Reason): string {
  return [problemKind(problem), ...regionsIn(problem.text)].join(" ");
}

/** Sleeps for `length` milliseconds, but not past an interrupt. */
async function pause(length: Millis, interrupted: () => boolean): Promise<void> {
  const until = Date.now() + length;
  while (Date.now() < until && !interrupted()) await sleep(Math.min(200, until - Date.now()));
}

/** Ends, with nothing, once the user has interrupted the command; a look-ahead changes nothing and needs no end. */
export async function untilInterrupted(interrupted: () => boolean, looking: Promise<unknown>): Promise<undefined> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  looking.then(over, over);
  while (!isOver && !interrupted()) await sleep(100);
  // The other promise of the race has its own end.
  return isOver ? looking.then(() => undefined) : undefined;
}
