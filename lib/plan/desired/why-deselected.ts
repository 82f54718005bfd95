// Why no policy selects the source of a copy any more: which change did that.
import { isMarked } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed, seen } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Copy, Image, Reason } from "../../model/types.ts";
import { whyNotSelected } from "../../policy/values/select.ts";
import type { PlanContext } from "../types.ts";
import { variantIn } from "./desired-copies.ts";

/** What the reason of a copy depends on. */
type Origin = Pick<Copy, "key" | "policy" | "rootName"> & { readonly isIntermediate?: boolean };

/**
 * The reason of a copy that no policy desires any more: the first cause that its policy shows. A
 * source that is no longer shared comes after a change of the policy, which is the user's own.
 */
export function whyDeselected(copy: Origin, ctx: PlanContext): Reason {
  const policy = ctx.policies.find(({ name }) => name === copy.policy);
  const ofPolicy = policy ? changeOf(policy, copy) : reason("policy-gone", { policy: copy.policy });
  if (!ofPolicy && ctx.isSourceRevoked(copy.key)) return sourceRevoked(copy);
  const cause = ofPolicy ?? (policy && causeInSource(policy, copy, ctx));
  return reason("deselected", { cause: cause?.text });
}

/** The reason of a copy whose shared source this account cannot see any more. */
export function sourceRevoked({ key, rootName }: Origin): Reason {
  return reason("source-revoked", { imageId: key.rootId, name: rootName, region: key.rootRegion });
}

/** The change of the policy after which it asks for no copy like this, whatever the source is like. */
function changeOf(policy: Policy, { key, isIntermediate = false }: Origin): Reason | undefined {
  const { name, enabled, from, to } = policy;
  if (!enabled) return reason("policy-disabled", { policy: name });
  if (!from.includes(key.rootRegion)) return reason("left-from", { policy: name, region: key.rootRegion });
  // The first copy of a shared image, which all others are made from.
  if (key.region === key.rootRegion && key.variant === "plain") return undefined;
  if (key.region !== key.rootRegion && !to.includes(key.region))
    return reason("left-to", { policy: name, region: key.region });
  const isSame = isIntermediate || variantIn(policy, key.region) === key.variant;
  return isSame ? undefined : reason("encryption-changed", { policy: name, region: key.region });
}

function causeInSource(policy: Policy, copy: Origin, ctx: PlanContext): Reason | undefined {
  const { select } = policy;
  const root = rootOf(copy, ctx);
  if (!root) return reason("source-deleted", { imageId: copy.key.rootId, isShared: select.type === "shared" });
  const why = whyNotSelected(select, root, ctx.now);
  if (why) return why;
  if (isMarked(root, copy.key.account) || ctx.recordOf(root)) return reason("is-a-copy");
  if (hasFailed(root)) return reason("source-failed", { state: root.state });
  return select.newest === undefined ? undefined : reason("not-newest", { newest: select.newest });
}

/** The source of a copy, as the observation shows it. */
export function rootOf({ key }: Pick<Copy, "key">, { observation }: PlanContext): Image | undefined {
  const ref = { region: key.rootRegion, imageId: key.rootId };
  const custom = seen(observation, ref);
  const root = typeof custom === "string" ? seen(observation, ref, "shared") : custom;
  return typeof root === "string" ? undefined : root;
}
