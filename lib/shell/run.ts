import { randomUUID } from "node:crypto";
import { distinct } from "../core/summary.ts";
import type { Millis, Reason, Run } from "../types.ts";
import type { Applied } from "./apply.ts";

export type Tally = ReturnType<typeof beginRun>;

/** Adds up what the rounds of one run did. */
export function beginRun(account: string, why: string, startedAt: Millis) {
  const id = randomUUID();
  const actions: Record<string, number> = {};
  let failures = 0;
  let stoppedEarly = false;
  let problems: readonly Reason[] = [];
  return {
    id,
    /** What one round found and did. A later round looks at less, and what it does not see is no less of a problem. */
    add(found: readonly Reason[], applied?: Applied): void {
      problems = distinct([...problems, ...found]);
      if (!applied) return;
      for (const [kind, count] of Object.entries(applied.actions)) actions[kind] = (actions[kind] ?? 0) + count;
      failures += applied.failures;
      stoppedEarly ||= applied.stoppedEarly;
    },
    /** How many actions of a kind were carried out. */
    count: (kind: string) => actions[kind] ?? 0,
    end: (endedAt: Millis): Run => ({
      id,
      account,
      why,
      startedAt,
      endedAt,
      actions,
      failures,
      stoppedEarly,
      problems,
    }),
  };
}
