// Lets the functions of a world run: the runner, and the loop that looks for what is due.
import type { FunctionTrigger } from "../../world/services/function.ts";
import type { World } from "../../world/types.ts";
import { fireTimers, runDueEvents } from "./run-due-work.ts";
import { createRunner } from "./runner.ts";

/** How functions run. */
export interface RunFunctions {
  /** Runtime, such as `Nodejs18.15` → the file of its Node. Default: the Node of the emulator. */
  readonly nodes?: Readonly<Record<string, string>>;
  /**
   * The variables that every function gets besides its own, from the URL of the emulator. Default:
   * none, so that a function that was written for the cloud reaches the cloud.
   */
  readonly functionEnv?: (url: string) => Readonly<Record<string, string>>;
}

/** Real milliseconds between two looks. */
const INTERVAL = 200;
/** Real milliseconds between two runs of a timer, however fast the clock of the emulator goes. */
const TIMER_INTERVAL = 1000;

/** Starts to run the functions of a world. Answers a function that kills all of them and resolves when they are gone. */
export function startFunctions(world: World, { nodes = {}, functionEnv }: RunFunctions, url: string) {
  const runner = createRunner(world, nodes, functionEnv?.(url) ?? {});
  world.runner = runner;
  const fired = new WeakMap<FunctionTrigger, number>();
  const mayFire = (trigger: FunctionTrigger) => {
    const now = performance.now();
    if (now - (fired.get(trigger) ?? Number.NEGATIVE_INFINITY) < TIMER_INTERVAL) return false;
    fired.set(trigger, now);
    return true;
  };
  const timer = setInterval(() => {
    fireTimers(world, mayFire);
    runDueEvents(world);
    runner.endUnneeded();
  }, INTERVAL);
  return async () => {
    clearInterval(timer);
    world.runner = undefined;
    await runner.close();
  };
}
