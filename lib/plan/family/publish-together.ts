import { keyText } from "../../model/identity.ts";
import type { Copy, Millis, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";

/**
 * `publish: together`: the family moves when the copies of a source are finished in every region. A region that is
 * blocked, or has been standing still for as long as counts as stuck, is left out: it must not hold up the others.
 */
export function togetherness(
  wants: ReadonlyMap<string, Want>,
  copyOf: (key: Want["key"]) => Copy | undefined,
  now: Millis,
) {
  const groups = new Map<string, Want[]>();
  for (const want of wants.values()) {
    if (want.intermediate) continue;
    const root = `${want.key.rootRegion}/${want.key.rootId}`;
    groups.set(root, [...(groups.get(root) ?? []), want]);
  }
  const others = (want: Want) => groups.get(`${want.key.rootRegion}/${want.key.rootId}`) ?? [want];
  const place = (want: Want) => standing(want, copyOf(want.key), now);
  return {
    /** Why a copy has to wait with its publication; undefined if it has not. */
    awaits: (want: Want): Reason | undefined => {
      if (!want.release.together) return undefined;
      const missing = others(want).filter(
        (other) => keyText(other.key) !== keyText(want.key) && place(other) === "under way",
      );
      if (missing.length === 0) return undefined;
      const regions = missing.map(({ key }) => key.region).join(", ");
      return { code: "held", text: `published together with the copies in ${regions}, which are not finished yet` };
    },
    /** The regions that are left out, in words; empty if none is. */
    leftOut: (want: Want): string => {
      if (!want.release.together) return "";
      const left = others(want).filter((other) => place(other) === "left out");
      return left.length === 0 ? "" : `, without ${left.map(({ key }) => key.region).join(", ")}`;
    },
  };
}

function standing(want: Want, copy: Copy | undefined, now: Millis): "done" | "left out" | "under way" {
  if (want.block) return "left out";
  if (!copy) return "under way";
  if (copy.state === "blocked" || copy.state === "failed" || copy.state === "retired") return "left out";
  if (copy.state === "ready" || (copy.state === "finishing" && copy.held)) return "done";
  const since = copy.state === "copying" || copy.state === "finishing" ? copy.progressedAt : copy.updatedAt;
  return now - since > want.policy.stuckAfter ? "left out" : "under way";
}
