// Runs what is due by the clock of the emulator: timers, asynchronous events and their retries.
import {
  type AsyncEvent,
  type FunctionTrigger,
  functionKey,
  revisionOf,
  type StoredFunction,
  statusOf,
  targetOf,
} from "../../world/services/function.ts";
import type { World } from "../../world/types.ts";
import { invokeAsync } from "./async-queue.ts";
import { cronOf, nextRun, parseCron } from "./schedule/cron.ts";
import { isExpired, retryDelay, throttleDelay } from "./schedule/retries.ts";

const ZONES = { beijing: 8 * 3_600_000, utc: 0 } as const;

/**
 * Queues an event for each timer that is due. A timer fires once however many of its times have
 * passed, and not again before `mayFire` allows it.
 */
export function fireTimers(world: World, mayFire: (trigger: FunctionTrigger) => boolean): void {
  const now = world.workNow();
  for (const stored of world.functions.values()) {
    for (const trigger of stored.triggers) {
      if (trigger.type !== "timer") continue;
      const cron = parseCron(cronOf(trigger.description));
      const due =
        typeof cron === "string" ? undefined : nextRun(cron, trigger.firedUntil, ZONES[world.switches.cronZone]);
      if (due === undefined || due > now || (trigger.isEnabled && !mayFire(trigger))) continue;
      trigger.firedUntil = now;
      // A timer that is off misses its times.
      if (!trigger.isEnabled) continue;
      invokeAsync(world, targetOf(stored, trigger.qualifier), timerEvent(trigger, due), { source: "timer" });
    }
  }
}

/** The event of a timer (product documentation 583/9708). */
function timerEvent(trigger: FunctionTrigger, due: number) {
  const time = new Date(due).toISOString().replace(/\.\d{3}Z$/, "Z");
  return { Type: "Timer", TriggerName: trigger.name, Time: time, Message: trigger.customArgument };
}

/** Starts a run of each event that is due. Each run removes its event, or decides when it is tried again. */
export function runDueEvents(world: World): void {
  const now = world.workNow();
  const due = world.asyncEvents.filter(({ isRunning, dueAt }) => !isRunning && dueAt <= now);
  for (const event of due) {
    const stored = world.functions.get(functionKey(event.target));
    const qualifier = event.target.qualifier ?? "$LATEST";
    const isGone = stored === undefined || revisionOf(stored, qualifier) === undefined;
    if (isGone || isExpired(event, stored.msgTtlSeconds, now)) remove(world, event);
    else if (world.runner === undefined || statusOf(stored, now) !== "Active") continue;
    else if (world.runner.hasRoom(stored)) void runEvent(world, stored, event);
    else {
      event.throttles += 1;
      event.dueAt = now + throttleDelay(event.throttles);
    }
  }
}

async function runEvent(world: World, stored: StoredFunction, event: AsyncEvent): Promise<void> {
  event.isRunning = true;
  event.throttles = 0;
  const result = await world.runner?.run(stored, {
    requestId: event.requestId,
    qualifier: event.target.qualifier ?? "$LATEST",
    event: event.event,
    source: event.source,
    isAsync: true,
    retry: event.errors,
  });
  event.isRunning = false;
  if (result?.error !== undefined && event.errors < stored.retryNum) {
    event.errors += 1;
    event.dueAt = world.workNow() + retryDelay(event.errors);
  } else {
    remove(world, event);
  }
}

function remove(world: World, event: AsyncEvent): void {
  const index = world.asyncEvents.indexOf(event);
  if (index >= 0) world.asyncEvents.splice(index, 1);
}
