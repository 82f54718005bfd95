// Manual retry (`cvm-replicator retry`): failed and blocked copies start again.
import type { Problem } from "../../model/errors.ts";
import { copyId, imageIdOf, stateOf } from "../../model/identity.ts";
import { journal } from "../../model/messages/journal.ts";
import { retryProblem } from "../../model/messages/lifecycle.ts";
import type { Copy, Millis } from "../../model/types.ts";
import { baseFields, copying } from "../transitions.ts";
import type { RecordChange } from "../types.ts";

/** The arguments and options of `retry`, and what each filters by. */
const FILTERS = { IMAGE: "image", "--by": "policy", "--region": "region" } as const;

/** The copies to retry: of these images (source or copy ids), of this policy, in this region. */
export interface RetryFilter {
  readonly images: readonly string[];
  readonly policy?: string | undefined;
  readonly region?: string | undefined;
}

/** Only a retry has such a copy made again. */
const MADE_ANEW = ["gone", "unidentified"];

/**
 * The record of a failed or blocked copy with no attempts and no backoff, so that the next plan
 * does not wait; undefined for any other copy. Only the plan decides whether a copy is requested,
 * after a search for its image. So a copy with a claim keeps the claim and is read again, and no
 * claim number is used twice.
 */
export function retried(copy: Copy, now: Millis): Copy | undefined {
  const fresh = { attempts: 0, delayedSince: now, updatedAt: now };
  if (copy.phase === "failed") return { ...copy, ...fresh, phase: "retrying", notBefore: now };
  const isMadeAnew = copy.phase === "blocked" && MADE_ANEW.includes(copy.reason.code);
  if (isMadeAnew) return { ...copy, ...fresh, phase: "waiting" };
  if (copy.phase !== "blocked" && copy.phase !== "stuck") return undefined;
  // The next check becomes due now. It keeps a time, because polls skip blocked copies without one.
  if (copy.notBefore !== undefined) return { ...copy, ...fresh, notBefore: now };
  if (copy.phase === "blocked") return { ...copy, ...fresh };
  const base = { ...baseFields(copy.key, copy, undefined, now), ...fresh };
  return copying(base, copy, { progressedAt: now, percent: undefined });
}

/** The record changes that make the chosen copies start again. */
export function retryChanges(copies: readonly Copy[], chosen: (copy: Copy) => boolean, now: Millis): RecordChange[] {
  return copies.filter(chosen).flatMap((copy): RecordChange[] => {
    const next = retried(copy, now);
    const { code: event, text } = journal("retry", { state: stateOf(copy) });
    return next ? [{ do: "record", copy: next, event, text }] : [];
  });
}

/**
 * The failed and blocked copies that match the filter, and those that wait for an unreadable region,
 * as `copyId`s; and the problems of a filter without a match.
 */
export function chooseForRetry(
  copies: readonly Copy[],
  { images, policy, region }: RetryFilter,
): { chosen: ReadonlySet<string>; problems: Problem[] } {
  const problems: Problem[] = [];
  const hasImage = (copy: Copy, id: string) => copy.key.rootId === id || imageIdOf(copy) === id;
  const mustMatch = (where: keyof typeof FILTERS, value: string, matches: (copy: Copy) => boolean) => {
    const matching = copies.filter(matches);
    if (matching.some(isRetryable)) return;
    const code = matching.length > 0 ? "nothing-to-retry" : "no-such-copy";
    problems.push({ where, text: retryProblem(code, { value, filter: FILTERS[where] }).text });
  };
  for (const id of images) mustMatch("IMAGE", id, (copy) => hasImage(copy, id));
  if (policy !== undefined) mustMatch("--by", policy, (copy) => copy.policy === policy);
  if (region !== undefined) mustMatch("--region", region, ({ key }) => key.region === region);

  const chosen = copies.filter(
    (copy) =>
      isRetryable(copy) &&
      (images.length === 0 || images.some((id) => hasImage(copy, id))) &&
      (policy === undefined || copy.policy === policy) &&
      (region === undefined || copy.key.region === region),
  );
  const isFiltered = images.length > 0 || policy !== undefined || region !== undefined;
  if (isFiltered && problems.length === 0 && chosen.length === 0) {
    problems.push({ where: "retry", text: retryProblem("no-copy-for-all").text });
  }
  return { chosen: new Set(chosen.map(({ key }) => copyId(key))), problems };
}

/** Whether a retry makes a difference: it also reads a region that was unreadable a short time ago. */
function isRetryable(copy: Copy): boolean {
  const { phase } = copy;
  if (phase === "waiting") return copy.reason.code.startsWith("unreadable-");
  return phase === "failed" || phase === "blocked" || phase === "stuck";
}
