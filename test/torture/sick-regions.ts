// A region that hangs or crawls while programs run: the copies in the other regions must not wait for it.
import { setTimeout as sleep } from "node:timers/promises";
import { runConcurrently } from "./concurrent-programs.ts";
import { isRunning } from "./programs.ts";
import { FAR } from "./setting.ts";
import type { TestBed } from "./test-bed.ts";

/** What a sick region does with every call. A crawling one answers, but late. */
const SICK = { hangs: { kind: "hang" }, crawls: { kind: "delay", ms: 6_000 } } as const;
/**
 * How long the copies in the healthy regions may wait, ms: two runs that each wait once for the sick
 * region, and the start of processes on a loaded machine.
 */
const BOUND = 90_000;

/**
 * Makes one destination sick after the other, bakes images, and kills a program now and then. Returns
 * the number of killed processes.
 */
export async function sickRegions(bed: TestBed, times: number, say: (text: string) => void): Promise<number> {
  let killed = 0;
  await runConcurrently(
    bed,
    ["poll-copies", "poll-copies", "evaluate-policy"],
    async (slots) => {
      // A first contact that cannot read every region makes older images wait, on purpose.
      const first = await rootsOf(bed, 1);
      if (!(await bed.until(() => haveCopies(bed, first, FAR), undefined, BOUND)))
        bed.failures.push("the first image was not copied");
      for (let time = 1; time <= times; time += 1) {
        const sick = bed.random.pick(FAR);
        const [name, effect] = bed.random.pick(Object.entries(SICK));
        await bed.cloud.control("POST", "faults", { match: { region: sick, times: 0 }, effect });
        const roots = await rootsOf(bed, 2);
        const started = Date.now();
        if (bed.random.roll(0.5)) {
          await sleep(bed.random.between(500, 5_000));
          const { child } = bed.random.pick(slots);
          if (child && isRunning(child) && child.kill("SIGKILL")) killed += 1;
        }
        const healthy = FAR.filter((region) => region !== sick);
        const isDone = await bed.until(() => haveCopies(bed, roots, healthy), undefined, BOUND);
        const seconds = Math.round((Date.now() - started) / 1000);
        if (isDone) bed.count(`times that ${sick} ${name} and the others have their copies`);
        else bed.failures.push(`${healthy.join(" and ")} waited ${seconds} s while ${sick} ${name}`);
        say(`${time} of ${times}: ${sick} ${name}; the copies in the other regions are there after ${seconds} s`);
        await bed.cloud.control("DELETE", "faults");
        await sleep(bed.random.between(500, 3_000));
      }
    },
    false,
  );
  return killed;
}

/** Makes images; returns their ids. */
async function rootsOf(bed: TestBed, count: number): Promise<readonly string[]> {
  return ((await bed.bake(count)) as { imageId: string }[]).map(({ imageId }) => imageId);
}

/** Whether each region has a copy of each image, finished or not. */
async function haveCopies(bed: TestBed, roots: readonly string[], regions: readonly string[]): Promise<boolean> {
  const { images } = await bed.evidence();
  return roots.every((root) =>
    regions.every((region) => images.some((one) => one.region === region && one.copiedFrom?.imageId === root)),
  );
}
