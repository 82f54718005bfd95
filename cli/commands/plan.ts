// The command plan: shows pending changes, skipped images, size, cost and duration.

import picocolors from "picocolors";
import { preflight } from "../../lib/apply/requests/preflight.ts";
import { copyId } from "../../lib/model/identity.ts";
import { onlyThese } from "../../lib/plan/guards/filters.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import { hasWork, viewOf } from "../../lib/report/plan-view.ts";

import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { type NarrowingOptions, narrowingOf } from "../narrowing.ts";
import { planText } from "../ui/plan-text.ts";
import { roomOf } from "../ui/table.ts";
import { lineOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** The options of `plan`. */
export interface PlanOptions extends NarrowingOptions {
  readonly policy?: string;
  readonly json?: boolean;
  readonly preflight?: boolean;
  readonly detailedExitcode?: boolean;
  readonly all?: boolean;
}

/**
 * Runs `plan`, which changes nothing in the cloud or in the state. Answers the exit code: 3 if
 * manual action is required or a region could not be read, 4 if changes are pending and
 * `--detailed-exitcode` is set. Throws `InputError` if an option that narrows it names nothing known.
 */
export async function plan(options: PlanOptions): Promise<0 | 3 | 4> {
  return withReplicator(
    options.policy,
    async ({ replicator, warnings, prices }) => {
      const whole = await replicate({ trigger: "plan", scope: { kind: "sweep" }, mode: "dry-run" }, replicator);
      const { plan, observation } = whole;
      const narrowed = narrowingOf(options, plan, replicator.policies);
      const chosen = narrowed?.chosen;
      const only = chosen && { only: (key: Parameters<typeof copyId>[0]) => chosen.has(copyId(key)) };
      const rehearsal = observation ? await rehearse(observation, replicator, only) : undefined;
      const view = viewOf(plan, { prices, rehearsal, chosen, unreadable: observation?.unreadable });
      const asked = onlyThese(plan, only?.only);
      const preflights = options.preflight ? await preflight(asked, replicator) : undefined;
      if (options.json) {
        writeJson("plan", { ...view, ...(preflights && { preflight: preflights }) });
      } else {
        if (warnings.length > 0)
          process.stderr.write(lineOf(message("policy-warnings", { warnings: warnings.length }).text));
        const { width, color } = roomOf(process.stdout);
        process.stdout.write(planText(view, { width, color, all: options.all ?? false, preflights, narrowed }));
      }
      const isIncomplete = view.problems.length + view.incomplete.length > 0;
      if (isIncomplete || preflights?.some(({ outcome }) => outcome === "terminal")) return 3;
      return options.detailedExitcode && hasWork(view) ? 4 : 0;
    },
    { readOnly: true },
  );
}
