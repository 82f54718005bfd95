// The regions that an action depends on, and in which it changes something.
import type { Action } from "../plan/types.ts";

/** The regions of the copies, of their roots, and of the images that they are copied from. */
export function regionsOf(action: Action): readonly string[] {
  if (action.do !== "send") return [action.copy.key.region, action.copy.key.rootRegion];
  const copies = action.claimRequests.map(({ copy }) => copy.key);
  return [action.source.region, ...copies.flatMap(({ region, rootRegion }) => [region, rootRegion])];
}
