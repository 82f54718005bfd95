// Guard: if many copies disappear at once, their loss is reported and not recorded.
import { CopyMap } from "../../model/copy/copy-map.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { Totals } from "../../model/ports.ts";
import type { Copy } from "../../model/types.ts";
import type { Action, Guarded, PlanContext, Step } from "../types.ts";

/**
 * Removes the steps that record copies as gone, and adds a problem, if more than three copies and
 * more than a tenth of all disappear in one run. The cause is then likely to be other credentials,
 * an outage or an accident. A user may confirm that they are gone (`acceptVanished`). `vanished`
 * counts those that this run has recorded already: its rounds see one region after the other.
 */
export function massDisappearance(steps: readonly Step[], ctx: PlanContext): Guarded {
  const { copies, acceptVanished, vanished } = ctx;
  if (acceptVanished) return { steps };
  const recordOf = ({ change }: Step) => change && ctx.copyOf(change.copy.key);
  const losses = steps.filter((step) => step.change?.event === "gone" && recordOf(step)?.phase !== "retired");
  const gone = losses.filter((step) => isShown(recordOf(step))).length;
  if (gone === 0) return { steps };
  const total = Math.max(copies.filter(isShown).length, ctx.sweep ? 0 : inTotal(ctx.totals));
  if (gone + vanished <= Math.max(3, Math.floor(total / 10))) return { steps };
  const problem = reason("mass-disappearance", { gone, total });
  const held = new Set(losses);
  // Copies that never appeared are held as well: in an outage they may exist.
  return { steps: steps.filter((step) => !held.has(step)), problems: [problem] };
}

/** How many copies of the account the cloud shows, as far as their phases tell. */
function inTotal({ copying = 0, finishing = 0, stuck = 0, ready = 0 }: Totals = {}): number {
  return copying + finishing + stuck + ready;
}

/** How many of these copies the actions of a plan record as gone. */
export function countVanished(actions: readonly Action[], copies: readonly Copy[]): number {
  const shown = new CopyMap(copies.filter(isShown).map(({ key }) => [key, true]));
  return actions.filter((one) => one.do === "record" && one.event === "gone" && shown.has(one.copy.key)).length;
}

/**
 * Whether the cloud has shown the copy once. A request whose copy never appeared is an attempt that
 * failed, and the loss of a retired copy needs no repair, so neither counts.
 */
function isShown(copy: Copy | undefined): boolean {
  if (!copy || !("imageId" in copy) || copy.phase === "retired") return false;
  return copy.phase !== "copying" || copy.percent !== undefined;
}
