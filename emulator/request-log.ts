import type { ImageAt } from "./action.ts";
import type { World } from "./world.ts";

/** One request, whatever came of it. */
export interface RequestRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly requestId: string;
  /** `uin`; empty where the signature did not tell. */
  readonly account: string;
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly params: unknown;
  /** `ok`, an error code, or `dropped`, `http`, `notJson` when a fault took the answer away. */
  readonly result: string;
  /** Images that the request made or changed; also where the answer was lost. */
  readonly effects: readonly ImageAt[];
  /** Ids of the faults that hit it. */
  readonly faults: readonly string[];
}

/** Beyond this many the oldest are forgotten, so that an emulator can be left running. */
const KEPT = 50_000;

export function logRequest(world: World, record: RequestRecord): void {
  world.requests.push(record);
  if (world.requests.length > KEPT) world.requests.splice(0, world.requests.length - KEPT);
}
