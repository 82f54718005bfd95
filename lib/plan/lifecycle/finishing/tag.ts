// Sets the tags that a copy still lacks: lineage, policy, rollback.
import { lineageTags, ROLLED_BACK_TAG } from "../../../model/identity.ts";
import type { PlanContext, Step } from "../../types.ts";
import type { UnderWay } from "../stages.ts";
import { carryOut } from "./carry-out.ts";

/**
 * The lineage tags are read back before the token leaves the name, so that the image always has one
 * of the two ownership marks.
 */
export function tag(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { image } = copyCase;
  const tags = missingTags(copyCase);
  if (Object.keys(tags).length === 0) return "done";
  return carryOut(copyCase, { attribute: "tags", call: (copy) => ({ do: "tag", copy, image, tags }) }, ctx);
}

/** The tags that a copy still lacks, lineage included. */
export function missingTags({ record: copy, image }: UnderWay): Record<string, string> {
  const expected = {
    ...copy.claim.settings.tags,
    ...lineageTags(copy.key, copy.claim.parent, copy.policy, image.imageId),
    ...(copy.rolledBackFrom !== undefined && { [ROLLED_BACK_TAG]: copy.rolledBackFrom }),
  };
  return Object.fromEntries(Object.entries(expected).filter(([key, value]) => image.tags[key] !== value));
}
