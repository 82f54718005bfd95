import { type Preflight, preflight } from "../../lib/apply/preflight.ts";
import { plainJson } from "../../lib/model/printable.ts";
import type { CopyState, Reason } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copyLabel, placeText } from "../../lib/report/copy-label.ts";
import type { Estimate } from "../../lib/report/estimate.ts";
import { type CopyView, hasWork, type PlanView, type SendView, viewOf } from "../../lib/report/plan-view.ts";
import { withRemedy } from "../../lib/report/summary.ts";
import { clean, count } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** Notes that come to one of these states are shown with all copies that are in it. */
const TOLD_BELOW = new Set<CopyState>(["blocked", "failed", "waiting", "retrying"]);

/** States in which a copy is not finished, though there is nothing to do for it now. */
const OPEN: readonly CopyState[] = ["copying", "finishing", "waiting", "retrying", "blocked", "failed"];

/** `plan`: looks at the cloud and shows what would be done now. Changes nothing, in the cloud or in the state. */
export async function plan(options: {
  policy?: string;
  json?: boolean;
  preflight?: boolean;
  detailedExitcode?: boolean;
}): Promise<0 | 3 | 4> {
  return withReplicator(options.policy, async ({ replicator, warnings, prices }) => {
    const report = await replicate({ why: "plan", scope: { kind: "sweep" }, dryRun: true }, replicator);
    const view = viewOf(report.plan, prices);
    const asked = options.preflight ? await preflight(report.plan, replicator) : undefined;
    if (options.json) {
      process.stdout.write(`${plainJson({ ...view, ...(asked && { preflight: asked }) }, 2)}\n`);
    } else {
      for (const { where, text } of warnings) process.stderr.write(`warning: ${clean(where)}: ${clean(text)}\n`);
      process.stdout.write(textOf(view, asked));
    }
    if (view.problems.length > 0 || asked?.some(({ outcome }) => outcome === "terminal")) return 3;
    return options.detailedExitcode && hasWork(view) ? 4 : 0;
  });
}

/** A plan as a person reads it. */
export function textOf(view: PlanView, asked?: readonly Preflight[]): string {
  const lines = view.create.map(sendText);
  for (const change of view.update)
    lines.push(`~ ${change.image.imageId} in ${change.region}, copy of ${sourceText(change)}: ${change.text}`);
  for (const { image, name, sizeGiB, text, after } of view.delete) {
    const first = after ? ", once it is not shared any more" : "";
    lines.push(
      `- delete "${name}" (${image.imageId}) in ${image.region} with its snapshots, ${sizeGiB} GiB${first}: ${text}`,
    );
  }
  for (const note of view.recordOnly.filter((note) => !isTold(note, view)))
    lines.push(`· no call, only remembered: ${wayText(note)}: ${note.state}: ${note.text}`);
  for (const [reason, places] of grouped(view.waiting, ({ state, reason }) => `${state}: ${withRemedy(reason)}`))
    lines.push(`· ${listed(places.map(wayText))}: ${reason}`);
  for (const [reason, places] of grouped(view.blocked, ({ state, reason }) => `${state}: ${withRemedy(reason)}`))
    lines.push(`! ${listed(places.map(wayText))}: ${reason}`);
  for (const [reason, images] of grouped(view.retained, ({ reason }) => withRemedy(reason)))
    lines.push(`= not deleted, ${listed(images.map(({ image }) => `${image.imageId} in ${image.region}`))}: ${reason}`);
  for (const [reason, images] of bySkipReason(view)) lines.push(`  ${count(images, "image")} not taken: ${reason}`);
  if (view.notSelected.length > 0) lines.push("  (explain IMAGE says why, and what would change that)");
  for (const { source, region, outcome, reason } of asked ?? [])
    lines.push(`? ${source.imageId} → ${region}: ${reason ? refusalText(reason, outcome) : "would be accepted"}`);
  if (asked && view.waiting.length > 0)
    lines.push(
      `? ${count(view.waiting.length, "copy that waits", "copies that wait")} cannot be asked about yet: what is to be copied is not there, or not ready for it`,
    );
  for (const { text, remedy } of view.warnings) lines.push(`warning: ${text}${remedy ? `; ${remedy}` : ""}`);
  for (const { text, remedy } of view.problems) lines.push(`problem: ${text}${remedy ? `; ${remedy}` : ""}`);
  lines.push(totalText(view));
  const estimated = estimateText(view.estimate);
  if (estimated) lines.push(estimated);
  // All of it at once: names, ids and texts come from other people.
  return `${lines.map(clean).join("\n")}\n`;
}

