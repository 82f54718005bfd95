// Modifies a shared image, which the cloud refuses: unshare, modify, share again.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import type { Copy, Millis } from "../model/types.ts";
import type { CloudCall } from "../plan/types.ts";
import type { ApplyContext } from "./context.ts";

/** Documents 213/15713: attributes of a shared image cannot be modified. */
const SHARED = "UnsupportedOperation.SharedImageModifyUnsupported";

/**
 * Sets attributes of an image. If the cloud refuses that because the image is shared, the image is
 * unshared, modified and shared again, provided that it is shared only with accounts in
 * `mayUnshareTemporarily`. The accounts are recorded first as `pendingReshare`, so that a later run
 * shares the image again after a kill. Returns the request id.
 */
export async function modify(
  call: Extract<CloudCall, { do: "modify" }>,
  copy: Copy,
  notAfter: Millis,
  ctx: ApplyContext,
): Promise<string> {
  const { image, attributes, mayUnshareTemporarily } = call;
  const { cloud } = ctx;
  try {
    return await cloud.modify(image, attributes, notAfter);
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== SHARED || mayUnshareTemporarily.length === 0) throw error;
    const accounts = await cloud.sharedWith(image);
    if (accounts.length === 0 || accounts.some((account) => !mayUnshareTemporarily.includes(account))) throw error;
    const about = { key: copy.key, image: { region: image.region, imageId: image.imageId } };
    const pending = { ...copy, pendingReshare: accounts, updatedAt: ctx.now() };
    const saved = await ctx.save(pending, journal("unshare", { accounts, temporarily: true }));
    if (!saved) throw error;
    try {
      const requestId = await cloud.unshare(image, accounts, notAfter);
      await ctx.report(journal("unshared", { accounts }), { ...about, requestId });
      return await cloud.modify(image, attributes, notAfter);
    } finally {
      const requestId = await cloud.share(image, accounts, Number.POSITIVE_INFINITY);
      const { pendingReshare: _, ...rest } = { ...saved, updatedAt: ctx.now() };
      await ctx.save(rest, journal("shared", { accounts, again: true }), { requestId });
    }
  }
}
