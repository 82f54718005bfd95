// Modifies a shared image, which the cloud refuses: unshare, modify, share again.
import { CloudError } from "../../model/errors.ts";
import { journal } from "../../model/messages/journal.ts";
import type { Copy, Millis } from "../../model/types.ts";
import { unsharedFor } from "../../plan/transitions.ts";
import type { CloudCall } from "../../plan/types.ts";
import type { ApplyContext } from "../types.ts";
import { recordAnswer } from "./call-with-list.ts";

/** Documents 213/15713: attributes of a shared image cannot be modified. */
const SHARED = "UnsupportedOperation.SharedImageModifyUnsupported";

/**
 * Sets attributes of an image. If the cloud refuses that because the image is shared, the image is
 * unshared, modified and shared again, provided that it is shared only with accounts in
 * `mayUnshareTemporarily`. The accounts are recorded first as `pendingReshare`, so that a later run
 * shares the image again after a kill; those that an earlier kill left there are shared again here.
 * Those that the cloud refuses stay there, and are tried again like every refused account.
 * Returns the request id.
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
    const about = { copy, image: { region: image.region, imageId: image.imageId } };
    const pending = ("imageId" in copy && copy.pendingReshare) || [];
    const withdrawn = [...new Set([...pending, ...accounts])];
    const saved = await ctx.save(
      unsharedFor(copy, withdrawn, ctx.now()),
      journal("unshare", { accounts, temporarily: true }),
    );
    if (!saved) throw error;
    try {
      const requestId = await cloud.unshare(image, accounts, notAfter);
      await ctx.report(journal("unshared", { accounts }), { ...about, requestId });
      return await cloud.modify(image, attributes, notAfter);
    } finally {
      const answer = await cloud.share(image, withdrawn, Number.POSITIVE_INFINITY);
      const { requestId, refused } = answer;
      const accepted = withdrawn.filter((one) => !refused.has(one));
      const message = journal("shared", { accounts: accepted, again: true });
      const left = refused.size > 0 ? [...refused.keys()] : undefined;
      const again = await ctx.save(unsharedFor(saved, left, ctx.now()), message, { requestId });
      if (again) await recordAnswer({ do: "share", copy: again, image, accounts: withdrawn }, answer, again, ctx);
      // If the modification was refused, that is recorded next, on top of this.
      await ctx.flush();
    }
  }
}
