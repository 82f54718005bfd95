import type { RequestRecord, World } from "../world/types.ts";

/** Beyond this many the oldest are forgotten, so that an emulator can be left running. */
const KEPT = 50_000;

export function logRequest(world: World, record: RequestRecord): void {
  world.requests.push(record);
  if (world.requests.length > KEPT) world.requests.splice(0, world.requests.length - KEPT);
}
