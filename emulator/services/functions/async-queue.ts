// Asynchronous events: they are queued here, and `run-due-work.ts` runs them.
import { DELIVERY, deliveryFaultsOf, faultsFor } from "../../api/faults.ts";
import { ApiError } from "../../errors.ts";
import {
  type AsyncEvent,
  type FunctionTarget,
  functionKey,
  type StoredFunction,
} from "../../world/services/function.ts";
import type { World } from "../../world/types.ts";
import { isExpired } from "./schedule/retries.ts";

/** Bytes of an asynchronous event at most (product documentation 583/11637). */
const MOST_BYTES = 128 * 1024;

/**
 * Queues an event for a function and answers the request id. The event reaches the function at
 * least once: faults of the action `deliver` of scf repeat it, delay it or lose it. Throws `ApiError`
 * ResourceNotFound.Function if there is no such function, and InvalidParameterValue.Param if the
 * event has more than 128 KB.
 */
export function invokeAsync(
  world: World,
  target: FunctionTarget,
  event: unknown,
  options: { requestId?: string; source?: string } = {},
): string {
  const stored = world.functions.get(functionKey(target));
  if (stored === undefined) {
    throw new ApiError("ResourceNotFound.Function", `The function \`${target.name}\` does not exist.`);
  }
  const text = JSON.stringify(event ?? {});
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new ApiError("InvalidParameterValue.Param", "An asynchronous event has at most 128 KB.");
  }
  const requestId = options.requestId ?? world.random.uuid();
  const now = world.workNow();
  dropExpired(world, stored, now);
  const { region, account } = target;
  const call = { service: "scf", action: DELIVERY, region, account, dryRun: false, requestId };
  const { count, lateMs } = deliveryFaultsOf(faultsFor(world, call));
  for (let copy = 0; copy < count; copy += 1) {
    world.asyncEvents.push({
      requestId,
      target,
      event: text,
      source: options.source ?? "",
      queuedAt: now + lateMs,
      dueAt: now + lateMs,
      errors: 0,
      throttles: 0,
      isRunning: false,
    });
  }
  return requestId;
}

/** Forgets the events of a function that are too old, so that a world whose functions do not run stays small. */
function dropExpired(world: World, stored: StoredFunction, now: number): void {
  const key = `${stored.owner}/${stored.region}/${stored.namespace}/${stored.name}`;
  const isKept = (event: AsyncEvent) =>
    event.isRunning || functionKey(event.target) !== key || !isExpired(event, stored.msgTtlSeconds, now);
  const kept = world.asyncEvents.filter(isKept);
  world.asyncEvents.splice(0, world.asyncEvents.length, ...kept);
}
