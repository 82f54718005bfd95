// The scenario in which processes are killed at chosen moments.

import { setTimeout as sleep } from "node:timers/promises";
import type { CopyIn } from "../../lib/model/types.ts";
import { copiesOf } from "../support/records.ts";
import { isRunning, onJournal, PROGRAMS, type Started } from "./programs.ts";
import type { TestBed } from "./test-bed.ts";

/** Moments at which a process is killed, each with the fault of the emulator that it needs. */
const MOMENTS = {
  "at random": undefined,
  "while SyncImages is delayed": { action: "SyncImages", effect: { kind: "delay", ms: 2_000 } },
  "while the answer of SyncImages is held back": { action: "SyncImages", effect: { kind: "hold-after" } },
  "while the answer of TagResources is held back": { action: "TagResources", effect: { kind: "hold-after" } },
  "while the answer of ModifyImageAttribute is held back": {
    action: "ModifyImageAttribute",
    effect: { kind: "hold-after" },
  },
  "after a claim": undefined,
} as const;
type Moment = keyof typeof MOMENTS;
const ORDER: readonly Moment[] = [
  "at random",
  "while the answer of SyncImages is held back",
  "after a claim",
  "while SyncImages is delayed",
  "while the answer of ModifyImageAttribute is held back",
  "while the answer of SyncImages is held back",
  "at random",
  "while SyncImages is delayed",
  "while the answer of TagResources is held back",
];
/**
 * The longest wait for the moment, ms. If the moment does not come, the process is killed anyway.
 */
const PATIENCE = 6_000;

/**
 * Starts one process after the other and kills each with SIGKILL, until `kills` processes were
 * killed.
 */
export async function kill(bed: TestBed, kills: number, say: (text: string) => void): Promise<number> {
  const { random } = bed;
  const renamed = new Set<string>();
  let killed = 0;
  for (let round = 0; killed < kills && round < kills * 8; round += 1) {
    const moment = ORDER[killed % ORDER.length] as Moment;
    const program = random.pick(PROGRAMS);
    // A run sets tags and names some time after the request, so a process must also find unfinished
    // work.
    const event = random.roll(0.25) ? await bed.share() : random.roll(0.8) ? (await bed.bake())[0] : {};
    const fault = await prepare(bed, moment);
    const child = bed.start(program, event);
    const hasCome = await wait(bed, moment, fault, child);
    const alive = isRunning(child);
    child.kill("SIGKILL");
    await child.ended;
    if (fault) await bed.cloud.control("DELETE", `faults/${fault}`);
    if (!alive || child.signalCode !== "SIGKILL") continue;
    killed += 1;
    const left = await whereKilled(bed, child.pid, renamed);
    const isDelayed = hasCome && moment === "while SyncImages is delayed" && left === "claimed, nothing sent";
    bed.count(isDelayed ? "sent, effect after the kill" : left);
    if (killed % 10 === 0) say(`${killed} of ${kills} kills`);
  }
  if (killed < kills) bed.failures.push(`only ${killed} of ${kills} processes were killed`);
  return killed;
}

async function prepare(bed: TestBed, moment: Moment): Promise<string | undefined> {
  const order = MOMENTS[moment];
  if (!order) return undefined;
  const match = { action: order.action, times: 0, ...(order.action === "SyncImages" && { dryRun: false }) };
  return String((await bed.cloud.control("POST", "faults", { match, effect: order.effect }))["id"]);
}

/** Waits for the moment; returns whether it came. */
async function wait(bed: TestBed, moment: Moment, fault: string | undefined, child: Started): Promise<boolean> {
  if (moment === "at random") {
    const until = Date.now() + bed.random.between(150, 1500);
    return !(await bed.until(() => Date.now() > until, child, 2_000));
  }
  if (moment === "after a claim") {
    let claimed = false;
    onJournal(child, ({ event }) => (claimed ||= event === "claimed"));
    return bed.until(() => claimed, child, PATIENCE);
  }
  const hit = async () => {
    const { faults } = await bed.cloud.control("GET", "faults");
    const state = (faults as { id: string; held: number; fired: string[] }[]).find(({ id }) => id === fault);
    return state !== undefined && (MOMENTS[moment]?.effect.kind === "delay" ? state.fired.length : state.held) > 0;
  };
  const hasCome = await bed.until(hit, child, PATIENCE);
  await sleep(bed.random.between(0, 40));
  return hasCome;
}

/** The point at which a process was killed, derived from the emulator and the state. */
async function whereKilled(bed: TestBed, pid: number | undefined, renamed: Set<string>): Promise<string> {
  const { account, images } = await bed.evidence();
  const state = await bed.openState();
  const copies = await copiesOf(state, account);
  await state.close();
  const claimed = copies.filter(
    (copy): copy is CopyIn<"requested"> =>
      copy.phase === "requested" && !copy.claim.endedAt && copy.claim.claimant.pid === pid,
  );
  const made = claimed.filter(({ key, claim }) =>
    images.some(({ region, name }) => region === key.region && name === claim.token),
  );
  const unrecorded = copies.filter(
    (copy) =>
      (copy.phase === "copying" || copy.phase === "finishing") &&
      images.some(({ imageId, name }) => imageId === copy.imageId && name === copy.claim.settings.name) &&
      !renamed.has(`${copy.key.region}/${copy.imageId}`),
  );
  for (const copy of unrecorded) if ("imageId" in copy) renamed.add(`${copy.key.region}/${copy.imageId}`);
  if (made.length > 0) return "between effect and record of SyncImages";
  if (claimed.length > 0) return "claimed, nothing sent";
  return unrecorded.length > 0 ? "between effect and record of the name" : "elsewhere";
}
