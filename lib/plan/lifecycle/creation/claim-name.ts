// Another image has the final name of a copy: it will give it up, is adopted, or blocks the copy.
import { isCopyOf, isMarked, lineageOf } from "../../../model/identity.ts";
import { journal } from "../../../model/messages/journal.ts";
import { misfitText } from "../../../model/messages/lifecycle.ts";
import { reason } from "../../../model/messages/reasons.ts";
import type { Image } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import { blocked, ready } from "../../transitions.ts";
import type { PlanContext, Step } from "../../types.ts";
import { missingShares } from "../../upkeep/giving/shares.ts";
import { stepAside } from "../../upkeep/step-aside.ts";
import type { ToRequest } from "../stages.ts";
import { baseOf, recordChange, recordReason } from "../steps.ts";

/**
 * The final name is free, or its holder will give it up once the copy is finished; else the holder is
 * adopted, or the copy is blocked. The copy is requested under a temporary name in any case.
 */
export function claimName(copyCase: ToRequest, ctx: PlanContext): Step | "done" {
  const { desired } = copyCase;
  const own = keptName(desired, ctx);
  if (own) return "questions" in own ? own : nameTaken(own, copyCase, ctx);
  if (!desired.intermediate) return "done";
  // The encrypted copy cannot be made if its final name is taken, so the intermediate copy would be
  // made in vain.
  for (const encrypted of ctx.desiredFrom(desired.key)) {
    if (encrypted.key.region !== desired.key.region) continue;
    const kept = keptName(encrypted, ctx);
    if (kept && "questions" in kept) return kept;
    if (kept && !isCopyOf(kept.holder, desired.key)) return nameTaken(kept, copyCase, ctx);
  }
  return "done";
}

/** The image that has the name of a copy and keeps it. */
interface KeptName {
  readonly holder: Image;
  /** Accounts that share it and that no policy names; a shared image cannot be renamed. */
  readonly sharedWith?: readonly string[];
}

/** Who has the final name of a copy and will keep it, or what has to be asked before that is known. */
function keptName(desired: DesiredCopy, ctx: PlanContext): KeptName | Pick<Required<Step>, "questions"> | undefined {
  const holder = ctx.holderOf(desired);
  if (!holder) return undefined;
  const aside = stepAside(holder, desired, ctx);
  if (!aside) return { holder };
  const shares = missingShares(holder, aside.mayUnshareTemporarily, ctx.answers);
  if ("questions" in shares) return shares;
  // Whether it is shared is unknown: the call that renames it will tell.
  if ("problem" in shares || shares.outside.length === 0) return undefined;
  return { holder, sharedWith: shares.outside };
}

/**
 * Another image of the account has the name: adopt it if the policy says so and it matches, else
 * block the copy.
 */
function nameTaken({ holder, sharedWith }: KeptName, copyCase: ToRequest, ctx: PlanContext): Step {
  const { record, desired } = copyCase;
  const base = baseOf(copyCase, ctx);
  const { imageId, name } = holder;
  const misfit = whyNotAdopted(holder, desired, ctx);
  if (desired.policy.existing === "adopt" && !misfit) {
    return recordChange(ready(base, holder, { adopted: true }), journal("adopted", { imageId, again: false }));
  }
  const isOurs = isMarked(holder, desired.key.account) || ctx.recordOf(holder) !== undefined;
  const taken = reason("name-taken", { imageId, region: desired.key.region, name, isOurs, misfit, sharedWith });
  return recordReason(record, blocked(base, taken));
}

/** Whether an unfinished copy of ours has the name; only once it is finished can it give up its name. */
export function isHeldByUnfinished(desired: DesiredCopy, ctx: PlanContext): boolean {
  const holder = ctx.holderOf(desired);
  const lineage = holder && lineageOf(holder);
  const copy = lineage && ctx.copyOf({ ...lineage, region: holder.region });
  return copy !== undefined && copy.phase !== "ready" && copy.phase !== "retired";
}

function whyNotAdopted(holder: Image, desired: DesiredCopy, ctx: PlanContext): string | undefined {
  const { root } = desired;
  const { state, sizeGiB, osName, architecture } = holder;
  if (desired.key.variant !== "plain") return misfitText("encryption-invisible").text;
  if (ctx.recordOf(holder)) return misfitText("adopted-for-another").text;
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
