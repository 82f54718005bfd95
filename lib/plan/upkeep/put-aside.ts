import { asideName, keyText, lineageOf } from "../../model/identity.ts";
import type { CopyKey, Image } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import type { Act, Circumstances } from "../types.ts";

/**
 * The policy has come to encrypt, or not to, or with another key: the copy that was made otherwise has the name, and may be kept for
 * as long as somebody uses it. It gets another name, so that the one that is wanted now can be made. Undefined if the image
 * is not such a copy of ours, or is to have the name itself.
 */
export function putAside(holder: Image, want: Want, c: Circumstances): Extract<Act, { do: "modify" }> | undefined {
  const lineage = lineageOf(holder);
  const { account, rootRegion, rootId, region } = want.key;
  const isSibling = lineage?.account === account && lineage.rootRegion === rootRegion && lineage.rootId === rootId;
  if (!lineage || !isSibling || lineage.variant === want.key.variant || holder.state !== "NORMAL") return undefined;
  const key: CopyKey = { account, rootRegion, rootId, region, variant: lineage.variant };
  const copy = c.copyOf(key);
  if (copy?.state !== "ready" && copy?.state !== "retired") return undefined;
  if (copy.adopted || copy.imageId !== holder.imageId) return undefined;
  const its = c.wants.get(keyText(key));
  if (its && !its.intermediate) return undefined;
  const mayWithdraw = c.policies.find(({ name }) => name === copy.policy)?.copy.shareWith ?? [];
  return { do: "modify", copy, image: holder, attributes: { name: asideName(key, want.root.name) }, mayWithdraw };
}
