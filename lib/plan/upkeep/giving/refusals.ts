// The accounts and tags that the cloud refuses: left out for a day, reported, and tried again.
import { reason } from "../../../model/messages/reasons.ts";
import type { Copy, Millis, Reason, Refusal } from "../../../model/types.ts";
import { isOrphan } from "../../desired/desired-copies.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import type { PlanContext } from "../../types.ts";

/** How long an account or a tag that was refused is left out. */
const TRY_AGAIN_AFTER: Millis = 86_400_000;

/** Whether the cloud refused the item when it was last tried for this image. */
export function wasRefused(copy: Copy, kind: Refusal["kind"], item: string): boolean {
  return refusalsOf(copy).some((one) => one.kind === kind && one.item === item);
}

/** Whether the item is left out for now, so that the copy goes on without it. */
export function isLeftOut(copy: Copy, kind: Refusal["kind"], item: string, now: Millis): boolean {
  return refusalsOf(copy).some((one) => one.kind === kind && one.item === item && now < one.at + TRY_AGAIN_AFTER);
}

/**
 * One problem for each account and each tag that is refused, however many copies it concerns. A
 * round that has not read the source of a copy goes by the policies, so that the run in which the
 * cloud refuses something reports it.
 */
export function refusedItems(ctx: PlanContext): Reason[] {
  const refused = ctx.copies.filter((copy) => refusalsOf(copy).length > 0);
  const refusals = refused.flatMap((copy) => {
    const desired = ctx.desiredCopies.get(copy.key);
    const isOver = !desired && isOrphan(copy.key, ctx);
    const isAsked = (one: Refusal) => (desired ? isDesired(one, desired) : !isOver && mayBeDesired(one, copy, ctx));
    return refusalsOf(copy).filter((one) => isAsked(one) || isToBeReshared(one, copy));
  });
  const byItem = new Map(refusals.map((one) => [`${one.kind} ${one.item} ${one.code}`, one]));
  return [...byItem.values()].map(refusalReason);
}

/** What the cloud refused a copy, and its policy still asks for. */
export function refusalsFor(copy: Copy, desired: DesiredCopy): Reason[] {
  const refusals = refusalsOf(copy).filter((one) => isDesired(one, desired));
  return refusals.map(refusalReason);
}

function refusalReason({ kind, item, code }: Refusal): Reason {
  return kind === "account"
    ? reason("account-refused", { account: item, code })
    : reason("tag-refused", { key: item, code });
}

/** Whether the policy of a copy may still ask for what was refused. Sources have tags, too. */
function mayBeDesired({ kind, item }: Refusal, { policy }: Copy, { policies }: PlanContext): boolean {
  return policies.some(({ name, enabled, copy: { shareWith } }) => {
    return name === policy && enabled && (kind === "tag" || shareWith.includes(item));
  });
}

/** Whether a policy still asks for what was refused. */
export function isDesired({ kind, item }: Refusal, { publication, settings }: DesiredCopy): boolean {
  return kind === "account" ? publication.shareWith.includes(item) : Object.hasOwn(settings.tags, item);
}

/** Whether the account had the image before it was unshared to be modified, and is to have it again. */
export function isToBeReshared({ kind, item }: Refusal, copy: Copy): boolean {
  return kind === "account" && "pendingReshare" in copy && copy.pendingReshare?.includes(item) === true;
}

function refusalsOf(copy: Copy): readonly Refusal[] {
  return ("refusals" in copy && copy.refusals) || [];
}
