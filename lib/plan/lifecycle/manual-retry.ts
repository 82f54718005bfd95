// Cvm-replicator retry: failed and blocked copies start again.
import type { Problem } from "../../model/errors.ts";
import { copyId } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import type { Copy, Millis } from "../../model/types.ts";
import type { RecordChange } from "../types.ts";

/** Which copies a person wants to be tried again: of these images (as root or as copy), of this policy, in this region. */
export interface RetryFilter {
  readonly images: readonly string[];
  readonly policy?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * A copy that is failed or blocked as if it had not been tried yet, so that the next plan does not wait any more;
 * undefined for any other. It decides nothing: what is asked for, and that it is not there already, is the plan's. So a
 * copy with a claim keeps it and is looked at again, and the number of the next claim is still the next one.
 */
export function retried(copy: Copy, now: Millis): Copy | undefined {
  const fresh = { attempts: 0, updatedAt: now };
  if (copy.state === "failed") return { ...copy, ...fresh, state: "retrying", reason: copy.reason, notBefore: now };
  if (copy.state !== "blocked") return undefined;
  if (copy.reason.code === "gone") return { ...copy, ...fresh, state: "waiting", reason: copy.reason };
  // What has a time to be looked at again gets an earlier one, not none: polls leave out what has none.
  if (copy.notBefore !== undefined) return { ...copy, ...fresh, notBefore: now };
  if (!copy.claim || copy.imageId === undefined) return { ...copy, ...fresh };
  const { reason: _, ...stuck } = copy;
  return { ...stuck, ...fresh, state: "copying", claim: copy.claim, progressedAt: now };
}

/** The notes that have some copies tried again. */
export function retryChanges(copies: readonly Copy[], chosen: (copy: Copy) => boolean, now: Millis): RecordChange[] {
  return copies.filter(chosen).flatMap((copy): RecordChange[] => {
    const next = retried(copy, now);
    const { code: event, text } = journal("retry", { state: copy.state });
    return next ? [{ do: "record", copy: next, event, text }] : [];
  });
}

/** The failed and blocked copies that fit a filter, as `keyText`; and what is wrong with a filter that fits none. */
export function chooseForRetry(
  copies: readonly Copy[],
  { images, policy, region }: RetryFilter,
): { chosen: ReadonlySet<string>; problems: Problem[] } {
  const problems: Problem[] = [];
  const hasImage = (copy: Copy, id: string) => copy.key.rootId === id || ("imageId" in copy && copy.imageId === id);
  const mustFit = (where: string, value: string, what: string, fits: (copy: Copy) => boolean) => {
    const known = copies.filter(fits);
    if (known.some(needsManualAction)) return;
    const state = known.length > 0 ? `no copy ${what} is failed or blocked` : `no copy ${what} is remembered`;
    problems.push({ where, text: `"${value}": ${state}; cvm-replicator status shows all` });
  };
  for (const id of images) mustFit("IMAGE", id, "of or as this image", (copy) => hasImage(copy, id));
  if (policy !== undefined) mustFit("--by", policy, "of a policy of this name", (copy) => copy.policy === policy);
  if (region !== undefined) mustFit("--region", region, "in this region", ({ key }) => key.region === region);

  const chosen = copies.filter(
    (copy) =>
      needsManualAction(copy) &&
      (images.length === 0 || images.some((id) => hasImage(copy, id))) &&
      (policy === undefined || copy.policy === policy) &&
      (region === undefined || copy.key.region === region),
  );
  const filtered = images.length > 0 || policy !== undefined || region !== undefined;
  if (filtered && problems.length === 0 && chosen.length === 0) {
    problems.push({ where: "retry", text: "no copy that is failed or blocked fits all of this together" });
  }
  return { chosen: new Set(chosen.map(({ key }) => copyId(key))), problems };
}

function needsManualAction({ state }: Copy): boolean {
  return state === "failed" || state === "blocked";
}
