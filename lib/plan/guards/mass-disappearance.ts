// Guard: if many copies disappear at once, their loss is reported and not recorded.
import { copyId } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Copy } from "../../model/types.ts";
import type { Guarded, PlanContext, Step } from "../types.ts";

/**
 * Removes the steps that record copies as gone, and adds a problem, if more than three copies and
 * more than a tenth of all disappear at once. The cause is then likely to be other credentials, an
 * outage or an accident. A user may confirm that they are gone (`acceptVanished`).
 */
export function massDisappearance(steps: readonly Step[], { copies, acceptVanished }: PlanContext): Guarded {
  if (acceptVanished) return { steps };
  // The loss of a retired copy needs no repair, so it does not count.
  const active = new Set(
    copies.filter((copy) => copy.state !== "retired" && hasImage(copy)).map(({ key }) => copyId(key)),
  );
  const isLoss = ({ change }: Step) => change?.event === "gone" && active.has(copyId(change.copy.key));
  const gone = steps.filter(isLoss);
  if (gone.length <= Math.max(3, Math.floor(active.size / 10))) return { steps };
  const problem = reason("mass-disappearance", { gone: gone.length, total: active.size });
  return { steps: steps.filter((step) => !isLoss(step)), problems: [problem] };
}

function hasImage(copy: Copy): boolean {
  return "imageId" in copy && copy.imageId !== undefined;
}
