// The cases of a plan: every copy that is desired, recorded or seen, with what is known of each.
import { CopyMap, inOrder } from "../../model/copy/copy-map.ts";
import { imageIdOf, lineageOf } from "../../model/identity.ts";
import { type Observation, seen } from "../../model/observation.ts";
import type { Copy, CopyKey } from "../../model/types.ts";
import { isOrphan } from "../desired/desired-copies.ts";
import { candidatesFor, showsIdentity } from "../image-index.ts";
import type { CopyCase, PlanContext } from "../types.ts";

/** All cases, by root and then by region. */
export function casesOf(ctx: PlanContext): CopyCase[] {
  const keys = new CopyMap<true>();
  for (const key of ctx.desiredCopies.keys()) keys.set(key, true);
  for (const { key } of ctx.copies) keys.set(key, true);
  for (const key of keysByLineage(ctx.observation)) keys.set(key, true);
  return inOrder(keys.keys()).map((key) => caseOf(key, ctx));
}

function caseOf(key: CopyKey, ctx: PlanContext): CopyCase {
  const stored = ctx.copyOf(key);
  const record = stored && withRollback(stored, ctx);
  const desired = ctx.desiredCopies.get(key);
  const imageId = record && imageIdOf(record);
  const region = ctx.customImages(key.region);
  const withoutImage = region ? "absent" : "unread";
  const recorded = imageId === undefined ? withoutImage : seen(ctx.observation, { region: key.region, imageId });
  const isOther = record && typeof recorded !== "string" && !showsIdentity(recorded, record);
  const image = isOther ? "unidentified" : recorded;
  const isGone = image === "absent" || image === "unidentified";
  return {
    key,
    image,
    isOrphaned: isOrphan(key, ctx),
    ...(record && { record }),
    ...(desired && { desired }),
    ...(isGone && region && { candidates: candidatesFor(key, region, ctx.installations) }),
  };
}

/**
 * A rollback also covers the unfinished copies of a version. The record of a finished copy says so
 * itself.
 */
function withRollback(copy: Copy, ctx: PlanContext): Copy {
  const rolledBackFrom = ctx.rolledBackFrom(copy.key, copy);
  if (
    copy.phase === "ready" ||
    copy.phase === "retired" ||
    copy.phase === "ended" ||
    rolledBackFrom === copy.rolledBackFrom
  )
    return copy;
  const { rolledBackFrom: _, ...rest } = copy;
  return rolledBackFrom === undefined ? rest : { ...rest, rolledBackFrom };
}

/** All copies by the lineage tags that the cloud shows, recorded and desired or not. */
function* keysByLineage(observation: Observation): Generator<CopyKey> {
  for (const [region, view] of observation.regions) {
    for (const image of view.images.values()) {
      const lineage = lineageOf(image);
      if (image.type !== "custom" || lineage?.account !== observation.account) continue;
      const { account, rootRegion, rootId, variant } = lineage;
      yield { account, rootRegion, rootId, region, variant };
    }
  }
}
