// A plan as a diff: one line for each copy, with one sign, grouped by policy.
import { fullText } from "../../model/messages/define.ts";
import type { CopyState, ImageRef, Reason } from "../../model/types.ts";
import type { CopyView, PlanView } from "./plan-view.ts";

/**
 * What happens to a copy: `+` it is created, `~` changed, `-` deleted; `=` it is orphaned and retained; `·` it waits
 * or is under way and nothing is called for it now; `!` it needs manual action.
 */
export type Sign = "+" | "~" | "-" | "=" | "·" | "!";

/** The signs in the order in which they are shown: what needs manual action comes last, next to the totals. */
export const SIGNS: readonly Sign[] = ["+", "~", "-", "=", "·", "!"];

/** One copy in a diff. */
export interface DiffLine extends CopyView {
  readonly sign: Sign;
  /** The image of the copy, where the line is about that. */
  readonly image?: ImageRef & { readonly name?: string; readonly sizeGiB?: number };
  /** Its new name, if that is not the name of its source. */
  readonly as?: string;
  /** What happens to it or what it waits for; empty for a new copy. */
  readonly text: string;
  /** The deletion comes after the first run of `apply --wait`, or needs an end of sharing first. */
  readonly when?: "later" | "after-unshare";
  readonly state?: CopyState;
  readonly reason?: Reason;
  /** The failed attempts of a copy that is tried again, and when. */
  readonly next?: { readonly attempts: number; readonly until: string };
}

/** The lines of one policy, and the images that it does not select, by the code of the reason. */
export interface PolicyDiff {
  readonly policy: string;
  readonly lines: readonly DiffLine[];
  readonly notSelected: ReadonlyMap<string, number>;
}

/** The copies of a plan by policy, each once: the first of what can be said of it, in the order of this function. */
export function diffOf(view: PlanView): PolicyDiff[] {
  const lines = new Map<string, DiffLine>();
  const add = (line: DiffLine) => {
    const { source, region, variant } = line;
    const id = JSON.stringify([source.region, source.imageId, region, variant]);
    if (!lines.has(id)) lines.set(id, line);
  };
  for (const { copies, as, gib, destinations } of view.create) {
    const sizeGiB = Math.round(gib / Math.max(1, destinations.length));
    for (const copy of copies) {
      const renamed = copy.intermediate || as === copy.sourceName ? {} : { as };
      add({ ...copy, ...renamed, sign: "+", text: "", image: { region: copy.region, imageId: "", sizeGiB } });
    }
  }
  for (const { image, name, sizeGiB, after, ...copy } of view.delete)
    add({ ...copy, sign: "-", image: { ...image, name, sizeGiB }, ...(after && { when: "after-unshare" }) });
  for (const { image, name, sizeGiB, ...copy } of view.deleteLater)
    add({ ...copy, sign: "-", image: { ...image, name, sizeGiB }, when: "later" });
  for (const { do: _, ...change } of view.update) add({ ...change, sign: "~" });
  for (const copy of view.blocked) add({ ...copy, sign: "!", text: fullText(copy.reason) });
  for (const { image, name, reason, ...copy } of view.retained)
    add({ ...copy, sign: "=", image: { ...image, name }, reason, text: fullText(reason) });
  for (const { until, attempts, ...copy } of view.waiting) {
    const next = copy.state === "retrying" && until !== null ? { next: { attempts, until } } : {};
    add({ ...copy, ...next, sign: "·", text: fullText(copy.reason) });
  }
  for (const { until: _, ...copy } of view.pausing) add({ ...copy, sign: "·", text: fullText(copy.reason) });
  for (const { event, ...copy } of view.recordOnly)
    if (event !== "shared-by-others") add({ ...copy, sign: copy.state === "retired" ? "=" : "·" });
  for (const copy of view.inProgress) add({ ...copy, sign: "·", text: "" });
  return byPolicy([...lines.values()], view);
}

function byPolicy(lines: readonly DiffLine[], { notSelected }: PlanView): PolicyDiff[] {
  const names = [...new Set([...lines.map(({ policy }) => policy), ...notSelected.map(({ policy }) => policy)])].sort();
  return names.map((policy) => {
    const codes = new Map<string, number>();
    for (const one of notSelected)
      if (one.policy === policy) codes.set(one.reason.code, (codes.get(one.reason.code) ?? 0) + 1);
    const own = lines.filter((line) => line.policy === policy).sort(inOrder);
    return { policy, lines: own, notSelected: codes };
  });
}

const { compare } = new Intl.Collator("en", { numeric: true });

function inOrder(a: DiffLine, b: DiffLine): number {
  return (
    SIGNS.indexOf(a.sign) - SIGNS.indexOf(b.sign) ||
    compare(a.sourceName, b.sourceName) ||
    compare(a.source.imageId, b.source.imageId) ||
    compare(a.region, b.region) ||
    Number(a.variant !== "plain") - Number(b.variant !== "plain")
  );
}

/** Lines that are shown as one: of the same sign, and about one image or for one reason. */
export interface LineGroup {
  readonly lines: readonly [DiffLine, ...DiffLine[]];
  /** So many further groups of this sign, with these copies, are not shown after this one. */
  readonly hidden?: { readonly groups: number; readonly copies: number };
}

/** A policy with more lines than this is shown by groups. */
const MOST_LINES = 20;
/** So many groups of one sign are shown. */
const MOST_GROUPS = 8;

/**
 * The lines as they are shown. All of them, each alone, if they are few or `all` is set. Else new copies of
 * one image are one group, and so are copies for which the same is said; deletions always stand alone.
 */
export function groupsOf(lines: readonly DiffLine[], all = false): LineGroup[] {
  if (all || lines.length <= MOST_LINES) return lines.map((line) => ({ lines: [line] }));
  return SIGNS.flatMap((sign) => {
    const groups = new Map<string, [DiffLine, ...DiffLine[]]>();
    for (const [index, line] of lines.filter((one) => one.sign === sign).entries()) {
      const id = groupId(line, index);
      const group = groups.get(id);
      if (group) group.push(line);
      else groups.set(id, [line]);
    }
    const whole = [...groups.values()].map((some): LineGroup => ({ lines: some }));
    if (sign === "-" || whole.length <= MOST_GROUPS) return whole;
    const rest = whole.slice(MOST_GROUPS - 1);
    const hidden = { groups: rest.length, copies: rest.reduce((sum, { lines: some }) => sum + some.length, 0) };
    const shown = whole.slice(0, MOST_GROUPS - 1);
    return shown.map((group, at) => (at === shown.length - 1 ? { ...group, hidden } : group));
  });
}

function groupId(line: DiffLine, index: number): string {
  const { sign, source, variant, as, state, text } = line;
  if (sign === "-") return String(index);
  if (sign === "+") return JSON.stringify([source.region, source.imageId, variant === "plain", as]);
  // A reason of the same code differs in the names of regions and images; the first one says what it is about.
  return JSON.stringify([state, line.reason?.code ?? text]);
}
