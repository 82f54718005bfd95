// Renames an old variant, so that the new one can have the name.
import { asideName, copyId, lineageOf } from "../../model/identity.ts";
import type { CopyKey, Image } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { CloudCall, PlanContext } from "../types.ts";

/**
 * The policy has come to encrypt, or not to, or with another key: the copy that was made otherwise has the name, and may be kept for
 * as long as somebody uses it. It gets another name, so that the one that is wanted now can be made. Undefined if the image
 * is not such a copy of ours, or is to have the name itself.
 */
export function putAside(
  holder: Image,
  desired: DesiredCopy,
  ctx: PlanContext,
): Extract<CloudCall, { do: "modify" }> | undefined {
  const lineage = lineageOf(holder);
  const { account, rootRegion, rootId, region } = desired.key;
  const isSibling = lineage?.account === account && lineage.rootRegion === rootRegion && lineage.rootId === rootId;
  if (!lineage || !isSibling || lineage.variant === desired.key.variant || holder.state !== "NORMAL") return undefined;
  const key: CopyKey = { account, rootRegion, rootId, region, variant: lineage.variant };
  const copy = ctx.copyOf(key);
  if (copy?.state !== "ready" && copy?.state !== "retired") return undefined;
  if (copy.adopted || copy.imageId !== holder.imageId) return undefined;
  const its = ctx.desiredCopies.get(copyId(key));
  if (its && !its.intermediate) return undefined;
  const mayUnshareTemporarily = ctx.policies.find(({ name }) => name === copy.policy)?.copy.shareWith ?? [];
  return {
    do: "modify",
    copy,
    image: holder,
    attributes: { name: asideName(key, desired.root.name) },
    mayUnshareTemporarily,
  };
}
