// Updates the record of an orphaned copy: why it is orphaned now, and what its source is called.
import { isIntermediate } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { SOURCE_REVOKED } from "../../model/messages/reasons.ts";
import { rootOf, whyDeselected } from "../desired/why-deselected.ts";
import type { RetiredCase } from "../lifecycle/stages.ts";
import { NOTHING, recordChange } from "../lifecycle/steps.ts";
import type { PlanContext, Step } from "../types.ts";

/** Reasons that follow from the policy and the source, which may change later. */
const REFRESHED: readonly string[] = ["deselected", SOURCE_REVOKED];

/**
 * The source may have been shared again, replaced or renamed since the copy was orphaned. Only a sweep
 * shows that.
 */
export function refreshOrphan({ key, record: copy, image, isOrphaned }: RetiredCase, ctx: PlanContext): Step {
  if (!ctx.sweep || !isOrphaned || !REFRESHED.includes(copy.reason.code)) return NOTHING;
  const rootName = rootOf(copy, ctx)?.name ?? copy.rootName;
  const why = whyDeselected({ ...copy, isIntermediate: !copy.desiredDirectly && isIntermediate(image, key) }, ctx);
  if (why.text === copy.reason.text && rootName === copy.rootName) return NOTHING;
  const next = { ...copy, rootName, reason: why, updatedAt: ctx.now };
  return recordChange(next, journal("retired", { text: why.text }));
}
