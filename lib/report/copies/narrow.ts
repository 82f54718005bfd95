// Which copies a narrowed plan or apply is about: those of the filters, and those that they are made from.
import { CopyMap } from "../../model/copy/copy-map.ts";
import type { Problem } from "../../model/errors.ts";
import { copyId, imageIdOf } from "../../model/identity.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy } from "../../model/types.ts";
import { onlyThese } from "../../plan/guards/filters.ts";
import type { Plan } from "../../plan/types.ts";
import { type Choosable, type CopyFilter, chooseCopies } from "./choose-copies.ts";

/** The copies that a command is narrowed to, by `copyId`, and the problems of the filters. */
export interface Narrowed {
  readonly chosen: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Whether a filter leaves anything out. */
export function isNarrow({ policies = [], regions = [], images = [] }: CopyFilter): boolean {
  return policies.length + regions.length + images.length > 0;
}

/**
 * Chooses among the recorded and the desired copies of a whole plan. A copy that is made from another one
 * brings that one along, because it would wait for it for ever.
 */
export function narrow(
  { copies, actions, desiredCopies }: Pick<Plan, "copies" | "actions" | "desiredCopies">,
  filter: CopyFilter,
  policies: readonly Policy[],
): Narrowed {
  const candidates = new Map<string, Choosable>();
  for (const { key, policy, root } of desiredCopies.values())
    candidates.set(copyId(key), { key, policy: policy.name, rootName: root.name });
  for (const action of actions)
    if (action.do === "send") for (const { copy } of action.claimRequests) candidates.set(copyId(copy.key), of(copy));
  for (const copy of copies) candidates.set(copyId(copy.key), of(copy));
  const known = {
    policies: policies.map(({ name }) => name),
    regions: policies.flatMap(({ from, to }) => [...from, ...to]),
  };
  const { chosen, problems } = chooseCopies([...candidates.values()], filter, known);
  const keys = chosen.map(({ key }) => key);
  // What is added to a list is visited as well.
  for (const key of keys) {
    const parent = desiredCopies.get(key)?.parent;
    if (parent) keys.push(parent);
  }
  return { chosen: new Set(keys.map(copyId)), problems };
}

/** The part of a plan that is about some copies. What it reports of the account stays. */
export function narrowPlan(plan: Plan, chosen: ReadonlySet<string>): Plan {
  const isChosen = ({ key }: Pick<Copy, "key">) => chosen.has(copyId(key));
  return {
    ...onlyThese(plan, (key) => chosen.has(copyId(key))),
    copies: plan.copies.filter(isChosen),
    waits: plan.waits.filter(isChosen),
    retained: plan.retained.filter(({ copy }) => isChosen(copy)),
    desiredCopies: new CopyMap([...plan.desiredCopies].filter(([key]) => chosen.has(copyId(key)))),
    notSelected: () => [],
  };
}

function of(copy: Copy): Choosable {
  const imageId = imageIdOf(copy);
  const { key, policy, rootName, phase, lastImageId } = copy;
  return { key, policy, rootName, phase, ...(imageId && { imageId }), ...(lastImageId && { lastImageId }) };
}
