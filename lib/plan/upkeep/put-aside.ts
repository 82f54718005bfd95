// Renames a copy of another variant, so that the desired variant can have the name.
import { asideName, copyId, lineageOf } from "../../model/identity.ts";
import type { CopyKey, Image } from "../../model/types.ts";
import type { DesiredCopy } from "../desired/types.ts";
import type { CloudCall, PlanContext } from "../types.ts";

/**
 * The policy has changed the encryption of a copy, but the copy of the former variant still has the
 * name, and may be kept for as long as it is in use. It gets another name, so that the desired
 * variant can be created. Undefined if `holder` is not a finished copy of ours of the same root, or
 * is desired itself.
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
  const desiredHolder = ctx.desiredCopies.get(copyId(key));
  if (desiredHolder && !desiredHolder.intermediate) return undefined;
  const mayUnshareTemporarily = ctx.policies.find(({ name }) => name === copy.policy)?.copy.shareWith ?? [];
  return {
    do: "modify",
    copy,
    image: holder,
    attributes: { name: asideName(key, desired.root.name) },
    mayUnshareTemporarily,
  };
}
