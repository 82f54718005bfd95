// Another image has the name: block, adopt, or rename ours.
import { copyId, isCopyOf, isMarked } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { FREEING_NAME } from "../../model/reasons.ts";
import { RECHECK_AFTER } from "../../model/time.ts";
import type { Copy, Image, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import { changed, copyBase, recordChange } from "../transitions.ts";
import type { CloudCall, PlanContext, Step } from "../types.ts";
import { putAside } from "../upkeep/put-aside.ts";

/** The copy that was made otherwise gives up its name. Where the cloud will not have that, it is tried again now and then. */
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
    const text = `first, ${imageId}, the copy that was made otherwise, gets another name`;
    return { ...changed(copy, { ...base, state: "waiting", reason: { code: FREEING_NAME, text } }), call };
  }
  const reason: Reason = {
    code: "name-taken",
    text: `${imageId} in ${region}, our copy that was made otherwise, has the name "${desired.settings.name}" and could not be given another one`,
    remedy:
      "if it is shared with other accounts, end that by hand, as a shared image cannot be renamed, and then: cvm-replicator retry; it is tried again every ten minutes besides",
  };
  const blocked: Copy = { ...base, state: "blocked", reason, notBefore: ctx.now + RECHECK_AFTER };
  return { ...recordChange(blocked, journal("blocked", { text: reason.text })), ...(isStuck && { call }) };
}

/** Who has the name already that the encrypted copy is to get: then its plain copy would be made for nothing. */
export function holderOfFinalName(desired: DesiredCopy, ctx: PlanContext): Image | undefined {
  const step = copyId(desired.key);
  for (const child of ctx.desiredCopies.values()) {
    if (!child.parent || copyId(child.parent) !== step || child.key.region !== desired.key.region) continue;
    const holder = ctx.holderOf(child);
    if (holder && !isCopyOf(holder, desired.key) && !putAside(holder, child, ctx)) return holder;
  }
  return undefined;
}

/** Another image of the account has the name already: block, or adopt it if the policy says so and it fits. */
export function nameTaken(holder: Image, desired: DesiredCopy, copy: Copy | undefined, ctx: PlanContext): Step {
  const base = copyBase(desired.key, copy, desired, ctx.now);
  const misfit = whyNotAdopted(holder, desired, ctx);
  if (desired.policy.existing === "adopt" && !misfit) {
    return recordChange(
      {
        ...base,
        attempts: 0,
        state: "ready",
        imageId: holder.imageId,
        name: holder.name,
        readyAt: ctx.now,
        adopted: true,
      },
      journal("adopted", { imageId: holder.imageId, again: false }),
    );
  }
  const isOurs = isMarked(holder, desired.key.account) || ctx.isRecorded(holder);
  const reason: Reason = {
    code: "name-taken",
    // Told under either setting: who reads the plan is to know what `adopt` would do.
    text: `${holder.imageId} in ${desired.key.region}${isOurs ? ", a copy of ours," : ""} is already named "${holder.name}"; ${misfit ? `it cannot be adopted: ${misfit}` : "it would fit existing: adopt"}`,
    remedy: isOurs
      ? "give one of the two another name (copy.name)"
      : misfit
        ? "rename or delete that image, or give the copy another name (copy.name)"
        : "rename or delete that image, give the copy another name (copy.name), or set existing: adopt",
  };
  return changed(copy, { ...base, state: "blocked", reason });
}

function whyNotAdopted(holder: Image, desired: DesiredCopy, ctx: PlanContext): string | undefined {
  const { root } = desired;
  if (desired.key.variant !== "plain") return "whether it is encrypted does not show";
  if (ctx.isRecorded(holder)) return "it is taken as the copy of another image";
  if (isMarked(holder, desired.key.account)) return "it is our copy of another image";
  if (holder.state !== "NORMAL") return `it is ${holder.state}`;
  if (holder.sizeGiB !== root.sizeGiB) return `it has ${holder.sizeGiB} GiB, the source ${root.sizeGiB}`;
  if (holder.osName !== root.osName) return `it is ${holder.osName}, the source ${root.osName}`;
  if (holder.architecture !== root.architecture) return `it is ${holder.architecture}, the source ${root.architecture}`;
  if (holder.wholeMachine !== root.wholeMachine) return "only one of the two has data disks";
  if (holder.createdAt <= root.createdAt) return "it is not younger than the source";
  return undefined;
}
