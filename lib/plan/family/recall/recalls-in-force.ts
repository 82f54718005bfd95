// Whether the recall of a source is in force: its mark says so or, once the source is absent, the records do.
import { rootRefId } from "../../../model/identity.ts";
import { RECALLED } from "../../../model/messages/reasons.ts";
import { type Observation, seen } from "../../../model/observation.ts";
import type { Copy, CopyKey, Millis } from "../../../model/types.ts";
import { isRecalled } from "../usable.ts";

/**
 * Whether the source of a copy is recalled. An owner who deletes a recalled source does not take the
 * recall back, so it stays in force for as long as nothing shows the source without its mark.
 */
export function recallsInForce(copies: readonly Copy[], observation: Observation): (key: CopyKey) => boolean {
  const recorded = recordedRecalls(copies);
  return (key) =>
    isRecalled(key, observation) || (recorded.size > 0 && recorded.has(rootRefId(key)) && isAbsent(key, observation));
}

/** The sources, by `rootRefId`, that the records last knew as recalled. */
function recordedRecalls(copies: readonly Copy[]): ReadonlySet<string> {
  const recalledAt = new Map<string, Millis>();
  const readyAt = new Map<string, Millis>();
  for (const copy of copies) {
    if (copy.phase !== "retired" || copy.reason.code !== RECALLED.code) continue;
    keepLatest(recalledAt, rootRefId(copy.key), copy.updatedAt);
  }
  if (recalledAt.size === 0) return new Set();
  for (const copy of copies) if (copy.phase === "ready") keepLatest(readyAt, rootRefId(copy.key), copy.readyAt);
  // A copy that was ready later has returned: the recall had ended, and the region of the other one was not read.
  return new Set([...recalledAt].flatMap(([root, at]) => (at >= (readyAt.get(root) ?? at) ? [root] : [])));
}

function keepLatest(times: Map<string, Millis>, root: string, at: Millis): void {
  times.set(root, Math.max(at, times.get(root) ?? at));
}

function isAbsent({ rootRegion: region, rootId: imageId }: CopyKey, observation: Observation): boolean {
  const root = { region, imageId };
  return seen(observation, root) === "absent" && seen(observation, root, "shared") === "absent";
}
