// Every transition of a record: what it says after something has happened to its copy. Pure.
import { lifecycleText } from "../model/messages/lifecycle.ts";
import { PARENT_NOT_READY } from "../model/messages/reasons.ts";
import { CLAIM_LIFE } from "../model/time.ts";
import type {
  Claim,
  Claimant,
  Copy,
  CopyBase,
  CopyImage,
  CopyIn,
  CopyKey,
  FinishedImage,
  Image,
  Millis,
  Ready,
  Reason,
  Refusal,
  Retired,
} from "../model/types.ts";
import type { DesiredCopy } from "./desired/types.ts";

/** A copy that is requested or under way. */
type Claimed = CopyIn<"requested" | "copying" | "finishing" | "stuck">;
/** A claimed copy whose image exists. */
type UnderWay = Exclude<Claimed, CopyIn<"requested">>;

/**
 * The fields that every phase has: from the policy if the copy is desired, else from the record.
 */
export function baseFields(
  key: CopyKey,
  copy: Copy | undefined,
  desired: DesiredCopy | undefined,
  now: Millis,
): CopyBase {
  const rootCreatedAt = desired?.root.createdAt ?? copy?.rootCreatedAt;
  const rootFamily = desired ? (desired.root.family ?? "") : copy?.rootFamily;
  const family = desired ? desired.publication.family : copy?.family;
  return {
    key,
    policy: desired?.policy.name ?? copy?.policy ?? "",
    rootName: desired?.root.name ?? copy?.rootName ?? "",
    attempts: copy?.attempts ?? 0,
    claimCount: copy?.claimCount ?? 0,
    createdAt: copy?.createdAt ?? now,
    updatedAt: now,
    version: copy?.version ?? 0,
    ...(rootCreatedAt !== undefined && { rootCreatedAt }),
    ...(rootFamily !== undefined && { rootFamily }),
    ...(family !== undefined && { family }),
    ...(copy?.rolledBackFrom !== undefined && { rolledBackFrom: copy.rolledBackFrom }),
    ...(copy?.undeletableImageIds !== undefined && { undeletableImageIds: copy.undeletableImageIds }),
    ...(copy?.inDoubtUntil !== undefined && { inDoubtUntil: copy.inDoubtUntil }),
    delayedSince: copy?.delayedSince ?? now,
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [_ in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [_ in K]?: V });
}

/** The fields of a copy that is not late, or has ended. */
function arrived({ delayedSince: _, ...base }: CopyBase): CopyBase {
  return base;
}

/** What a record says of its image, as long as that is the same image and is present. */
export function imageFields({ imageId, pendingReshare, given, sharedByOthers, refusals }: CopyImage): CopyImage {
  return {
    imageId,
    ...optional("pendingReshare", pendingReshare),
    ...optional("given", given),
    ...optional("sharedByOthers", sharedByOthers),
    ...optional("refusals", refusals),
  };
}

/** The copy waits, until `notBefore` if that is given. It is not late while the copy comes that it is made from. */
export function waiting(base: CopyBase, reason: Reason, notBefore?: Millis): CopyIn<"waiting"> {
  const late = reason.code === PARENT_NOT_READY ? arrived(base) : base;
  return { ...late, phase: "waiting", reason, ...(notBefore !== undefined && { notBefore }) };
}

/** The copy has no image and needs a change by the user or in the cloud. */
export function blocked(base: CopyBase, reason: Reason, notBefore?: Millis): CopyIn<"blocked"> {
  return { ...base, phase: "blocked", reason, ...optional("notBefore", notBefore) };
}

/** An attempt that failed. */
export interface Failure {
  readonly reason: Reason;
  /** How many attempts the policy allows. */
  readonly limit: number;
  /** When the next attempt may follow. */
  readonly notBefore: Millis;
}

/** One more attempt failed: the copy is retried, or has failed once all attempts are used up. */
export function attempted(before: CopyBase, { reason, limit, notBefore }: Failure): CopyIn<"failed" | "retrying"> {
  const first = before.attempts === 0 ? { delayedSince: before.updatedAt } : {};
  const base = { ...before, ...first, attempts: before.attempts + 1 };
  if (base.attempts < limit) return { ...base, phase: "retrying", reason, notBefore };
  const { code: _, ...used } = lifecycleText("attempts-used", { text: reason.text, limit });
  return { ...base, phase: "failed", reason: { ...used, ...reason, text: used.text } };
}

/** The copy is claimed, and its request may be sent for as long as a claim lives. */
export function claimed(
  copy: Copy,
  claim: Pick<Claim, "number" | "token" | "parent" | "settings">,
  claimant: Claimant,
  now: Millis,
): CopyIn<"requested"> {
  const { inDoubtUntil: _, ...base } = baseFields(copy.key, copy, undefined, now);
  return {
    ...base,
    claimCount: claim.number,
    phase: "requested",
    claim: { ...claim, claimant, claimedAt: now, sendBy: now + CLAIM_LIFE },
  };
}

/** The request was answered; without an id, the copy stays in doubt. */
export function answered(
  copy: CopyIn<"requested">,
  imageId: string | undefined,
  now: Millis,
): CopyIn<"requested" | "copying"> {
  const { claim: sent } = copy;
  const claim = { ...sent, endedAt: now };
  if (imageId === undefined) return { ...copy, claim, updatedAt: now };
  return { ...copy, phase: "copying", claim, imageId, progressedAt: sent.claimedAt, updatedAt: now };
}

