// Scenarios with several programs at once on one state.
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, type Program, type Started } from "./programs.ts";
import type { TestBed } from "./test-bed.ts";

/** Errors with which a process may fail because of its state. */
const STATE_ERROR =
  /^(StateError|error): the state \S.* (cannot be reached|dropped the connection|is starting up or shutting down|is locked by another process|has no free connection)/m;

/** One of the programs that run repeatedly. */
interface Slot {
  readonly program: Program;
  child?: Started;
}

/**
 * Runs programs concurrently and restarts each one that ends, until `work` is done; then waits
 * until all have ended.
 */
export async function runConcurrently(
  bed: TestBed,
  programs: readonly Program[],
  work: (slots: readonly Slot[]) => Promise<void>,
  stateMayFail: boolean,
): Promise<void> {
  let over = false;
  const slots = programs.map((program): Slot => ({ program }));
  const run = async (slot: Slot): Promise<void> => {
    while (!over) {
      const child = bed.start(slot.program);
      slot.child = child;
      const { code, stderr } = await child.ended;
      if (code === 0) bed.count("runs that succeeded");
      else if (child.signalCode === "SIGKILL") bed.count("runs that were killed");
      else if (stateMayFail && STATE_ERROR.test(stderr)) bed.count("runs that ended with a StateError");
      else bed.failures.push(`${slot.program} (pid ${child.pid}) ended with ${code}: ${stderr.slice(-400)}`);
      if (code !== 0) await sleep(200);
    }
  };
  const running = Promise.all(slots.map(run));
  try {
    await work(slots);
  } finally {
    over = true;
  }
  await running;
}

/**
 * Runs many pollers at once, as timers and retries of SCF may start them, while images are baked.
 */
export async function pollConcurrently(bed: TestBed, rounds: number, say: (text: string) => void): Promise<void> {
  const bakeNow = async () => {
    for (let round = 1; round <= rounds; round += 1) {
      await bed.bake(bed.random.between(1, 3));
      if (bed.random.roll(0.4)) await bed.share();
      await sleep(bed.random.between(500, 4_000));
      if (round % 4 === 0) say(`round ${round} of ${rounds}`);
    }
  };
  await runConcurrently(bed, Array<Program>(8).fill("poll-copies"), bakeNow, false);
}

/** Runs four programs on one state, and repeatedly kills one of them. */
export async function killOneOfSeveral(bed: TestBed, kills: number, say: (text: string) => void): Promise<number> {
  let killed = 0;
  const killOne = async (slots: readonly Slot[]) => {
    while (killed < kills) {
      if (bed.random.roll(0.5)) await bed.bake();
      if (bed.random.roll(0.1)) await bed.share();
      await sleep(bed.random.between(200, 1_800));
      const { child } = bed.random.pick(slots);
      if (!child || !isRunning(child)) continue;
      child.kill("SIGKILL");
      killed += 1;
      if (killed % 10 === 0) say(`${killed} of ${kills} kills`);
    }
  };
  await runConcurrently(bed, ["apply", "status", "poll-copies", "evaluate-policy"], killOne, false);
  return killed;
}

/** A server that can be stopped and started. */
export interface Server {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Stops and starts the server of the state while programs run. */
export async function outages(bed: TestBed, server: Server, times: number, say: (text: string) => void): Promise<void> {
  const stopAndStart = async () => {
    for (let time = 1; time <= times; time += 1) {
      await bed.bake(2);
      await sleep(bed.random.between(300, 3_000));
      await server.stop();
      await sleep(bed.random.between(100, 2_000));
      await server.start();
      await sleep(bed.random.between(500, 2_500));
      if (time % 3 === 0) say(`${time} of ${times} outages`);
    }
  };
  await runConcurrently(bed, ["apply", "poll-copies", "evaluate-policy"], stopAndStart, true);
  if (!bed.tally.has("runs that ended with a StateError")) bed.failures.push("no run failed during an outage");
}
