import type { Copy, CopyState, ImageRef, Reason } from "../types.ts";

/** One copy as programs see it: the format of `apply --json` and of the functions' answers. */
export interface CopyLine {
  readonly policy: string;
  /** The root: the image that the policy selected. */
  readonly source: ImageRef;
  readonly region: string;
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
    state,
    imageId: ("imageId" in copy ? copy.imageId : undefined) ?? null,
    attempts,
    reason: reasonText(copy),
  };
}

/** Why a copy is where it is, and what to do about it, in one line; null if there is nothing to say. */
export function reasonText(copy: Copy): string | null {
  if ("reason" in copy) return copy.reason.remedy ? `${copy.reason.text} (${copy.reason.remedy})` : copy.reason.text;
  if (copy.missingSince !== undefined) return "not found at the last look";
  if (copy.state === "copying" && copy.imageId === undefined) return "asked for; the cloud has not shown it yet";
  return null;
}

/** Each of the reasons once. */
export function distinct(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.text}`, reason])).values()];
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
    a.key.rootRegion.localeCompare(b.key.rootRegion) ||
    a.rootName.localeCompare(b.rootName) ||
    a.key.rootId.localeCompare(b.key.rootId) ||
    a.key.region.localeCompare(b.key.region)
  );
}