function sendText({ source, name, as, policy, variant, destinations, intermediate }: SendView): string {
  const isOnlyStep = intermediate.length === destinations.length;
  const renamed = as === name || isOnlyStep ? "" : ` as "${as}"`;
  if (variant !== "plain") return `+ encrypt "${name}" (${source.imageId}) in ${source.region}${renamed}, by ${policy}`;
  const places = destinations.map((region) => placeText(region, copyLabel(variant, intermediate.includes(region))));
  return `+ copy "${name}" (${source.imageId}) ${source.region} → ${places.join(", ")}${renamed}, by ${policy}`;
}

function sourceText({ source, sourceName, variant, intermediate }: CopyView): string {
  const kind = copyLabel(variant, intermediate);
  return `"${sourceName}" (${source.imageId}) in ${source.region}${kind && ` (${kind})`}`;
}

function wayText({ source, region, variant, intermediate }: CopyView): string {
  return `${source.imageId} → ${placeText(region, copyLabel(variant, intermediate))}`;
}

/** What is shown with all copies in that state, or with the call that it is about, is not told twice. */
function isTold(note: PlanView["recordOnly"][number], { update: change }: PlanView): boolean {
  if (TOLD_BELOW.has(note.state)) return true;
  return (
    note.event === "drift" && change.some((one) => sourceText(one) === sourceText(note) && one.region === note.region)
  );
}

function totalText(view: PlanView): string {
  const copies = view.create.reduce((sum, { destinations }) => sum + destinations.length, 0);
  const calls = new Set(view.create.map(({ callIndex }) => callIndex)).size;
  const removed = view.delete.length > 0 ? `, ${count(view.delete.length, "image")} to delete` : "";
  if (hasWork(view))
    return `Plan: ${count(copies, "copy", "copies")} to ask for in ${count(calls, "call")}, ${count(view.update.length, "copy", "copies")} to tag, name or share${removed}.`;
  const number = (state: CopyState) =>
    [...view.waiting, ...view.inProgress, ...view.blocked].filter((one) => one.state === state).length;
  const open = OPEN.flatMap((state) => (number(state) > 0 ? [`${number(state)} ${state}`] : []));
  return open.length > 0 ? `Nothing to do now; ${open.join(", ")}.` : "Nothing to do.";
}

function refusalText(reason: Reason, outcome: Preflight["outcome"]): string {
  return `${outcome === "terminal" ? "would be refused" : "no verdict now"}: ${withRemedy(reason)}`;
}

function estimateText(estimate: Estimate): string {
  const { addGiB, passingGiB, freeGiB, expectedMs, measured } = estimate;
  const minutes = Math.max(1, Math.round((expectedMs ?? 0) / 60_000));
  const added = [
    addGiB > 0 ? `Adds at most ${addGiB} GiB of snapshots${costText(estimate)}` : "",
    passingGiB > 0
      ? `${addGiB > 0 ? "" : "Adds "}${passingGiB} GiB${addGiB > 0 ? " more" : ""} until they are encrypted`
      : "",
    expectedMs === null
      ? "how long it takes is known after the first copies"
      : `takes about ${minutes} min (${count(measured, "copy", "copies")} measured)`,
  ].filter(Boolean);
  const freed = freeGiB > 0 ? `Frees at most ${freeGiB} GiB.` : "";
  return [addGiB + passingGiB > 0 ? `${added.join("; ")}.` : "", freed].filter(Boolean).join(" ");
}

function costText({ monthlyCost, currency, unpriced }: Estimate): string {
  if (unpriced.length > 0) return ` (cost unknown: \`prices\` has none for ${unpriced.join(", ")})`;
  return monthlyCost === null ? "" : `, ${monthlyCost.toFixed(2)} ${currency ?? ""} a month`;
}

function grouped<T>(items: readonly T[], textFor: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(textFor(item), [...(groups.get(textFor(item)) ?? []), item]);
  return groups;
}

function listed(places: readonly string[]): string {
  return places.length > 3 ? `${places.slice(0, 2).join(", ")} and ${places.length - 2} more` : places.join(", ");
}

function bySkipReason(view: PlanView): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const { policy, reason } of view.notSelected) {
    const text = `${policy}: ${reason.code}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  return reasons;
}
