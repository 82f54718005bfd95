// The log of all requests.
import type { RequestRecord, World } from "../world/types.ts";

/**
 * The log drops its oldest entries beyond this number, so that an emulator can run for a long time.
 */
const MAX_RECORDS = 50_000;

/** Appends a request to the log of a world. */
export function logRequest(world: World, record: RequestRecord): void {
  world.requests.push(record);
  if (world.requests.length > MAX_RECORDS) world.requests.splice(0, world.requests.length - MAX_RECORDS);
}
