// Lists and counts copies by state: the format of apply --json, and its exit code.
import { COPY_STATES } from "../model/copy/copy-state.ts";
import { imageIdOf, stateOf, stateOfPhase } from "../model/identity.ts";
import { fullText, storedText } from "../model/messages/define.ts";
import { JOURNAL_NOT_SENT, RECALLED, reason } from "../model/messages/reasons.ts";
import { reportText } from "../model/messages/report.ts";
import { difference } from "../model/messages/upkeep.ts";
import type { Totals } from "../model/ports.ts";
import { iso } from "../model/time.ts";
import type { Copy, CopyPhase, CopyState, ImageRef, Millis, Reason, Variant } from "../model/types.ts";
import { sharedReason } from "../plan/upkeep/giving/shares.ts";
import { MOST_TRIES } from "../plan/upkeep/try-repair.ts";

/**
 * The earliest time at which a run may find work: the first retry or recheck. Undefined if no copy
 * needs one.
 */
export function nextCheck(copies: readonly Copy[], now: Millis): Millis | undefined {
  const times = copies.flatMap((copy) => {
    switch (copy.phase) {
      case "requested":
      case "copying":
      case "finishing":
        return [now];
      case "waiting":
      case "retrying":
        return [copy.notBefore ?? now];
      case "blocked":
        return copy.notBefore ?? [];
      case "stuck":
        return copy.missingSince === undefined ? (copy.notBefore ?? []) : [now];
      case "ready":
      case "retired":
        return copy.missingSince !== undefined || copy.repair ? [now] : [];
      case "failed":
      case "ended":
        return [];
    }
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** One copy, in the format of `apply --json` and of the functions' answers. */
export interface CopyLine {
  readonly policy: string;
  /** The root: the image that the policy selected. */
  readonly source: NamedImage;
  readonly region: string;
  /**
   * A source may have two copies in one region: a plain one, and an encrypted one made from the
   * plain one.
   */
  readonly variant: Variant;
  readonly state: CopyState;
  readonly imageId: string | null;
  readonly attempts: number;
  /** Why it is in its state, and what to do next. */
  readonly reason: Reason | null;
}

/** An image with its name, as every layout of `--json` writes one. */
export interface NamedImage extends ImageRef {
  readonly name: string;
}

/** The number of copies in each state. */
export type Counts = Readonly<Record<CopyState | "total", number>>;

/** The copies, the number of copies in each state, and the problems. */
export interface Summary {
  readonly copies: readonly CopyLine[];
  readonly summary: Counts & { readonly problems: readonly Reason[] };
}

/** The phases in which a copy stays until something changes outside. */
const SETTLED: ReadonlySet<CopyPhase> = new Set(["ready", "blocked", "stuck", "failed", "retired", "ended"]);

/** Lists copies by source and region, and counts them by state. */
export function summarise(copies: readonly Copy[], problems: readonly Reason[]): Summary {
  const lines = [...copies].sort(bySourceThenRegion).map(lineOf);
  return { copies: lines, summary: { ...countsOf(copies), problems } };
}

/**
 * Counts copies by state. `totals` has the numbers of all copies of an account by phase: then these
 * are counted, and a copy that is not in `copies` counts by its phase.
 */
export function countsOf(copies: readonly Copy[], totals?: Totals): Counts {
  const counts = new Map<CopyState, number>(COPY_STATES.map((state) => [state, 0]));
  const add = (state: CopyState, count: number) => counts.set(state, (counts.get(state) ?? 0) + count);
  for (const [phase, count] of Object.entries(totals ?? {}) as [CopyPhase, number][]) add(stateOfPhase(phase), count);
  for (const copy of copies) {
    if (totals) add(stateOfPhase(copy.phase), -1);
    add(stateOf(copy), 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { total, ...(Object.fromEntries(counts) as Record<CopyState, number>) };
}

/** The order in which a person wants to know of copies. */
const BY_URGENCY: readonly CopyState[] = [
  "blocked",
  "failed",
  "retrying",
  "waiting",
  "copying",
  "finishing",
  "ready",
  "retired",
];

/** Lists copies by urgency, then by source and region. */
export function linesByUrgency(copies: readonly Copy[]): CopyLine[] {
  const { copies: lines } = summarise(copies, []);
  return [...lines].sort((a, b) => BY_URGENCY.indexOf(a.state) - BY_URGENCY.indexOf(b.state));
}

function lineOf(copy: Copy): CopyLine {
  const { key, policy, attempts } = copy;
  return {
    policy,
    source: { region: key.rootRegion, imageId: key.rootId, name: copy.rootName },
    region: key.region,
    variant: key.variant,
    state: stateOf(copy),
    imageId: imageIdOf(copy) ?? null,
    attempts,
    reason: reasonOf(copy),
  };
}

/**
 * Why a copy is in its state, with the remedy, in one line; null if there is nothing to explain.
 * `omitRepair` leaves out the differences that are being repaired, for a caller that lists the
 * repairing calls.
 */
export function reasonText(copy: Copy, omitRepair = false): string | null {
  return reasonsOf(copy, omitRepair).map(fullText).join("; ") || null;
}

/**
 * The same for programs, as one reason: the first one, whose code, remedy and request id stay apart, and after
 * its text those of the others.
 */
export function reasonOf(copy: Copy): Reason | null {
  const [first, ...others] = reasonsOf(copy);
  if (!first || others.length === 0) return first ?? null;
  return { ...first, text: storedText([first.text, ...others.map(fullText)].join("; ")) };
}

/** Every reason why a copy is in its state, the most important one first. `omitRepair` as for `reasonText`. */
export function reasonsOf(copy: Copy, omitRepair = false): Reason[] {
  const parts = [
    "reason" in copy && copy.reason,
    copy.phase === "retrying" && nextAttempt(copy.attempts, iso(copy.notBefore)),
    missing(copy),
    copy.phase === "requested" && reportText("requested"),
    copy.phase === "ready" &&
      copy.installation !== undefined &&
      reason("other-installation", { installation: copy.installation }),
    copy.phase === "ready" && copy.sharedByOthers?.length && sharedReason(copy),
    copy.phase === "finishing" && copy.publicationHold,
    copy.phase === "finishing" && copy.nameHold,
    rollback(copy),
    !omitRepair && repair(copy),
  ];
  return parts.flatMap((part) => part || []);
}

/** Which attempt follows after `failed` ones, and when. */
export function nextAttempt(failed: number, at: string): Reason {
  return reportText("next-attempt", { attempt: failed + 1, at });
}

function missing(copy: Copy): Reason | undefined {
  if ("reason" in copy || !("missingSince" in copy) || copy.missingSince === undefined) return undefined;
  const { imageId, missingSince } = copy;
  return reason("missing", { imageId, since: iso(missingSince) });
}

/**
 * A rolled-back copy is deprecated because of the rollback; any other one because its source is
 * deprecated, or by age.
 */
function rollback(copy: Copy): Reason | undefined {
  const isDeprecated = "deprecatedByUs" in copy && copy.deprecatedByUs === true;
  const family = copy.rolledBackFrom;
  if (family === undefined) return isDeprecated ? deprecated(copy) : undefined;
  const isFinished = copy.phase === "ready" || copy.phase === "retired" || copy.phase === "ended";
  return reportText("rolled-back", { family, isFinished, isDeprecated });
}

/** Says the cause unless the reason of the copy does; nothing while the image is still being deprecated. */
function deprecated(copy: Copy): Reason | undefined {
  if ("repair" in copy && copy.repair?.differences.includes(difference("deprecation").text)) return undefined;
  const isByAge = "deprecatedByAge" in copy && copy.deprecatedByAge === true;
  const isSaid = "reason" in copy && copy.reason.code === RECALLED.code;
  return reportText("deprecated", { because: isByAge ? "age" : isSaid ? "said" : "recall" });
}

function repair(copy: Copy): Reason | undefined {
  if (!("repair" in copy) || !copy.repair) return undefined;
  const { differences, tries } = copy.repair;
  return reportText("repairing", { differences, tries });
}

/**
 * Whether the program has nothing more to do for a copy, unless its policy, its source or its image
 * changes.
 */
export function isSettled(copy: Copy): boolean {
  if ("missingSince" in copy && copy.missingSince !== undefined) return false;
  return SETTLED.has(copy.phase) && !isBeingRepaired(copy);
}

/** Whether a repair has begun, and has not been given up until the next day. */
export function isBeingRepaired(copy: Copy): boolean {
  const tries = "repair" in copy ? (copy.repair?.tries ?? 0) : 0;
  return tries > 0 && tries < MOST_TRIES;
}

/** 0: success; 3: manual action required or permanent failure. That the journal waits is neither, yet: `journalHealth`. */
export function exitCodeOf({ summary }: Summary): 0 | 3 {
  const problems = summary.problems.filter(({ code }) => code !== JOURNAL_NOT_SENT);
  return summary.blocked + summary.failed + problems.length > 0 ? 3 : 0;
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
