// A policy of a planner's test, from the fields that the test is about.
import type { Policy, TagSettings } from "../../lib/model/policy.ts";
import { policy } from "./builders.ts";

/** The `copy` block of a policy where it differs from the default. */
export type CopyBlock = Partial<Omit<Policy["copy"], "tags">> & { readonly tags?: Partial<TagSettings> };

/** A policy where it differs from the default. `copy`, its tags and `prune` are merged; all other fields replaced. */
export type PolicyFields = Partial<Omit<Policy, "copy" | "prune">> & {
  readonly copy?: CopyBlock;
  readonly prune?: Partial<Policy["prune"]>;
};

/** A policy that differs from `former`, or from the default policy, in these fields. */
export function policyOf(fields: PolicyFields, former: Policy = policy()): Policy {
  const copy = { ...former.copy, ...fields.copy, tags: { ...former.copy.tags, ...fields.copy?.tags } };
  return { ...former, ...fields, copy, prune: { ...former.prune, ...fields.prune } };
}
