// The clock of COS, which may differ from the emulator's.
import type { World } from "../../world/types.ts";

/** In epoch milliseconds. */
export function cosNow(world: World): number {
  return world.now() + world.switches.cosClockSkewMs;
}
