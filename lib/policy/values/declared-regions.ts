// Reads the regions that a policy file adds to a built-in group, and so to a side of the border.
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import type { DeclaredSides } from "../../model/policy.ts";
import { BUILT_IN_GROUPS, RETIRED_REGIONS, regionOf, toRegionId } from "./regions.ts";

/** What is wrong with a group as a whole, or with one of its entries. */
export interface GroupProblem {
  readonly group: string;
  readonly index?: number;
  readonly message: Message;
}

/** Before a region that is added to a built-in group. */
export const ADDS = "+";

/** The built-in groups that are sides of the border. `all` contains both. */
const SIDES = ["mainland", "outside"] as const;

/**
 * The built-in groups with the regions that the `regions` block adds to them, and the side of each
 * added region: `outside: ["+me-saudi-arabia"]`. So a policy can use a region that this release does
 * not know. A later release may know it: then the entry remains valid, if it says the same side.
 */
export function declareRegions(own: Readonly<Record<string, readonly string[]>>): {
  groups: Map<string, readonly string[]>;
  declaredSides: DeclaredSides;
  problems: GroupProblem[];
} {
  const groups = new Map(BUILT_IN_GROUPS);
  const declaredSides: Record<string, (typeof SIDES)[number]> = {};
  const problems: GroupProblem[] = [];
  for (const side of SIDES) {
    if (!Object.hasOwn(own, side)) continue;
    for (const [index, entry] of (own[side] ?? []).entries()) {
      const id = entry.slice(ADDS.length);
      const message = problemOf(entry, id, side, declaredSides[id]);
      if (message !== undefined) problems.push({ group: side, index, message });
      else {
        declaredSides[id] = side;
        for (const group of [side, "all"]) groups.set(group, [...new Set([...(groups.get(group) ?? []), id])]);
      }
    }
  }
  if (Object.hasOwn(own, "all")) {
    problems.push({ group: "all", message: policyProblem("group-built-in", { group: "all" }) });
  }
  return { groups, declaredSides, problems };
}

function problemOf(entry: string, id: string, side: string, declared: string | undefined): Message | undefined {
  if (!entry.startsWith(ADDS)) return policyProblem("group-built-in", { group: side });
  if (toRegionId(id) !== id) return policyProblem("unknown-region", { name: id });
  if (RETIRED_REGIONS.includes(id)) return policyProblem("retired-region", { name: id });
  const known = regionOf(id)?.side ?? declared;
  return known === undefined || known === side ? undefined : policyProblem("region-on-other-side", { id, side: known });
}
