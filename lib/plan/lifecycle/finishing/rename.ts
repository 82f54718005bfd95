// Gives a copy its final name and description, and in the same call its family if nothing holds it.
import { journal } from "../../../model/messages/journal.ts";
import { reason } from "../../../model/messages/reasons.ts";
import { RECHECK_AFTER } from "../../../model/time.ts";
import type { Image } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { finishing, stuck } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { unconfirmed, whyBraked } from "../../upkeep/giving/brake.ts";
import { missingShares } from "../../upkeep/giving/shares.ts";
import { type StepAside, stepAside } from "../../upkeep/step-aside.ts";
import type { UnderWay } from "../stages.ts";
import { baseOf, NOTHING, recordChange, wait } from "../steps.ts";
import { carryOut, modify, stuckAfter } from "./carry-out.ts";
import { dueFamily, hasFamilyTooEarly, holdPublication } from "./publish.ts";

/**
 * Replaces the temporary name, which holds the token, by the name of the settings. An older copy of
 * ours that still has this name steps aside first, in the region or, with `publish: together`, in no
 * region before the copies in all of them are finished. The brake holds that back as well.
 */
export function rename(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record, image, desired } = copyCase;
  const { name, description } = record.claim.settings;
  if (image.name === name) return "done";
  const hold = desired && ctx.publicationHoldOf(desired);
  const aside = desired && stepAsideFor({ ...desired, settings: record.claim.settings }, ctx);
  if (aside && hold) return holdPublication(copyCase, hold, ctx);
  if (aside) return giveWay(copyCase, aside, ctx);
  const family = dueFamily(copyCase, ctx);
  const emptied = hasFamilyTooEarly(copyCase, ctx) ? { family: "" } : {};
  const familyNow = family !== undefined && !hold ? { family } : emptied;
  return carryOut(copyCase, { attribute: "name", call: modify(copyCase, { name, description, ...familyNow }) }, ctx);
}

/** The older copy is renamed, unless that is not possible now: it is busy, shared with others, or braked. */
function giveWay(copyCase: UnderWay, aside: StepAside, ctx: PlanContext): Step {
  const { record } = copyCase;
  const { image: holder, mayUnshareTemporarily } = aside;
  const { imageId, region, name, state } = holder;
  if (state !== "NORMAL")
    return awaitName(copyCase, holder, wait(copyCase, reason("image-busy", { imageId, state })), ctx);
  const shares = missingShares(holder, mayUnshareTemporarily, ctx.answers);
  if ("questions" in shares) return shares;
  if ("problem" in shares || shares.outside.length === 0) {
    const braked = whyBraked(ctx);
    if (braked)
      return awaitName(copyCase, holder, { ...wait(copyCase, braked, ctx.brake?.until), ...unconfirmed(ctx) }, ctx);
    return carryOut(copyCase, { attribute: "name", call: () => aside }, ctx);
  }
  const why = reason("name-taken", { imageId, region, name, isOurs: true, sharedWith: shares.outside });
  if (record.phase === "stuck" && record.reason.text === why.text) return NOTHING;
  const next = stuck(baseOf(copyCase, ctx), record, why, ctx.now + RECHECK_AFTER);
  return recordChange(next, journal("stuck", { text: why.text }));
}

/**
 * The finished copy waits until the older one can give up its name. After `stuckAfter` a person has to
 * know: not of a brake that has not begun anew since, because that one ends.
 */
function awaitName(copyCase: UnderWay, { imageId, region, name, state }: Image, waits: Step, ctx: PlanContext): Step {
  const { record, desired } = copyCase;
  const why = reason("name-held", { imageId, region, name, ...(state !== "NORMAL" && { state }) });
  if (record.phase === "stuck") return waits;
  if (record.phase !== "finishing" || !record.nameHold) {
    const held = { ...finishing(baseOf(copyCase, ctx), record), nameHold: why };
    return { ...waits, ...recordChange(held, journal("name-held", { text: why.text })) };
  }
  const isPassing = state === "NORMAL" && ctx.brake !== undefined && ctx.brake.since <= record.progressedAt;
  if (isPassing || ctx.now - record.progressedAt <= stuckAfter(desired)) return waits;
  const next = stuck(baseOf(copyCase, ctx), record, why, ctx.now + RECHECK_AFTER);
  return { ...waits, ...recordChange(next, journal("stuck", { text: why.text })) };
}

function stepAsideFor(desired: DesiredCopy, ctx: PlanContext): StepAside | undefined {
  const holder = ctx.holderOf(desired);
  return holder && stepAside(holder, desired, ctx);
}
