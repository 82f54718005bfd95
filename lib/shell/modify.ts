import type { Act } from "../core/step.ts";
import { CloudError } from "../errors.ts";
import type { Millis } from "../types.ts";
import type { Applying } from "./tools.ts";

/** Documents 213/15713: attributes of a shared image cannot be modified. */
const SHARED = "UnsupportedOperation.SharedImageModifyUnsupported";

/**
 * Sets attributes of an image. Where the cloud refuses that because the image is shared, it is not shared for the moment
 * that it takes: with the accounts of the policy only, and with nobody else. If the process ends in between, the shares are
 * found missing by the next look. Answers the request id.
 */
export async function modify(act: Extract<Act, { do: "modify" }>, notAfter: Millis, run: Applying): Promise<string> {
  const { image, attributes, mayWithdraw } = act;
  const { cloud } = run;
  try {
    return await cloud.modify(image, attributes, notAfter);
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== SHARED || mayWithdraw.length === 0) throw error;
    const accounts = await cloud.sharedWith(image);
    if (accounts.length === 0 || accounts.some((account) => !mayWithdraw.includes(account))) throw error;
    const about = { key: act.copy.key, image: { region: image.region, imageId: image.imageId } };
    const whom = accounts.join(", ");
    await run.tell("withdraw", `not shared with ${whom} while it is modified, as a shared image cannot be`, about);
    const withdrawn = await cloud.withdraw(image, accounts, notAfter);
    await run.tell("withdrawn", `not shared with ${whom}`, { ...about, requestId: withdrawn });
    try {
      return await cloud.modify(image, attributes, notAfter);
    } finally {
      await run.tell("share", `shared with ${whom} again`, about);
      const shared = await cloud.share(image, accounts, Number.POSITIVE_INFINITY);
      await run.tell("shared", `shared with ${whom}`, { ...about, requestId: shared });
    }
  }
}
