// Lists and counts copies by state: the format of apply --json, and its exit code.
import { fullText } from "../model/messages/define.ts";
import { reportText } from "../model/messages/report.ts";
import type { Copy, CopyState, ImageRef, Millis, Reason, Variant } from "../model/types.ts";

/**
 * The earliest time at which a run may find work: the first retry or recheck. Undefined if no copy
 * needs one.
 */
export function nextCheck(copies: readonly Copy[], now: Millis): Millis | undefined {
  const times = copies.flatMap((copy) => {
    if (copy.missingSince !== undefined || ("repair" in copy && copy.repair)) return [now];
    if (copy.state === "copying" || copy.state === "finishing") return [now];
    if (copy.state === "waiting" || copy.state === "retrying") return [copy.notBefore ?? now];
    if (copy.state === "blocked" && copy.notBefore !== undefined) return [copy.notBefore];
    return [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** One copy, in the format of `apply --json` and of the functions' answers. */
export interface CopyLine {
  readonly policy: string;
  /** The root: the image that the policy selected. */
  readonly source: ImageRef;
  readonly region: string;
  /**
   * A source may have two copies in one region: a plain one, and an encrypted one made from the
   * plain one.
   */
  readonly variant: Variant;
  readonly state: CopyState;
  readonly imageId: string | null;
  readonly attempts: number;
  readonly reason: string | null;
}

/** The copies, the number of copies in each state, and the problems. */
export interface Summary {
  readonly copies: readonly CopyLine[];
  readonly summary: Readonly<Record<CopyState | "total", number>> & { readonly problems: readonly Reason[] };
}

const STATES: readonly CopyState[] = [
  "waiting",
  "copying",
  "finishing",
  "ready",
  "retrying",
  "blocked",
  "failed",
  "retired",
];

/** Lists copies by source and region, and counts them by state. */
export function summarise(copies: readonly Copy[], problems: readonly Reason[]): Summary {
  const lines = [...copies].sort(bySourceThenRegion).map(lineOf);
  const count = (state: CopyState) => copies.filter((copy) => copy.state === state).length;
  const counts = Object.fromEntries(STATES.map((state) => [state, count(state)])) as Record<CopyState, number>;
  return { copies: lines, summary: { total: copies.length, ...counts, problems } };
}

function lineOf(copy: Copy): CopyLine {
  const { key, policy, state, attempts } = copy;
  return {
    policy,
    source: { region: key.rootRegion, imageId: key.rootId },
    region: key.region,
    variant: key.variant,
    state,
    imageId: ("imageId" in copy ? copy.imageId : undefined) ?? null,
    attempts,
    reason: reasonText(copy),
  };
}

/**
 * Why a copy is in its state, with the remedy, in one line; null if there is nothing to explain.
 * `omitRepair` leaves out the differences that are being repaired, for a caller that lists the
 * repairing calls.
 */
export function reasonText(copy: Copy, omitRepair = false): string | null {
  const parts = [
    "reason" in copy ? fullText(copy.reason) : "",
    !("reason" in copy) && copy.missingSince !== undefined ? reportText("not-found").text : "",
    copy.state === "copying" && copy.imageId === undefined ? reportText("requested").text : "",
    copy.state === "finishing" && copy.publicationHold ? fullText(copy.publicationHold) : "",
    rollbackText(copy),
    omitRepair ? "" : repairText(copy),
  ];
  return parts.filter(Boolean).join("; ") || null;
}

/**
 * A rolled-back copy is deprecated because of the rollback; any other one because its source is
 * deprecated.
 */
function rollbackText(copy: Copy): string {
  const isDeprecated = "deprecatedByUs" in copy && copy.deprecatedByUs === true;
  const family = copy.rolledBackFrom;
  if (family === undefined) return isDeprecated ? reportText("deprecated").text : "";
  const isFinished = copy.state === "ready" || copy.state === "retired";
  return reportText("rolled-back", { family, isFinished, isDeprecated }).text;
}

function repairText(copy: Copy): string {
  if (!("repair" in copy) || !copy.repair) return "";
  const { what, tries } = copy.repair;
  return reportText("repairing", { differences: what, tries }).text;
}

/**
 * Whether the program has nothing more to do for a copy, unless its policy, its source or its image
 * changes.
 */
export function isSettled(copy: Copy): boolean {
  if (copy.missingSince !== undefined) return false;
  return copy.state === "ready" || copy.state === "blocked" || copy.state === "failed" || copy.state === "retired";
}

/** 0: success; 3: manual action required or permanent failure. */
export function exitCodeOf({ summary }: Summary): 0 | 3 {
  return summary.blocked + summary.failed + summary.problems.length > 0 ? 3 : 0;
}

function bySourceThenRegion(a: Copy, b: Copy): number {
  return (
    byCodeUnits(a.key.rootRegion, b.key.rootRegion) ||
    byCodeUnits(a.rootName, b.rootName) ||
    byCodeUnits(a.key.rootId, b.key.rootId) ||
    byCodeUnits(a.key.region, b.key.region) ||
    byVariant(a, b)
  );
}

/** Compares code units, so that the order does not depend on the locale of the machine. */
function byCodeUnits(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

/** Sorts a plain copy before the encrypted copy that is made from it. */
export function byVariant({ key: { variant: a } }: Copy, { key: { variant: b } }: Copy): number {
  return Number(a !== "plain") - Number(b !== "plain") || byCodeUnits(a, b);
}
