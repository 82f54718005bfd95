// A shared image cannot be modified: unshare, modify, share again.
import { CloudError } from "../model/errors.ts";
import { journal } from "../model/messages/journal.ts";
import type { Copy, Millis } from "../model/types.ts";
import type { CloudCall } from "../plan/types.ts";
import type { ApplyContext } from "./context.ts";

/** Documents 213/15713: attributes of a shared image cannot be modified. */
const SHARED = "UnsupportedOperation.SharedImageModifyUnsupported";

/**
 * Sets attributes of an image. Where the cloud refuses that because the image is shared, it is not shared for the moment
 * that it takes: with the accounts of the policy only, and with nobody else. That is remembered first, so that whatever
 * happens in between a later look gives it back. Answers the request id.
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
