import { setTimeout as sleep } from "node:timers/promises";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../../lib/model/time.ts";
import { judge } from "./judge.ts";
import { onJournal, PROGRAMS, type Started } from "./programs.ts";
import type { TestBed } from "./test-bed.ts";

/** So long must the claim of a process be waited out that is not proven to be dead. */
const WAITED_OUT = CLAIM_LIFE + SIGNATURE_LIFE + CLOCK_SKEW;

/**
 * A process is stopped between claim and send, until its claims have been waited out and others have made the copies;
 * then it goes on. Meanwhile others are stopped anywhere, for a while that may be longer than a claim.
 */
export async function freeze(bed: TestBed, say: (text: string) => void): Promise<void> {
  const { child, tokens } = await stopBetween(bed);
  const stoppedAt = Date.now();
  say(`stopped with ${tokens.length} calls claimed and not sent`);
  const all = async () => judge(await bed.evidence()).lost.length === 0;
  const giveUp = stoppedAt + WAITED_OUT + 120_000;
  // Nothing new near the end, so that it is the stopped process that is waited for.
  for (let done = false; !done && Date.now() < giveUp; done = Date.now() > stoppedAt + WAITED_OUT && (await all())) {
    if (Date.now() < stoppedAt + WAITED_OUT - 120_000) await stopForAWhile(bed, child);
    await runOnce(bed, "poll-copies");
    await sleep(bed.random.between(1_000, 5_000));
  }
  if (!(await all())) bed.failures.push("others have not made the copies of the process that was stopped");
  const waited = Math.round((Date.now() - stoppedAt) / 1000);
  const before = await bed.requests("SyncImages");
  if (before.some(({ params }) => tokens.includes(String(params["ImageName"]))))
    bed.failures.push("the token of a claim was sent though its process was stopped");

  child.kill("SIGCONT");
  say(`thawed after ${waited} s`);
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const { code, stderr } = await child.ended;
  clearTimeout(timer);
  // For its clock a question to the server was open all the while.
  if (/^StateError: .* took too long to answer/m.test(stderr)) bed.count("runs that gave up the state after the thaw");
  else if (code !== 0) bed.failures.push(`the process that was thawed ended with ${code}: ${stderr.slice(-400)}`);
  const after = (await bed.requests("SyncImages")).slice(before.length);
  const late = after.filter(({ params }) => tokens.includes(String(params["ImageName"])));
  if (late.length > 0) bed.failures.push(`${late.length} calls were sent by the process that was thawed`);
  bed.tally.set("calls claimed and never sent, thawed or not", tokens.length - late.length);
}

/** Starts a process that has more calls to make than the rate allows in a second, and stops it while some wait for that. */
async function stopBetween(bed: TestBed): Promise<{ child: Started; tokens: string[] }> {
  for (let tries = 0; tries < 5; tries += 1) {
    await bed.bake(24);
    const claimed = new Set<string>();
    const child = bed.start("evaluate-policy");
    onJournal(child, ({ what, text }) => {
      const token = what === "claimed" && /"(.*)"/.exec(text)?.[1];
      if (token) claimed.add(token);
    });
    await bed.until(() => claimed.size >= 12, child, 30_000);
    await sleep(bed.random.between(60, 150));
    child.kill("SIGSTOP");
    // What has left it arrives within this.
    await sleep(1_500);
    const sent = new Set((await bed.requests("SyncImages")).map(({ params }) => String(params["ImageName"])));
    const tokens = [...claimed].filter((token) => !sent.has(token));
    // Stopped while it writes, it would keep the embedded state from everybody.
    if (tokens.length > 0 && (await runOnce(bed, "poll-copies"))) return { child, tokens };
    bed.count("stopped at another moment");
    child.kill("SIGCONT");
    await child.ended;
  }
  throw new Error("no process could be stopped between claim and send");
}

/** Stops a process anywhere, lets others work, and lets it go on. */
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
  // An `apply --wait` waits for the process that is stopped, too: it is killed, and its work goes on elsewhere.
  await Promise.race([child.ended, sleep(5_000)]);
  child.kill("SIGKILL");
  await child.ended;
}

/** Runs a program to its end; whether it ended well. A process that is stopped while it writes may hold an embedded state. */
async function runOnce(bed: TestBed, program: "poll-copies"): Promise<boolean> {
  const child = bed.start(program);
  const { code, stderr } = await child.ended;
  if (code === 0) return true;
  if (/StateError: .* is held by another process/.test(stderr)) bed.count("runs that found the state held");
  else bed.failures.push(`${program} (pid ${child.pid}) ended with ${code}: ${stderr.slice(-400)}`);
  return false;
}
