// The format of apply --json, and the exit code.
import type { Copy, CopyState, ImageRef, Millis, Reason, Repair, Variant } from "../model/types.ts";

/** When there may be something to do again: the earliest time that a copy waits for, or undefined if none does. */
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

/** One copy as programs see it: the format of `apply --json` and of the functions' answers. */
export interface CopyLine {
  readonly policy: string;
  /** The root: the image that the policy selected. */
  readonly source: ImageRef;
  readonly region: string;
  /** One source may have two copies in a region: a plain one, and an encrypted one that is made from it. */
  readonly variant: Variant;
  readonly state: CopyState;
  readonly imageId: string | null;
  readonly attempts: number;
  readonly reason: string | null;
}

/** The copies, and how many there are in each state. */
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

/** Copies in the order of their source and region, and the counts. */
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
 * Why a copy is where it is, and what to do about it, in one line; null if there is nothing to say. What is being set right
 * is left out where that is told already.
 */
export function reasonText(copy: Copy, toldWhatIsMended = false): string | null {
  const parts = [
    "reason" in copy ? withRemedy(copy.reason) : "",
    !("reason" in copy) && copy.missingSince !== undefined ? "not found at the last look" : "",
    copy.state === "copying" && copy.imageId === undefined ? "asked for; the cloud has not shown it yet" : "",
    copy.state === "finishing" && copy.publicationHold ? withRemedy(copy.publicationHold) : "",
    copy.rolledBackFrom === undefined ? "" : rolledBackText(copy, copy.rolledBackFrom),
    "deprecatedByUs" in copy && copy.deprecatedByUs
      ? copy.rolledBackFrom
        ? "marked as deprecated for that"
        : "marked as deprecated, as its source is"
      : "",
    "repair" in copy && copy.repair && !toldWhatIsMended ? mendingText(copy.repair) : "",
  ];
  return parts.filter(Boolean).join("; ") || null;
}

function rolledBackText({ state }: Copy, family: string): string {
  const isFinished = state === "ready" || state === "retired";
  return `rolled back: ${isFinished ? "taken out of" : "it will not be in"} the family ${family}`;
}

function mendingText({ what, tries }: Repair): string {
  return `being set right: ${what}${tries > 1 ? ` (tried ${tries} times)` : ""}`;
}

/** A reason, and what can be done about it, in one line. Brackets within brackets are hard to read. */
export function withRemedy({ text, remedy }: Reason): string {
  if (!remedy) return text;
  return /[()]/.test(remedy) || text.endsWith(")") ? `${text}; ${remedy}` : `${text} (${remedy})`;
}

/** Whether nothing more will happen to a copy by itself. */
export function isSettled(copy: Copy): boolean {
  if (copy.missingSince !== undefined) return false;
  return copy.state === "ready" || copy.state === "blocked" || copy.state === "failed" || copy.state === "retired";
}

/** 0: all is well; 3: something needs a person, or failed for good. */
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

/** A plain copy before the encrypted one that is made from it. */
export function byVariant({ key: { variant: a } }: Copy, { key: { variant: b } }: Copy): number {
  return Number(a !== "plain") - Number(b !== "plain") || byCodeUnits(a, b);
}
