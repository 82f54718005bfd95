// Another image has the name of a copy: block the copy, adopt the image, or rename our variant.
import { isCopyOf, isMarked } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { misfitText } from "../../model/messages/lifecycle.ts";
import { FREEING_NAME, reason } from "../../model/messages/reasons.ts";
import { RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, Image } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { copyBase, recordChange, recordReason } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";
import { putAside } from "../upkeep/put-aside.ts";

/**
 * Renames the other variant of the copy, so that the copy can have its name. If the cloud refuses
 * that, the copy is blocked, and the renaming is retried after `RECHECK_AFTER`.
 */
export function freeName(
  call: Extract<CloudCall, { do: "modify" }>,
  desired: DesiredCopy,
  copy: Copy | undefined,
  ctx: PlanContext,
): Step {
  const base = copyBase(desired.key, copy, desired, ctx.now);
  const { imageId, region } = call.image;
  const hasTried = copy?.state === "waiting" && copy.reason.code === FREEING_NAME;
  const isStuck = copy?.state === "blocked" && copy.reason.code === "name-taken" && copy.notBefore !== undefined;
  if (!hasTried && !isStuck) {
    const freeing = reason(FREEING_NAME, { imageId });
    return { ...recordReason(copy, { ...base, state: "waiting", reason: freeing }), call };
  }
  const taken = reason("name-taken", { variantId: imageId, region, name: desired.settings.name });
  const blocked: Copy = { ...base, state: "blocked", reason: taken, notBefore: ctx.now + RECHECK_AFTER };
  return { ...recordChange(blocked, journal("blocked", { text: taken.text })), ...(isStuck && { call }) };
}

/**
 * The image that has the final name of the encrypted copy, if there is one. The encrypted copy
 * cannot be made then, so the intermediate copy would be made in vain.
 */
export function holderOfFinalName(desired: DesiredCopy, ctx: PlanContext): Image | undefined {
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
export function nameTaken(holder: Image, desired: DesiredCopy, copy: Copy | undefined, ctx: PlanContext): Step {
  const base = copyBase(desired.key, copy, desired, ctx.now);
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
  return recordReason(copy, { ...base, state: "blocked", reason: taken });
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
