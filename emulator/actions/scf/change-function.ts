// Changes code and settings of a function, which takes a short time.
import { ApiError } from "../../errors.ts";
import type { FunctionRevision, StoredFunction } from "../../world/services/function.ts";
import type { World } from "../../world/types.ts";

/** How long a function is Creating or Updating, in unscaled milliseconds. A guess. */
const WORK_MS = 2000;

/** The state of a deployment that begins now. */
export function beginDeployment(world: World, status: "Creating" | "Updating"): NonNullable<StoredFunction["work"]> {
  return { status, until: world.workNow() + WORK_MS / world.config.timeScale };
}

/** Replaces code or settings; running instances of the former revision end with their call. */
export function changeFunction(
  world: World,
  stored: StoredFunction,
  change: Partial<Omit<FunctionRevision, "revision">>,
): void {
  stored.latest = { ...stored.latest, ...change, revision: world.random.uuid() };
  stored.work = beginDeployment(world, "Updating");
  stored.modifiedAt = world.now();
}

/** Throws `ApiError` UnsupportedOperation for a member that would change a function and that the emulator does not model. */
export function refuseUnmodelled(members: Readonly<Record<string, boolean>>): void {
  const named = Object.entries(members).find(([, isGiven]) => isGiven)?.[0];
  if (named !== undefined) throw new ApiError("UnsupportedOperation", `The emulator does not support \`${named}\`.`);
}
