import { ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import { plainJson } from "../../lib/model/printable.ts";
import { type RollbackReport, rollback as rollBack } from "../../lib/replicator/rollback-family.ts";
import { clean } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** `rollback`: puts the former image of a family back, in all regions where there is one. */
export async function rollback(
  family: string,
  options: { policy?: string; dryRun?: boolean; further?: boolean; json?: boolean },
): Promise<0 | 2 | 3> {
  return withReplicator(options.policy, async ({ replicator }) => {
    const { dryRun = false, further = false } = options;
    const report = await rollBack(family, { dryRun, further }, replicator);
    process.stdout.write(options.json ? `${plainJson(report, 2)}\n` : textOf(report, dryRun));
    // Nothing else stands in the way: the name is wrong.
    if (report.problems.length === 1 && report.problems[0]?.code === "no-such-family") return 2;
    return report.problems.length > 0 ? 3 : 0;
  });
}

function textOf({ family, regions, problems, remarks }: RollbackReport, dryRun: boolean): string {
  const told = (kind: string) => (reason: { text: string; remedy?: string }) =>
    `${kind}: ${reason.text}${reason.remedy ? `; ${reason.remedy}` : ""}`;
  const lines = [
    ...regions.map(({ region, from, to, done }) => {
      const what = `${region}: ${family} ${dryRun ? "would point" : done ? "points" : "does not point yet"} to`;
      return `${what} ${to.imageId} ("${to.name}") again, and not to ${from.imageId} ("${from.name}")`;
    }),
    ...problems.map(told("problem")),
    ...remarks.map(told("note")),
  ];
  if (regions.length > 0 && !dryRun)
    lines.push(`note: to take it back, remove the tag ${ROLLED_BACK_TAG} from those copies; a later run does the rest`);
  return `${lines.map(clean).join("\n")}\n`;
}
