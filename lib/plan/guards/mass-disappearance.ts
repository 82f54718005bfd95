// Many copies vanished at once: stop and ask.
import { copyId } from "../../model/identity.ts";
import type { Copy, Reason } from "../../model/types.ts";
import type { Step } from "../types.ts";

/** If many copies vanish at once, something else is wrong: other credentials, an outage, an accident. */
export function withoutMassDisappearance(steps: readonly Step[], copies: readonly Copy[], problems: Reason[]): Step[] {
  // One that is retired is nobody's loss.
  const stood = new Set(
    copies.filter((copy) => copy.state !== "retired" && hasImage(copy)).map(({ key }) => copyId(key)),
  );
  const isLoss = ({ change }: Step) => change?.event === "gone" && stood.has(copyId(change.copy.key));
  const gone = steps.filter(isLoss);
  if (gone.length <= Math.max(3, Math.floor(stood.size / 10))) return [...steps];
  problems.push({
    code: "mass-disappearance",
    text: `${gone.length} of ${stood.size} copies are not there any more; nothing is done about them`,
    remedy:
      "check that nobody changed the account; if they were deleted on purpose: cvm-replicator apply --accept-vanished",
  });
  return steps.filter((step) => !isLoss(step));
}

function hasImage(copy: Copy): boolean {
  return "imageId" in copy && copy.imageId !== undefined;
}
