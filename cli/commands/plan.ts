// The command plan: shows pending changes, skipped images, size, cost and duration.

import { preflight } from "../../lib/apply/requests/preflight.ts";
import { onlyThese } from "../../lib/plan/guards/filters.ts";
import { planJson } from "../../lib/report/plan/plan-json.ts";
import { hasWork } from "../../lib/report/plan/plan-view.ts";
import { writeJson } from "../json.ts";
import { lookAhead } from "../runs/look-ahead.ts";
import type { NarrowingOptions } from "../runs/narrowing.ts";
import { withReplicator } from "../runs/with-replicator.ts";
import { planText } from "../ui/plan-text.ts";
import { roomOf } from "../ui/room.ts";
import { printWarnings } from "../ui/warnings.ts";

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
    async (opened) => {
      const { plan, view, narrowing, only } = await lookAhead(opened, options);
      const preflights = options.preflight ? await preflight(onlyThese(plan, only), opened.replicator) : undefined;
      if (options.json) {
        writeJson("plan", planJson(view, preflights));
      } else {
        printWarnings(opened);
        const { width, color } = roomOf(process.stdout);
        process.stdout.write(planText(view, { width, color, all: options.all ?? false, preflights, narrowing }));
      }
      const isIncomplete = view.problems.length + view.incomplete.length > 0;
      if (isIncomplete || preflights?.some(({ outcome }) => outcome === "terminal")) return 3;
      return options.detailedExitcode && hasWork(view) ? 4 : 0;
    },
    { readOnly: true },
  );
}
