// Rebuilds the record of a copy from an image that carries its ownership mark.
import { isIntermediate, lineageOf, tokenIn, unmarkedName } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { seen } from "../../model/observation.ts";
import type { Claim, Copy, CopyImage, CopyKey, Image, ImageRef } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { whyDeselected } from "../desired/why-deselected.ts";
import { candidatesFor } from "../image-index.ts";
import { imageFields, ready, retired } from "../transitions.ts";
import type { CopyCase, PlanContext } from "../types.ts";
import { baseOf } from "./steps.ts";

/**
 * The record for an image that was found by its ownership marker and whose id is not recorded:
 * after a lost response, a kill, or a loss of the state. The markers and the current policy replace
 * what the lost record held. A finished image becomes `ready` as it is, or `retired` if it is
 * orphaned. An unfinished image without a claim and a policy becomes `retired`.
 */
export function recoverRecord(image: Image, copyCase: CopyCase, ctx: PlanContext): Copy {
  const { key, record, desired, isOrphaned } = copyCase;
  const { now } = ctx;
  const base = baseOf(copyCase, ctx);
  const token = tokenIn(image.name);
  const claimCount = Math.max(base.claimCount, token?.claimNumber ?? 1);
  const lineage = lineageOf(image);
  const root = rootOf(key, ctx);
  const recovered = {
    ...base,
    claimCount,
    policy: base.policy || (lineage?.policy ?? ""),
    rootName: base.rootName || (root?.name ?? unmarkedName(image.name)),
    ...(root && { rootCreatedAt: root.createdAt, rootFamily: root.family ?? "" }),
  };
  if (image.state === "NORMAL" && !token) {
    // Nothing shows any more who deprecated it. With this flag, the end of the recall ends that, too.
    const deprecated = image.deprecated && ctx.recall.isRecalled(key) ? { deprecatedByUs: true as const } : {};
    const finished = { ...ready(recovered, image), ...deprecated, ...keptFields(record, image) };
    // A recall is followed in a step of its own, and so is the end of an intermediate copy.
    const isOver = isOrphaned && !ctx.recall.isRecalled(key) && !isIntermediate(image, key);
    if (!isOver) return finished;
    const { family } = image;
    return retired({ ...finished, ...(family && { family }) }, whyDeselected(finished, ctx), now);
  }
  const recorded = record && "claim" in record ? record.claim : undefined;
  const settings = recorded?.settings ?? desired?.settings;
  if (!settings) {
    const why = reason("unfinished-orphan", { cause: isOrphaned ? whyDeselected(recovered, ctx).text : undefined });
    const { imageId, name } = image;
    return { ...recovered, phase: "retired", imageId, name, reason: why, since: now, adopted: false };
  }
  const claim: Claim =
    recorded && (!token || recorded.token === image.name)
      ? recorded
      : {
          number: token?.claimNumber ?? claimCount,
          token: token ? image.name : "",
          parent: lineage?.parent ??
            recorded?.parent ??
            intermediateOf(desired, ctx) ?? { region: key.rootRegion, imageId: key.rootId },
          settings,
          claimant: { id: "recovered" },
          claimedAt: image.createdAt,
          sendBy: image.createdAt,
          endedAt: image.createdAt,
        };
  const underWay = { ...recovered, claim, imageId: image.imageId, progressedAt: now, ...keptFields(record, image) };
  if (image.state === "NORMAL") return { ...underWay, phase: "finishing" };
  return { ...underWay, phase: "copying", ...(image.syncPercent !== undefined && { percent: image.syncPercent }) };
}

/** The source, if it can be seen. */
function rootOf({ rootRegion: region, rootId: imageId }: CopyKey, ctx: PlanContext): Image | undefined {
  const root = (["custom", "shared"] as const).map((type) => seen(ctx.observation, { region, imageId }, type));
  return root.find((one) => typeof one !== "string");
}

/** The intermediate copy from which an encrypted copy is made, as the cloud shows it. */
function intermediateOf(desired: DesiredCopy | undefined, ctx: PlanContext): ImageRef | undefined {
  const all = desired?.parent && ctx.customImages(desired.parent.region);
  const { best, other } = all ? candidatesFor(desired.parent, all, ctx.installations) : {};
  const intermediate = best ?? other;
  return intermediate && { region: intermediate.region, imageId: intermediate.imageId };
}

/** What the record says of the image, if it was about the same image and that is present. */
function keptFields(record: Copy | undefined, { imageId }: Image): Partial<CopyImage> {
  return record && "imageId" in record && record.imageId === imageId ? imageFields(record) : {};
}
