// The condition of a copy on two axes that are never mixed: is it as desired, and is it healthy?
import type { Copy, CopyIn, Millis } from "../../model/types.ts";
import { MOST_TRIES } from "../../plan/upkeep/try-repair.ts";

/**
 * Whether the copy is what its policy asks for. `not yet`: it is not finished. `no`: it was finished
 * and differs now; `differences` says how. `no longer`: no policy desires it any more.
 */
export type AsDesired = "yes" | "no" | "not yet" | "no longer";

/**
 * How the work on a copy goes, whatever is left to do. `failed`, `blocked` and `stuck` need manual
 * action; `missing`, `retrying`, `repairing`, `waiting` and `progressing` go on by themselves; `ok`
 * has nothing to do.
 */
export type Health =
  | "failed"
  | "blocked"
  | "stuck"
  | "missing"
  | "retrying"
  | "repairing"
  | "waiting"
  | "progressing"
  | "ok";

/** From the most urgent to the one that needs nobody. */
export const BY_HEALTH: readonly Health[] = [
  "failed",
  "blocked",
  "stuck",
  "missing",
  "retrying",
  "repairing",
  "waiting",
  "progressing",
  "ok",
];

/** Both axes of one copy. */
export interface CopyCondition {
  readonly asDesired: AsDesired;
  /** What differs, in the words of the records. Empty unless `asDesired` is `no`. */
  readonly differences: readonly string[];
  readonly healthy: Health;
  /** How long the copy has been like this, in milliseconds; null for one with nothing to do. */
  readonly elapsedMs: Millis | null;
  /** When the next attempt or check follows, in epoch milliseconds; null if it is not timed. */
  readonly nextAt: Millis | null;
}

/** Whether only a person can help: the copy stays so until something changes outside. */
export function needsManualAction({ healthy }: Pick<CopyCondition, "healthy">): boolean {
  return healthy === "failed" || healthy === "blocked" || healthy === "stuck";
}

/** The condition of a copy at `now`, from its record alone. */
export function conditionOf(copy: Copy, now: Millis): CopyCondition {
  const { asDesired, differences = [] } = desiredAxis(copy);
  const healthy = healthOf(copy);
  const since = healthy === "ok" ? undefined : sinceOf(copy);
  const next = "notBefore" in copy ? copy.notBefore : undefined;
  return {
    asDesired,
    differences,
    healthy,
    elapsedMs: since === undefined ? null : Math.max(0, now - since),
    nextAt: next ?? null,
  };
}

function desiredAxis(copy: Copy): { asDesired: AsDesired; differences?: readonly string[] } {
  if (copy.phase === "retired" || copy.phase === "ended") return { asDesired: "no longer" };
  if (copy.phase !== "ready") {
    // The image was finished once, is gone, and the policy only reports that.
    const isGone = copy.phase === "blocked" && copy.lastImageId !== undefined;
    return isGone ? { asDesired: "no", differences: [`image ${copy.lastImageId} is gone`] } : { asDesired: "not yet" };
  }
  const differences = differencesOf(copy);
  return differences.length > 0 ? { asDesired: "no", differences } : { asDesired: "yes" };
}

/** What differs in a finished copy. That it is rolled back or deprecated is what a person or the policy wants. */
function differencesOf({ missingSince, imageId, repair, pendingReshare, refusals }: CopyIn<"ready">): string[] {
  return [
    ...(missingSince === undefined ? [] : [`image ${imageId} is missing`]),
    ...(repair?.differences ?? []),
    ...(pendingReshare?.length ? [`not shared again with ${pendingReshare.join(", ")}`] : []),
    ...(refusals ?? []).map(({ kind, item, code }) => `${kind} ${item} refused (${code})`),
  ];
}

function healthOf(copy: Copy): Health {
  const isMissing = "missingSince" in copy && copy.missingSince !== undefined;
  switch (copy.phase) {
    case "failed":
    case "blocked":
    case "retrying":
    case "waiting":
      return copy.phase;
    case "stuck":
      return "stuck";
    case "requested":
      return "progressing";
    case "copying":
      return isMissing ? "missing" : "progressing";
    case "finishing":
      if (isMissing) return "missing";
      return copy.publicationHold || copy.nameHold ? "waiting" : "progressing";
    case "ended":
      return "ok";
    case "retired":
      // A deletion that the cloud refuses is tried again by itself, and the image costs money until then.
      return isMissing ? "missing" : copy.refusedDeletion ? "retrying" : repairHealth(copy);
    case "ready":
      if (isMissing) return "missing";
      return copy.pendingReshare?.length || copy.refusals?.length ? "retrying" : repairHealth(copy);
  }
}

/** A repair that had no effect is reported, and tried again once a day. */
function repairHealth({ repair }: CopyIn<"ready" | "retired">): Health {
  if (!repair) return "ok";
  return repair.tries >= MOST_TRIES ? "stuck" : "repairing";
}

/** Since when the copy is in this condition. The claim began what is under way. */
function sinceOf(copy: Copy): Millis {
  if ("missingSince" in copy && copy.missingSince !== undefined) return copy.missingSince;
  switch (copy.phase) {
    case "requested":
    case "copying":
    case "finishing":
      return copy.claim.claimedAt;
    case "stuck":
      return copy.delayedSince ?? copy.claim.claimedAt;
    case "ready":
    case "retired":
      return copy.repair?.at ?? copy.updatedAt;
    case "waiting":
    case "retrying":
    case "blocked":
    case "failed":
    case "ended":
      return copy.delayedSince ?? copy.updatedAt;
  }
}
