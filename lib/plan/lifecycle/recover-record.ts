// Rebuilds the record of a copy from an image that carries its ownership mark.
import { lineageOf, tokenIn } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Claim, Copy, Image, ImageRef } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { baseOf } from "../transitions.ts";
import type { CopyCase, PlanContext } from "../types.ts";
import { candidatesFor } from "./candidates.ts";

/**
 * The record for an image that was found by its ownership marker and whose id is not recorded:
 * after a lost response, a kill, or a loss of the state. The markers and the current policy replace
 * what the lost record held. A finished image becomes `ready` as it is. An unfinished image without
 * a claim and a policy becomes `retired`.
 */
export function recoverRecord(image: Image, copyCase: CopyCase, ctx: PlanContext): Copy {
  const { key, record, desired } = copyCase;
  const { now } = ctx;
  const base = baseOf(copyCase, ctx);
  const token = tokenIn(image.name);
  const claimCount = Math.max(base.claimCount, token?.claimNumber ?? 1);
  const lineage = lineageOf(image);
  const recovered = {
    ...base,
    claimCount,
    policy: base.policy || (lineage?.policy ?? ""),
    rootName: base.rootName || image.name,
  };
  if (image.state === "NORMAL" && !token) {
    return {
      ...recovered,
      attempts: 0,
      state: "ready",
      imageId: image.imageId,
      name: image.name,
      readyAt: now,
      adopted: false,
    };
  }
  const recorded = record && "claim" in record ? record.claim : undefined;
  const settings = recorded?.settings ?? desired?.settings;
  if (!settings) {
    const why = reason("unfinished-orphan");
    return { ...recovered, state: "retired", imageId: image.imageId, reason: why, since: now };
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
  const requested = { ...recovered, claim, imageId: image.imageId, progressedAt: now };
  if (image.state === "NORMAL") return { ...requested, state: "finishing" };
  return { ...requested, state: "copying", ...(image.syncPercent !== undefined && { percent: image.syncPercent }) };
}

/** The intermediate copy from which an encrypted copy is made, as the cloud shows it. */
function intermediateOf(desired: DesiredCopy | undefined, ctx: PlanContext): ImageRef | undefined {
  const all = desired?.parent && ctx.customImages(desired.parent.region);
  const intermediate = all && candidatesFor(desired.parent, all).best;
  return intermediate && { region: intermediate.region, imageId: intermediate.imageId };
}
