// What plan shows, and apply before it begins: a dry run, its rehearsal, and the view of both.
import { copyId } from "../../lib/model/identity.ts";
import type { CopyKey } from "../../lib/model/types.ts";
import type { Plan } from "../../lib/plan/types.ts";
import type { Opened } from "../../lib/replicator/open/open-replicator.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { type Order, rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { type PlanView, viewOf } from "../../lib/report/plan/plan-view.ts";
import { type Narrowing, type NarrowingOptions, narrowingOf } from "./narrowing.ts";

/** What would be done now, and by `apply --wait` in all. */
export interface LookAhead {
  /** The plan of all copies. */
  readonly plan: Plan;
  /** The view of the copies that the command is narrowed to. */
  readonly view: PlanView;
  readonly narrowing?: Narrowing | undefined;
  /** What keeps the actions on these copies; absent if the command is not narrowed. */
  readonly only?: (key: CopyKey) => boolean;
}

/**
 * Looks ahead; changes nothing in the cloud or in the state. `order`: what the runs are asked to do. Throws
 * `InputError` if an option that narrows the command names nothing known, `CloudError` and `StateError`.
 */
export async function lookAhead(
  { replicator, prices }: Pick<Opened, "replicator" | "prices">,
  options: NarrowingOptions,
  order: Order & Pick<RunRequest, "readAnyway"> = {},
): Promise<LookAhead> {
  const request = { trigger: "plan", scope: { kind: "sweep" }, ...order, mode: "dry-run" } as const;
  const { plan, observation } = await replicate(request, replicator);
  const narrowing = narrowingOf(options, plan, replicator.policies);
  const chosen = narrowing?.chosen;
  const part = chosen && { only: (key: CopyKey) => chosen.has(copyId(key)) };
  const rehearsal = observation ? await rehearse(observation, replicator, { ...order, ...part }) : undefined;
  const view = viewOf(plan, { prices, rehearsal, chosen, unreadable: observation?.unreadable });
  return { plan, view, narrowing, ...part };
}
