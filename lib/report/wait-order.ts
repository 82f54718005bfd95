// Which run follows each run of `apply --wait`: a poll, a sweep, or none.
import { copyId } from "../model/identity.ts";
import type { Copy, Run } from "../model/types.ts";
import { textOf } from "../plan/describe.ts";
import type { Plan } from "../plan/types.ts";
import { isOver } from "./needs-user.ts";
import { isBeingRepaired } from "./summary.ts";

/** What a run answers. `plan`: of its first round. */
export interface Ended {
  readonly copies: readonly Copy[];
  readonly run: Pick<Run, "actions" | "problems">;
  readonly plan: Pick<Plan, "actions">;
}

/** What follows a run. */
export type NextRun = "poll" | "sweep" | "end";

/** So many sweeps may follow the work, because each of them called the cloud. A deletion takes two. */
const MOST_SWEEPS = 10;

/**
 * Makes the function that decides what follows each run of one `apply --wait`, which begins with a
 * sweep. Polls follow the copies that are open. What follows from the calls for other copies, such
 * as whom a family points to now, shows in a sweep only. So the end comes after a sweep that called
 * nothing, or nothing but what the sweep before it had called without effect.
 */
export function waitOrder(): (ended: Ended) => NextRun {
  let isSweep = true;
  let hasCalled = false;
  let sweeps = 0;
  let before = "";
  return ({ copies, run: { actions, problems }, plan }) => {
    hasCalled = isCall(actions) || (hasCalled && !isSweep);
    const planned = isSweep ? callsOf(plan) : before;
    const isRepeated = isSweep && planned === before;
    before = planned;
    const open = copies.filter((copy) => !isOver(copy, copies, problems));
    if (open.length > 0) {
      isSweep = open.every(awaitsSweep);
      return isSweep ? "sweep" : "poll";
    }
    if (!hasCalled || isRepeated || sweeps >= MOST_SWEEPS) return "end";
    sweeps += 1;
    isSweep = true;
    return "sweep";
  };
}

/** Whether a copy is only being repaired. Some repairs end in a sweep only, which sees the whole family. */
function awaitsSweep(copy: Copy): boolean {
  return isBeingRepaired(copy) && !("missingSince" in copy && copy.missingSince !== undefined);
}

function isCall(actions: Run["actions"]): boolean {
  return Object.entries(actions).some(([kind, count]) => kind !== "record" && count > 0);
}

/** What a plan calls, as text. */
function callsOf({ actions }: Ended["plan"]): string {
  const calls = actions.flatMap((action): string[][] => {
    if (action.do === "record") return [];
    if (action.do === "send") return action.claimRequests.map(({ copy }) => ["send", copyId(copy.key)]);
    return [[action.do, copyId(action.copy.key), action.image.imageId, textOf(action)]];
  });
  return JSON.stringify(calls.sort());
}
