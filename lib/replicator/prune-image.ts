// Deletes the orphaned copies of one image by hand, the last versions included (`cvm-replicator prune`).
import { InputError, toProblem } from "../model/errors.ts";
import { copyId, imageIdOf, isActive, refText } from "../model/identity.ts";
import { reason } from "../model/messages/reasons.ts";
import { requestProblem } from "../model/messages/run.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef, Reason } from "../model/types.ts";
import type { Plan } from "../plan/types.ts";
import { replicate } from "./reconcile.ts";
import type { RunRequest } from "./run-requests.ts";

/** An image that is deleted with its snapshots. */
export interface Prunable extends ImageRef {
  readonly name: string;
  readonly sizeGiB: number;
  /** The image is shared with the accounts of its policy, and unshared first. */
  readonly isShared: boolean;
  readonly why: string;
}

/** What would be deleted, and which copies stay with the reason. */
export interface Pruning {
  readonly prunable: readonly Prunable[];
  /** `imageId` and `name` are empty if the copy has no image. */
  readonly retained: readonly (ImageRef & { readonly name: string; readonly reason: Reason })[];
}

/**
 * Finds out which copies of an image would be deleted; changes nothing. `imageId`: of the source or
 * of one copy. Every check of an automatic deletion counts, except that the last usable version of
 * a region is deleted as well. Throws `InputError` if no copy is recorded under this id.
 */
export async function findPrunable(imageId: string, deps: Replicator): Promise<Pruning> {
  const account = await deps.cloud.account();
  const { copies: recorded } = await deps.state.read(account, { all: true });
  const isNamed = (copy: Copy) => copy.key.rootId === imageId || imageIdOf(copy) === imageId;
  const named = recorded.filter((copy) => isNamed(copy) && copy.phase !== "ended");
  if (named.length === 0) {
    const isGone = recorded.some((copy) => isNamed(copy) || copy.lastImageId === imageId);
    const code = isGone ? "copies-gone" : "no-copy-of";
    throw new InputError([toProblem("prune", requestProblem(code, { imageId }))]);
  }
  const chosen = new Set(named.map(({ key }) => copyId(key)));
  const { plan } = await replicate({ ...pruningOf((key) => chosen.has(copyId(key))), mode: "dry-run" }, deps);
  const prunable = prunableIn(plan);
  const deleted = new Set(prunable.map((image) => refText(image)));
  const retained = plan.copies
    .filter((copy) => chosen.has(copyId(copy.key)) && copy.phase !== "ended" && !deleted.has(refText(refOf(copy))))
    .map((copy) => ({ ...refOf(copy), name: copy.rootName, reason: whyRetained(copy, plan) }));
  return { prunable, retained };
}

/**
 * Deletes these images if every check still permits it: a shared one is unshared in a first run,
 * and deleted in a second one. The answer tells for each whether it is gone.
 */
export async function pruneImages(
  prunable: readonly Prunable[],
  deps: Replicator,
): Promise<readonly (Prunable & { readonly done: boolean })[]> {
  const account = await deps.cloud.account();
  const images = new Set(prunable.map(refText));
  const { copies } = await deps.state.read(account, { all: true });
  const recorded = copies.filter((copy) => images.has(refText(refOf(copy))));
  const chosen = new Set(recorded.map(({ key }) => copyId(key)));
  const request = { ...pruningOf((key) => chosen.has(copyId(key))), confirmedDeletions: images };
  let report = await replicate(request, deps);
  if (report.plan.actions.some((action) => action.do === "unshare")) report = await replicate(request, deps);
  const left = new Set(report.copies.map((copy) => refText(refOf(copy))));
  return prunable.map((image) => ({ ...image, done: !left.has(refText(image)) }));
}

/** A sweep that acts on some copies only, and may delete the last versions among them. */
function pruningOf(isChosen: (key: CopyKey) => boolean): RunRequest {
  // The user names the image, so nothing waits for the policy to have run alone.
  return { trigger: "prune", scope: { kind: "sweep" }, only: isChosen, mayDeleteLast: isChosen, confirmed: true };
}

/** The deletions of orphaned copies in a plan; not those of failed attempts, nor shares that end. */
function prunableIn({ actions }: Plan): Prunable[] {
  return actions.flatMap((action) => {
    if ((action.do !== "delete" && action.do !== "unshare") || action.copy.phase !== "retired") return [];
    const { image, why } = action;
    if (why === undefined) return [];
    const { region, imageId, name, sizeGiB } = image;
    return [{ region, imageId, name, sizeGiB, isShared: action.do === "unshare", why }];
  });
}

function whyRetained(copy: Copy, plan: Plan): Reason {
  const retained = plan.retained.find((one) => copyId(one.copy.key) === copyId(copy.key));
  if (retained) return retained.reason;
  return isActive(copy) ? reason("still-desired", { policy: copy.policy }) : copy.reason;
}

function refOf(copy: Copy): ImageRef {
  return { region: copy.key.region, imageId: imageIdOf(copy) ?? "" };
}
