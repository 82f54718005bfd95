// Which sources their owners recalled, and whether so many at once that nothing is done about it.
import { RootMap, type RootRef } from "../../../model/copy/copy-map.ts";
import { isActive, rootRefId } from "../../../model/identity.ts";
import { RECALLED, reason } from "../../../model/messages/reasons.ts";
import type { Observation } from "../../../model/observation.ts";
import type { Copy, CopyKey, Reason } from "../../../model/types.ts";
import { isRecalled } from "../usable.ts";
import { recallsInForce } from "./recalls-in-force.ts";

/** The sources that were recalled. */
export interface RecalledSources {
  /** Whether the source of a copy was recalled, so that the copy is deprecated and leaves its family. */
  readonly isRecalled: (key: CopyKey) => boolean;
  /** Whether a source was recalled together with so many others that its copies stay as they are. */
  readonly isHeld: (root: RootRef) => boolean;
  readonly problems: readonly Reason[];
}

/** What the recalled sources are found from. */
export interface RecallInput {
  readonly copies: readonly Copy[];
  readonly observation: Observation;
  readonly acceptRecall?: boolean;
  /** The sources whose recall this run has followed already, because its rounds see one region after the other. */
  readonly recalled?: ReadonlySet<string>;
}

/**
 * Finds the recalled sources. If more than three, and more than a tenth of all, were recalled since
 * the last sweep, the cause is likely to be an accident, such as a script that tags every image.
 * Then they are held until the user confirms the recall (`acceptRecall`).
 */
export function recalledSources({
  copies,
  observation,
  acceptRecall = false,
  recalled = new Set(),
}: RecallInput): RecalledSources {
  const active = new RootMap<CopyKey>();
  for (const copy of copies) if (isActive(copy)) active.set(copy.key, copy.key);
  const followed = new Set(copies.filter(isFollowed).map(({ key }) => rootRefId(key)));
  const fresh = [...active.values()].filter((key) => isRecalled(key, observation)).map(rootRefId);
  const inThisRun = new Set([...recalled, ...fresh.filter((root) => !followed.has(root))]);
  const total = inTotal(active, recalled);
  const isTooMany = !acceptRecall && inThisRun.size > Math.max(3, Math.floor(total / 10));
  const held = new Set(isTooMany ? [...inThisRun].filter((root) => !recalled.has(root)) : []);
  const isInForce = recallsInForce(copies, observation);
  return {
    isRecalled: (key) => isInForce(key) && !held.has(rootRefId(key)),
    isHeld: (root) => held.size > 0 && held.has(rootRefId(root)),
    problems: held.size > 0 ? [reason("mass-recall", { recalled: inThisRun.size, total })] : [],
  };
}

/** How many sources have active copies, or had some before this run followed their recall. */
function inTotal(active: RootMap<CopyKey>, recalled: ReadonlySet<string>): number {
  if (recalled.size === 0) return active.size;
  return new Set([...recalled, ...[...active.values()].map(rootRefId)]).size;
}

/**
 * Whether a copy has followed the recall of its source already, so that the recall is not a new one.
 * An image that is deprecated by hand does not count: a script may deprecate every image.
 */
function isFollowed(copy: Copy): boolean {
  if (copy.phase === "retired" && copy.reason.code === RECALLED.code) return true;
  return "deprecatedByUs" in copy && copy.deprecatedByUs === true;
}
