import { CloudError } from "../model/errors.ts";
import type { Copy, Millis } from "../model/types.ts";
import type { Act } from "../plan/types.ts";
import type { Applying } from "./context.ts";

/** Documents 213/15713: attributes of a shared image cannot be modified. */
const SHARED = "UnsupportedOperation.SharedImageModifyUnsupported";

/**
 * Sets attributes of an image. Where the cloud refuses that because the image is shared, it is not shared for the moment
 * that it takes: with the accounts of the policy only, and with nobody else. That is remembered first, so that whatever
 * happens in between a later look gives it back. Answers the request id.
 */
export async function modify(
  act: Extract<Act, { do: "modify" }>,
  copy: Copy,
  notAfter: Millis,
  run: Applying,
): Promise<string> {
  const { image, attributes, mayWithdraw } = act;
  const { cloud } = run;
  try {
    return await cloud.modify(image, attributes, notAfter);
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== SHARED || mayWithdraw.length === 0) throw error;
    const accounts = await cloud.sharedWith(image);
    if (accounts.length === 0 || accounts.some((account) => !mayWithdraw.includes(account))) throw error;
    const about = { key: copy.key, image: { region: image.region, imageId: image.imageId } };
    const whom = accounts.join(", ");
    const text = `not shared with ${whom} while it is modified, as a shared image cannot be`;
    const saved = await run.save({ ...copy, unshared: accounts, updatedAt: run.now() }, "withdraw", text);
    if (!saved) throw error;
    try {
      const requestId = await cloud.withdraw(image, accounts, notAfter);
      await run.tell("withdrawn", `not shared with ${whom}`, { ...about, requestId });
      return await cloud.modify(image, attributes, notAfter);
    } finally {
      const requestId = await cloud.share(image, accounts, Number.POSITIVE_INFINITY);
      const { unshared: _, ...rest } = { ...saved, updatedAt: run.now() };
      await run.save(rest, "shared", `shared with ${whom} again`, { requestId });
    }
  }
}
