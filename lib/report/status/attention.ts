// The copies that need attention, grouped by what they need it for, the most urgent first.
import { groupBy } from "../../model/collections.ts";
import { imageIdOf } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { iso } from "../../model/time.ts";
import type { Copy, Millis, Reason } from "../../model/types.ts";
import { BY_HEALTH, conditionOf, type Health, needsManualAction } from "../copies/copy-condition.ts";
import { reasonOf, reasonText } from "../summary.ts";
import { genericText } from "./generic-text.ts";

/**
 * What a group asks of its reader. `manual`: only a person can help. `passing`: it goes on by itself.
 * `note`: nothing is wrong, and something is worth knowing, e.g. that a copy was rolled back.
 */
export type Urgency = "manual" | "passing" | "note";

/** Copies that are in the same condition for the same reason. */
export interface AttentionGroup {
  readonly urgency: Urgency;
  readonly healthy: Health;
  /** The code of the reason. */
  readonly code: string;
  /** The reason of the first copy. That of the others differs at most in ids, names and times. */
  readonly text: string;
  readonly remedy: string | null;
  /** Whether text and remedy are the same for all of them. */
  readonly isSame: boolean;
  /** The one that has waited longest first. */
  readonly copies: readonly [Copy, ...Copy[]];
  /** Their destinations, sorted. */
  readonly regions: readonly string[];
  /** Since when the first copy has been like this, in epoch milliseconds. */
  readonly since: Millis | null;
  /** When the next attempt or check follows, of all of them the earliest. */
  readonly nextAt: Millis | null;
}

interface Case {
  readonly copy: Copy;
  readonly healthy: Health;
  readonly reason: Reason;
  readonly since: Millis | null;
  readonly nextAt: Millis | null;
}

/**
 * Groups the copies that have something to say, at `now`. `failureOf`: why the last call for a copy
 * failed, for one that is still under way and whose record does not say so.
 */
export function attentionOf(
  copies: readonly Copy[],
  now: Millis,
  failureOf: (copy: Copy) => Reason | undefined = () => undefined,
): AttentionGroup[] {
  const cases = copies.flatMap((copy): Case[] => {
    const { healthy, elapsedMs, nextAt } = conditionOf(copy, now);
    const why = whyOf(copy, healthy) ?? (healthy === "progressing" ? failureOf(copy) : undefined);
    return why ? [{ copy, healthy, reason: why, since: elapsedMs === null ? null : now - elapsedMs, nextAt }] : [];
  });
  const groups = [...groupBy(cases, groupIdOf).values()].map(groupOf);
  return groups.sort(
    (a, b) =>
      URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency) ||
      BY_HEALTH.indexOf(a.healthy) - BY_HEALTH.indexOf(b.healthy) ||
      b.copies.length - a.copies.length,
  );
}

const URGENCIES: readonly Urgency[] = ["manual", "passing", "note"];

/** The reason why a copy is as it is, as one: its own, what it waits for, or what differs in it. */
function whyOf(copy: Copy, healthy: Health): Reason | undefined {
  // What is only under way, or no longer wanted and at rest, has nothing to say.
  if (healthy === "progressing" || (healthy === "ok" && copy.phase !== "ready")) return undefined;
  if ("missingSince" in copy && copy.missingSince !== undefined) {
    return reason("missing", { imageId: copy.imageId, since: iso(copy.missingSince) });
  }
  if (copy.phase === "finishing") return copy.publicationHold ?? copy.nameHold;
  if ("reason" in copy && copy.phase !== "retired") return copy.reason;
  const text = wordsOf(copy);
  return text === null ? undefined : { code: codeOf(copy), text: text as Reason["text"] };
}

function wordsOf(copy: Copy): string | null {
  const refused = ("refusals" in copy && copy.refusals) || [];
  const reshare = ("pendingReshare" in copy && copy.pendingReshare) || [];
  const parts = [
    reasonText(copy),
    ...refused.map(({ kind, item, code }) => `${kind} ${item} is refused: ${code}; it is tried again once a day`),
    reshare.length > 0 ? `to be shared again with ${reshare.join(", ")}` : "",
    copy.phase === "retired" && copy.refusedDeletion ? `its deletion is refused: ${copy.refusedDeletion.code}` : "",
  ];
  return parts.filter(Boolean).join("; ") || null;
}

/** The code of what `wordsOf` says of a finished copy. */
function codeOf(copy: Copy): string {
  if ("refusals" in copy && copy.refusals?.[0]) return `${copy.refusals[0].kind}-refused`;
  if ("pendingReshare" in copy && copy.pendingReshare?.length) return "reshare";
  if (copy.phase === "retired" && copy.refusedDeletion) return "deletion-refused";
  return reasonOf(copy)?.code ?? copy.phase;
}

function groupIdOf({ copy, healthy, reason: why }: Case): string {
  const { code, text, remedy = "" } = why;
  return JSON.stringify([healthy, code, genericOf(copy, text), genericOf(copy, remedy)]);
}

function genericOf(copy: Copy, text: string): string {
  const { key, rootName } = copy;
  const token = "claim" in copy ? [copy.claim.token] : [];
  return genericText(text, [...token, rootName, key.rootId, imageIdOf(copy) ?? ""]);
}

function groupOf(cases: readonly Case[]): AttentionGroup {
  const sorted = [...cases].sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
  const [first] = sorted as [Case];
  const { code, text, remedy } = first.reason;
  const next = sorted.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
  const { healthy } = first;
  return {
    urgency: needsManualAction({ healthy }) ? "manual" : healthy === "ok" ? "note" : "passing",
    healthy,
    code,
    text,
    remedy: remedy ?? null,
    isSame: sorted.every(({ reason: other }) => other.text === text && other.remedy === remedy),
    copies: sorted.map(({ copy }) => copy) as [Copy, ...Copy[]],
    regions: [...new Set(sorted.map(({ copy }) => copy.key.region))].sort(),
    since: first.since,
    nextAt: next.length > 0 ? Math.min(...next) : null,
  };
}
