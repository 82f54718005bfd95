// The scenario in which processes are stopped for minutes and then continue.
import { setTimeout as sleep } from "node:timers/promises";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../../lib/model/time.ts";
import { judge } from "./judge.ts";
import { onJournal, PROGRAMS, type Started } from "./programs.ts";
import type { TestBed } from "./test-bed.ts";

/** How long other processes wait for a claim whose process is not proven dead. */
const WAITED_OUT = CLAIM_LIFE + SIGNATURE_LIFE + CLOCK_SKEW;

/**
 * Stops a process between claim and send until its claims have expired and other processes have
 * made the copies; then lets it continue. Meanwhile other processes are stopped at any point, some
 * for longer than the life of a claim.
 */
export async function freeze(bed: TestBed, say: (text: string) => void): Promise<void> {
  const { child, tokens } = await stopBetween(bed);
  const stoppedAt = Date.now();
  say(`stopped with ${tokens.length} calls claimed and not sent`);
  const all = async () => judge(await bed.evidence()).lost.length === 0;
  const giveUp = stoppedAt + WAITED_OUT + 120_000;
  // No new stops near the end, so that only the first stopped process is waited for.
  for (let done = false; !done && Date.now() < giveUp; done = Date.now() > stoppedAt + WAITED_OUT && (await all())) {
    if (Date.now() < stoppedAt + WAITED_OUT - 120_000) await stopForAWhile(bed, child);
    await runOnce(bed, "poll-copies");
    await sleep(bed.random.between(1_000, 5_000));
  }
  if (!(await all())) bed.failures.push("the other processes have not made the copies of the stopped process");
  const waited = Math.round((Date.now() - stoppedAt) / 1000);
  const before = await bed.requests("SyncImages");
  if (before.some(({ params }) => tokens.includes(String(params["ImageName"]))))
    bed.failures.push("the token of a claim was sent although its process was stopped");

  child.kill("SIGCONT");
  say(`thawed after ${waited} s`);
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const { code, stderr } = await child.ended;
  clearTimeout(timer);
  // By its clock, a query to the server took as long as the whole stop.
  if (/^StateError: .* took too long to answer/m.test(stderr)) bed.count("runs that gave up the state after the thaw");
  else if (code !== 0) bed.failures.push(`the thawed process ended with ${code}: ${stderr.slice(-400)}`);
  const after = (await bed.requests("SyncImages")).slice(before.length);
  const late = after.filter(({ params }) => tokens.includes(String(params["ImageName"])));
  if (late.length > 0) bed.failures.push(`the thawed process sent ${late.length} calls`);
  bed.tally.set("calls claimed and never sent", tokens.length - late.length);
}

/**
 * Starts a process with more calls than the rate limit allows in a second, and stops it while some
 * of them wait.
 */
async function stopBetween(bed: TestBed): Promise<{ child: Started; tokens: string[] }> {
  for (let tries = 0; tries < 5; tries += 1) {
    await bed.bake(24);
    const claimed = new Set<string>();
    const child = bed.start("evaluate-policy");
    onJournal(child, ({ event, text }) => {
      const token = event === "claimed" && /"(.*)"/.exec(text)?.[1];
      if (token) claimed.add(token);
    });
    await bed.until(() => claimed.size >= 12, child, 30_000);
    await sleep(bed.random.between(60, 150));
    child.kill("SIGSTOP");
    // Requests that the process sent before the stop arrive within this time.
    await sleep(1_500);
    const sent = new Set((await bed.requests("SyncImages")).map(({ params }) => String(params["ImageName"])));
    const tokens = [...claimed].filter((token) => !sent.has(token));
    // A process stopped in a write would lock the embedded state for all others.
    if (tokens.length > 0 && (await runOnce(bed, "poll-copies"))) return { child, tokens };
    bed.count("stopped at another moment");
    child.kill("SIGCONT");
    await child.ended;
  }
  throw new Error("no process could be stopped between claim and send");
}

/** Stops a process at a random point, lets other processes work, and lets it continue. */
async function stopForAWhile(bed: TestBed, frozen: Started): Promise<void> {
  const event = bed.random.roll(0.3) ? await bed.share() : (await bed.bake())[0];
  const child = bed.start(bed.random.pick(PROGRAMS), event);
  const { pid } = child;
  if (pid === frozen.pid) throw new Error("a pid was given twice");
  await sleep(bed.random.between(250, 1_500));
  child.kill("SIGSTOP");
  bed.count("stopped anywhere");
  await runOnce(bed, "poll-copies");
  await sleep(bed.random.roll(0.4) ? CLAIM_LIFE + 2_000 : bed.random.between(500, 8_000));
  child.kill("SIGCONT");
  // An `apply --wait` waits for the stopped process, too: it is killed, and other processes finish
  // its work.
  await Promise.race([child.ended, sleep(5_000)]);
  child.kill("SIGKILL");
  await child.ended;
}

/**
 * Runs a program to its end; returns whether it succeeded. A process stopped in a write may lock an
 * embedded state.
 */
async function runOnce(bed: TestBed, program: "poll-copies"): Promise<boolean> {
  const child = bed.start(program);
  const { code, stderr } = await child.ended;
  if (code === 0) return true;
  if (/StateError: .* is locked by another process/.test(stderr)) bed.count("runs that found the state locked");
  else bed.failures.push(`${program} (pid ${child.pid}) ended with ${code}: ${stderr.slice(-400)}`);
  return false;
}