/** The request has ended, and its outcome is unknown. */
export function unanswered(
  copy: CopyIn<"requested">,
  sendFailure: NonNullable<Claim["sendFailure"]>,
  now: Millis,
): CopyIn<"requested"> {
  return { ...copy, claim: { ...copy.claim, endedAt: now, sendFailure }, updatedAt: now };
}

/** The request cannot be sent any more since `endedAt`: its process is dead. */
export function orphanedClaim(copy: CopyIn<"requested">, endedAt: Millis, now: Millis): CopyIn<"requested"> {
  return { ...copy, claim: { ...copy.claim, endedAt }, updatedAt: now };
}

/**
 * The request was refused: the number of its claim is free again. With `inDoubtUntil`, the refusal
 * concerned another destination, so it does not prove that this copy was not started.
 */
export function released(copy: CopyIn<"requested">, now: Millis, inDoubtUntil?: Millis): CopyBase {
  const base = baseFields(copy.key, copy, undefined, now);
  return { ...base, claimCount: base.claimCount - 1, ...optional("inDoubtUntil", inDoubtUntil) };
}

/** The image is being copied. */
export function copying(
  base: CopyBase,
  before: UnderWay,
  progress: Pick<CopyIn<"copying">, "progressedAt"> & { readonly percent: number | undefined },
): CopyIn<"copying"> {
  const { progressedAt, percent } = progress;
  const tagRefused = before.phase === "copying" && before.tagRefused ? true : undefined;
  return {
    ...base,
    ...imageFields(before),
    phase: "copying",
    claim: before.claim,
    progressedAt,
    ...optional("percent", percent),
    ...optional("tagRefused", tagRefused),
  };
}

/** The image is NORMAL, and what is missing is set; `publicationHold`: that waits for other regions. */
export function finishing(base: CopyBase, before: UnderWay, publicationHold?: Reason): CopyIn<"finishing"> {
  const progressedAt = base.updatedAt;
  const { claim } = before;
  return {
    ...{ ...base, ...imageFields(before), phase: "finishing", claim, progressedAt },
    ...optional("publicationHold", publicationHold),
  };
}

/** The image exists, but does not become ready by itself. */
export function stuck(base: CopyBase, before: UnderWay, reason: Reason, notBefore?: Millis): CopyIn<"stuck"> {
  return {
    ...{ ...base, ...imageFields(before), phase: "stuck", claim: before.claim, reason },
    ...optional("notBefore", notBefore),
  };
}

/** A claimed copy is finished. */
export function completed(base: CopyBase, before: UnderWay, name: string): Ready {
  const { claim } = before;
  const durationMs = claim.claimant.id === "recovered" ? undefined : base.updatedAt - claim.claimedAt;
  return {
    ...ready(base, { imageId: before.imageId, name }),
    ...imageFields(before),
    ...optional("durationMs", durationMs),
  };
}

/** Who made a finished copy: unless given, this installation. */
type Maker = Pick<Ready, "adopted" | "installation">;

/** An image that exists is the finished copy. */
export function ready(
  base: CopyBase,
  { imageId, name }: Pick<Image, "imageId" | "name">,
  { adopted, installation }: Maker = { adopted: false },
): Ready {
  return {
    ...{ ...arrived(base), attempts: 0, phase: "ready", imageId, name, readyAt: base.updatedAt, adopted },
    ...optional("installation", installation),
  };
}

/** A finished copy is orphaned. What the record says of its image stays, except for a repair. */
export function retired(copy: Ready, reason: Reason, now: Millis): CopyIn<"retired"> {
  const { name, adopted, installation, deprecatedByUs, desiredDirectly } = copy;
  return {
    ...arrived(baseFields(copy.key, copy, undefined, now)),
    ...imageFields(copy),
    ...{ attempts: 0, phase: "retired", name, reason, since: now, adopted },
    ...optional("installation", installation),
    ...optional("deprecatedByUs", deprecatedByUs),
    ...optional("desiredDirectly", desiredDirectly),
  };
}

/** The image had to be unshared to be modified; without `accounts` it is shared again. */
export function unsharedFor(copy: Copy, accounts: readonly string[] | undefined, now: Millis): Copy {
  if (!("imageId" in copy)) return copy;
  const { pendingReshare: _, ...rest } = copy;
  return { ...rest, updatedAt: now, ...optional("pendingReshare", accounts) };
}

/** The cloud refused some accounts or tags: the copy goes on without them, and a repair has ended. */
export function without(copy: Copy, refusals: readonly Refusal[], now: Millis): Copy {
  if (!("imageId" in copy)) return copy;
  const { repair: _, ...rest } = copy as Copy & Partial<FinishedImage>;
  const isTriedAgain = ({ kind, item }: Refusal) => refusals.some((one) => one.kind === kind && one.item === item);
  const others = (copy.refusals ?? []).filter((one) => !isTriedAgain(one));
  return { ...rest, refusals: [...others, ...refusals], updatedAt: now } as Copy;
}

/** The cloud refused to delete the image, or to end its sharing before that. */
export function deletionRefused(copy: Retired, code: string, tries: number, now: Millis): Retired {
  return { ...copy, refusedDeletion: { code, tries, at: now }, updatedAt: now };
}

/** The copy has no image and is not desired. */
export function ended(base: CopyBase, reason: Reason, since: Millis): CopyIn<"ended"> {
  return { ...arrived(base), phase: "ended", reason, since };
}
