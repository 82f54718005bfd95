import { plainJson } from "../lib/core/plain-json.ts";
import { type RollbackReport, rollback as rollBack } from "../lib/shell/rollback.ts";
import { clean } from "./text.ts";
import { withReplicator } from "./with-replicator.ts";

/** `rollback`: puts the former image of a family back, in all regions where there is one. */
export async function rollback(
  family: string,
  options: { policy?: string; dryRun?: boolean; json?: boolean },
): Promise<0 | 3> {
  return withReplicator(options.policy, async ({ replicator }) => {
    const report = await rollBack(family, options.dryRun === true, replicator);
    process.stdout.write(options.json ? `${plainJson(report, 2)}\n` : textOf(report, options.dryRun === true));
    // A source that is left to its owner is told, and is no failure.
    return report.problems.some(({ code }) => code !== "source-in-family") ? 3 : 0;
  });
}

function textOf({ family, regions, problems }: RollbackReport, dryRun: boolean): string {
  const lines = regions.map(({ region, from, to, done }) => {
    const what = `${region}: ${family} ${dryRun ? "would point" : done ? "points" : "does not point yet"} to`;
    return `${what} ${to.imageId} ("${to.name}") again, and not to ${from.imageId} ("${from.name}")`;
  });
  for (const { code, text, remedy } of problems) {
    const kind = code === "source-in-family" ? "note" : "problem";
    lines.push(`${kind}: ${text}${remedy ? `; ${remedy}` : ""}`);
  }
  return `${lines.map(clean).join("\n")}\n`;
}
