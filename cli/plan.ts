import { plainJson } from "../lib/core/plain-json.ts";
import { hasWork, type PlanView, viewOf } from "../lib/core/plan-view.ts";
import { replicate } from "../lib/shell/replicate.ts";
import { clean, count } from "./text.ts";
import { withReplicator } from "./with-replicator.ts";

/** `plan`: looks at the cloud and shows what would be done now. Changes nothing, in the cloud or in the state. */
export async function plan(options: {
  policy?: string;
  json?: boolean;
  detailedExitcode?: boolean;
}): Promise<0 | 3 | 4> {
  return withReplicator(options.policy, async ({ replicator, warnings }) => {
    const report = await replicate({ why: "plan", scope: { kind: "sweep" }, dryRun: true }, replicator);
    const view = viewOf(report.plan);
    if (options.json) {
      process.stdout.write(`${plainJson(view, 2)}\n`);
    } else {
      for (const { where, text } of warnings) process.stderr.write(`warning: ${clean(where)}: ${clean(text)}\n`);
      process.stdout.write(textOf(view));
    }
    if (view.problems.length > 0) return 3;
    return options.detailedExitcode && hasWork(view) ? 4 : 0;
  });
}

/** A plan as a person reads it. */
export function textOf(view: PlanView): string {
  const lines: string[] = [];
  for (const { source, name, as, policy, destinations } of view.send) {
    const renamed = as === name ? "" : ` as "${as}"`;
    lines.push(
      `+ copy "${name}" (${source.imageId}) ${source.region} → ${destinations.join(", ")}${renamed}, by ${policy}`,
    );
  }
  for (const { image, text } of view.change) lines.push(`~ ${image.imageId} in ${image.region}: ${text}`);
  for (const { source, region, state, text } of view.note) {
    if (state !== "blocked" && state !== "failed") lines.push(`· ${source.imageId} → ${region}: ${state}: ${text}`);
  }
  for (const { source, region, state, reason } of view.blocked) {
    const remedy = reason.remedy ? ` (${reason.remedy})` : "";
    lines.push(`! ${source.imageId} → ${region}: ${state}: ${reason.text}${remedy}`);
  }
  for (const [reason, images] of bySkipReason(view)) lines.push(`- ${count(images, "image")} not taken: ${reason}`);
  for (const { text, remedy } of view.warnings) lines.push(`warning: ${text}${remedy ? `; ${remedy}` : ""}`);
  for (const { text, remedy } of view.problems) lines.push(`problem: ${text}${remedy ? `; ${remedy}` : ""}`);
  const copies = view.send.reduce((sum, { destinations }) => sum + destinations.length, 0);
  lines.push(
    hasWork(view)
      ? `Plan: ${count(copies, "copy", "copies")} to ask for in ${count(view.send.length, "call")}, ${count(view.change.length, "copy", "copies")} to tag or name.`
      : "Nothing to do.",
  );
  // All of it at once: names, ids and texts come from other people.
  return `${lines.map(clean).join("\n")}\n`;
}

function bySkipReason(view: PlanView): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const { policy, reason } of view.skipped) {
    const text = `${policy}: ${reason.code}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  return reasons;
}
