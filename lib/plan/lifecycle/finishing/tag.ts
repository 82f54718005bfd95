// Sets the tags that a copy still lacks: lineage, policy, rollback.
import { lineageTags, ownInstallationOf, ROLLED_BACK_TAG } from "../../../model/identity.ts";
import type { PlanContext, Step } from "../../types.ts";
import { isLeftOut } from "../../upkeep/giving/refusals.ts";
import type { UnderWay } from "../stages.ts";
import { carryOut } from "./carry-out.ts";

/**
 * The lineage tags are read back before the token leaves the name, so that the image always has one
 * of the two ownership marks.
 */
export function tag(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { image } = copyCase;
  const tags = missingTags(copyCase, ctx);
  if (Object.keys(tags).length === 0) return "done";
  return carryOut(copyCase, { attribute: "tags", call: (copy) => ({ do: "tag", copy, image, tags }) }, ctx);
}

/** The tags that a copy still lacks, lineage included, without those that the cloud refuses. */
export function missingTags({ record: copy, image }: UnderWay, ctx: PlanContext): Record<string, string> {
  const installation = ownInstallationOf(image, ctx.installations);
  const making = { parent: copy.claim.parent, policy: copy.policy, installation };
  const expected = {
    ...copy.claim.settings.tags,
    ...lineageTags(copy.key, image.imageId, making),
    ...(copy.rolledBackFrom !== undefined && { [ROLLED_BACK_TAG]: copy.rolledBackFrom }),
  };
  const isMissing = ([key, value]: [string, string]) =>
    image.tags[key] !== value && !isLeftOut(copy, "tag", key, ctx.now);
  return Object.fromEntries(Object.entries(expected).filter(isMissing));
}
