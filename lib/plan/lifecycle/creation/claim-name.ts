// Another image has the name of a copy: adopt it, rename our other variant, or block the copy.
import { isCopyOf, isMarked } from "../../../model/identity.ts";
import { journal } from "../../../model/messages/journal.ts";
import { misfitText } from "../../../model/messages/lifecycle.ts";
import { FREEING_NAME, reason } from "../../../model/messages/reasons.ts";
import { RECHECK_AFTER } from "../../../model/time.ts";
import type { Copy, Image } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { baseOf, recordChange, recordReason } from "../../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../../types.ts";
import { putAside } from "../../upkeep/put-aside.ts";
import type { ToRequest } from "../stages.ts";

/** The name is free; or another variant of ours gives it up; or the holder is adopted or blocks. */
export function claimName(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { desired } = copyCase;
  const holder = ctx.holderOf(desired);
  const aside = holder && putAside(holder, desired, ctx);
  if (aside) return freeName(aside, copyCase, ctx);
  if (holder) return nameTaken(holder, copyCase, ctx);
  const finalHolder = desired.intermediate && holderOfFinalName(desired, ctx);
  return finalHolder ? nameTaken(finalHolder, copyCase, ctx) : "done";
}

/**
 * Renames the other variant of the copy, so that the copy can have its name. If the cloud refuses
 * that, the copy is blocked, and the renaming is retried after `RECHECK_AFTER`.
 */
function freeName(call: Extract<CloudCall, { do: "modify" }>, copyCase: ToRequest, ctx: PlanContext): Step {
  const { record: copy, desired } = copyCase;
  const base = baseOf(copyCase, ctx);
  const { imageId, region } = call.image;
  const hasTried = copy?.state === "waiting" && copy.reason.code === FREEING_NAME;
  const isStuck = copy?.state === "blocked" && copy.reason.code === "name-taken" && copy.notBefore !== undefined;
  if (!hasTried && !isStuck) {
    const freeing = reason(FREEING_NAME, { imageId });
    return { ...recordReason(copy, { ...base, state: "waiting", reason: freeing }), call };
  }
  const taken = reason("name-taken", { variantId: imageId, region, name: desired.settings.name });
  const next: Copy = { ...base, state: "blocked", reason: taken, notBefore: ctx.now + RECHECK_AFTER };
  return { ...recordChange(next, journal("blocked", { text: taken.text })), ...(isStuck && { call }) };
}

/**
 * The image that has the final name of the encrypted copy, if there is one. The encrypted copy
 * cannot be made then, so the intermediate copy would be made in vain.
 */
function holderOfFinalName(desired: DesiredCopy, ctx: PlanContext): Image | undefined {
  for (const encrypted of ctx.desiredFrom(desired.key)) {
    if (encrypted.key.region !== desired.key.region) continue;
    const holder = ctx.holderOf(encrypted);
    if (holder && !isCopyOf(holder, desired.key) && !putAside(holder, encrypted, ctx)) return holder;
  }
  return undefined;
}

/**
 * Another image of the account has the name: adopt it if the policy says so and it matches, else
 * block the copy.
 */
function nameTaken(holder: Image, copyCase: ToRequest, ctx: PlanContext): Step {
  const { record, desired } = copyCase;
  const base = baseOf(copyCase, ctx);
  const { imageId, name } = holder;
  const misfit = whyNotAdopted(holder, desired, ctx);
  if (desired.policy.existing === "adopt" && !misfit) {
    return recordChange(
      { ...base, attempts: 0, state: "ready", imageId, name, readyAt: ctx.now, adopted: true },
      journal("adopted", { imageId, again: false }),
    );
  }
  const isOurs = isMarked(holder, desired.key.account) || ctx.isRecorded(holder);
  const taken = reason("name-taken", { imageId, region: desired.key.region, name, isOurs, misfit });
  return recordReason(record, { ...base, state: "blocked", reason: taken });
}

function whyNotAdopted(holder: Image, desired: DesiredCopy, ctx: PlanContext): string | undefined {
  const { root } = desired;
  const { state, sizeGiB, osName, architecture } = holder;
  if (desired.key.variant !== "plain") return misfitText("encryption-invisible").text;
  if (ctx.isRecorded(holder)) return misfitText("adopted-for-another").text;
  if (isMarked(holder, desired.key.account)) return misfitText("copy-of-another").text;
  if (state !== "NORMAL") return misfitText("not-normal", { state }).text;
  if (sizeGiB !== root.sizeGiB) return misfitText("other-size", { sizeGiB, sourceGiB: root.sizeGiB }).text;
  if (osName !== root.osName) return misfitText("other-os", { osName, source: root.osName }).text;
  if (architecture !== root.architecture)
    return misfitText("other-architecture", { architecture, source: root.architecture }).text;
  if (holder.wholeMachine !== root.wholeMachine) return misfitText("data-disks").text;
  if (holder.createdAt <= root.createdAt) return misfitText("too-old").text;
  return undefined;
}
