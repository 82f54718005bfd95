// What the policies say about the deletion of an orphaned copy, if several may have selected its source.
import { lineageOf } from "../../../model/identity.ts";
import { seen } from "../../../model/observation.ts";
import type { Policy, Prune, TemplateVersions } from "../../../model/policy.ts";
import type { Copy } from "../../../model/types.ts";
import { whyNotSelected, withoutRecall } from "../../../policy/values/select.ts";
import type { PlanContext } from "../../types.ts";

/** The strictest rules of all policies that selected the source of a copy, or may have selected it. */
export interface PruningRules {
  /** A policy that does not permit the deletion, if any. */
  readonly against: Policy | undefined;
  readonly minAge: number;
  readonly keep: number;
  readonly last: boolean;
  readonly shared: "keep" | "delete";
  readonly templateVersions: TemplateVersions;
}

/** The rules for a copy. Its own policy comes first, if it is still in the file. */
export function rulesFor(copy: Copy, ctx: PlanContext): PruningRules {
  const isOwn = ({ name }: Policy) => name === copy.policy;
  // The tag names the policy that created the copy, which may no longer select its source.
  const creator = creatorOf(copy, ctx);
  const concerns = (policy: Policy) => policy.name === creator || maySelect(policy, copy, ctx);
  const others = ctx.policies.filter((policy) => !isOwn(policy) && concerns(policy));
  const policies = [...ctx.policies.filter(isOwn), ...others];
  const all = policies.map(({ prune }) => prune);
  // Without any policy, nothing is permitted.
  const allSay = (permits: (prune: Prune) => boolean) => all.length > 0 && all.every(permits);
  return {
    against: policies.find(({ prune }) => !prune.delete),
    minAge: Math.max(...all.map(({ minAge }) => minAge)),
    keep: Math.max(...all.map(({ keep = 0 }) => keep)),
    last: allSay(({ last }) => last === true),
    shared: allSay(({ shared }) => shared === "delete") ? "delete" : "keep",
    templateVersions: allSay(({ templateVersions }) => templateVersions === "default") ? "default" : "all",
  };
}

function creatorOf(copy: Copy, { observation }: PlanContext): string | undefined {
  if (!("imageId" in copy)) return undefined;
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  return typeof image === "string" ? undefined : lineageOf(image)?.policy;
}

/**
 * Whether a policy selects the source apart from a recall, its age and `newest`. If the source is
 * absent, whether the policy may have selected it before.
 */
function maySelect(policy: Policy, { key }: Copy, ctx: PlanContext): boolean {
  // A disabled policy counts as well: it may have selected the source, and may be enabled again.
  if (!policy.from.includes(key.rootRegion)) return false;
  const root = seen(ctx.observation, { region: key.rootRegion, imageId: key.rootId });
  if (typeof root === "string") return policy.to.includes(key.region) || key.region === key.rootRegion;
  // Policies that select the image apart from its recall count.
  const why = whyNotSelected(policy.select, withoutRecall(root), ctx.now);
  return !why || why.code === "too-young" || why.code === "over-age";
}
