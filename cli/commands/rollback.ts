// The command rollback: points a family back to its previous image in every region.

import { ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { type RollbackReport, rollback as rollBack } from "../../lib/replicator/rollback-family.ts";

import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { withReplicator } from "../runs/with-replicator.ts";
import { lineOf } from "../ui/text.ts";

/** Runs `rollback`. Answers the exit code: 2 if no region has a copy of this family. */
export async function rollback(
  family: string,
  options: { policy?: string; dryRun?: boolean; further?: boolean; json?: boolean },
): Promise<0 | 2 | 3> {
  const { dryRun = false, further = false } = options;
  const work: Parameters<typeof withReplicator<0 | 2 | 3>>[1] = async ({ replicator }) => {
    const report = await rollBack(family, { dryRun, further }, replicator);
    if (options.json) writeJson("rollback", report);
    else process.stdout.write(textOf(report, dryRun));
    // If this is the only problem, the name of the family is wrong.
    if (report.problems.length === 1 && report.problems[0]?.code === "no-such-family") return 2;
    return report.problems.length > 0 ? 3 : 0;
  };
  return withReplicator(options.policy, work, { readOnly: dryRun });
}

function textOf({ family, regions, problems, remarks }: RollbackReport, dryRun: boolean): string {
  const lines: string[] = [
    ...regions.map(({ region, from, to, done }) => {
      const images = { to: to.imageId, toName: to.name, from: from.imageId, fromName: from.name };
      return message("rollback-region", { region, family, isDone: done, isDryRun: dryRun, ...images }).text;
    }),
    ...problems.map((problem) => message("problem", { text: fullText(problem) }).text),
    ...remarks.map((remark) => message("note", { text: fullText(remark) }).text),
  ];
  if (regions.length > 0 && !dryRun) lines.push(message("rollback-undo", { tag: ROLLED_BACK_TAG }).text);
  return lines.map(lineOf).join("");
}
