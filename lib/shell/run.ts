import { randomUUID } from "node:crypto";
import type { Millis, Reason, Run } from "../types.ts";
import type { Applied } from "./apply.ts";

export type Tally = ReturnType<typeof beginRun>;

/** Adds up what the rounds of one run did. */
export function beginRun(account: string, why: string, startedAt: Millis) {
  const id = randomUUID();
  const actions: Record<string, number> = {};
  let failures = 0;
  let stoppedEarly = false;
  return {
    id,
    add(applied: Applied): void {
      for (const [kind, count] of Object.entries(applied.actions)) actions[kind] = (actions[kind] ?? 0) + count;
      failures += applied.failures;
      stoppedEarly ||= applied.stoppedEarly;
    },
    end: (endedAt: Millis, problems: readonly Reason[]): Run => ({
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
