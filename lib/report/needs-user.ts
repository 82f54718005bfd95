// Whether `apply --wait` may stop waiting for a copy: it is settled, or only manual action helps.
import { PARENT_NOT_READY } from "../model/messages/reasons.ts";
import type { Copy, Millis, Reason } from "../model/types.ts";
import { isSettled } from "./summary.ts";

/** Refusals of the key itself: a region that is unreadable for this reason stays so until a user changes it. */
const KEY_REFUSED = /^unreadable-(UnauthorizedOperation|AuthFailure)(\.|$)/;

/**
 * Whether nothing is left to wait for: the copy is settled, or it waits for something that only a
 * user can change. `problems`: those of the last run.
 */
export function isOver(copy: Copy, copies: readonly Copy[], problems: readonly Reason[]): boolean {
  if (isSettled(copy) || isHeldAsVanished(copy, problems)) return true;
  if (copy.phase !== "waiting") return false;
  return KEY_REFUSED.test(copy.reason.code) || waitsForEarlierStep(copy, copies, problems);
}

/** So long may nothing change while a region does not answer. */
const OUTAGE_PATIENCE: Millis = 30 * 60_000;

/**
 * Whether `apply --wait` stops in an outage: nothing has changed for long, and a region cannot be read.
 * A later run goes on. `problems`: those of the last run.
 */
export function isLongOutage(problems: readonly Reason[], unchangedFor: Millis): boolean {
  return unchangedFor >= OUTAGE_PATIENCE && problems.some(({ code }) => code.startsWith("unreadable-"));
}

/** Too many copies have disappeared at once, so nothing is done about any of them. */
function isHeldAsVanished(copy: Copy, problems: readonly Reason[]): boolean {
  const isMissing = "missingSince" in copy && copy.missingSince !== undefined;
  return isMissing && problems.some(({ code }) => code === "mass-disappearance");
}

/** Whether a copy waits for an earlier copy of its chain for which only manual action helps. */
function waitsForEarlierStep(
  { key: { rootId, rootRegion, region, variant }, ...copy }: Copy & { readonly reason: Reason },
  copies: readonly Copy[],
  problems: readonly Reason[],
): boolean {
  if (copy.reason.code !== PARENT_NOT_READY) return false;
  return copies.some((other) => {
    const { key, phase } = other;
    if (key.rootId !== rootId || key.rootRegion !== rootRegion || key.variant !== "plain") return false;
    const isEarlier = key.region === region ? variant !== "plain" : key.region === rootRegion;
    if (!isEarlier) return false;
    return phase === "blocked" || phase === "stuck" || phase === "failed" || isHeldAsVanished(other, problems);
  });
}
