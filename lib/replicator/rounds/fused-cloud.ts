// The cloud of one run: a region that does not answer is called once, and not again in this run.
import { CloudError } from "../../model/errors.ts";
import { cloudDetail } from "../../model/messages/cloud-details.ts";
import type { Cloud } from "../../model/ports.ts";

/** The codes of a call that took its whole time, or all its repetitions, and had no answer. */
const NO_ANSWER = new Set(["Timeout", "Network", "HttpStatus"]);

/**
 * The same cloud, except that after a call without an answer all later calls on the same service of
 * the region fail at once with `NotSent`, which changes nothing. A call that hangs takes its whole
 * time limit; without this, a few hundred of them would take the time of every other region.
 *
 * A SyncImages whose connection is lost is no sign of that, because it alone is sent only once. Only
 * its timeout counts.
 */
export function fusedCloud(cloud: Cloud): Cloud {
  const blown = new Map<string, CloudError>();
  const fused = async <T>(service: string, call: () => Promise<T>, isSentOnce = false): Promise<T> => {
    const cause = blown.get(service);
    if (cause) throw notSent(cause);
    try {
      return await call();
    } catch (error) {
      if (error instanceof CloudError && NO_ANSWER.has(error.code) && (!isSentOnce || error.code === "Timeout"))
        blown.set(service, error);
      throw error;
    }
  };
  return {
    account: () => cloud.account(),
    images: (region, type) => fused(region, () => cloud.images(region, type)),
    imagesById: (region, ids) => fused(region, () => cloud.imagesById(region, ids)),
    syncImage: (request) => fused(request.source.region, () => cloud.syncImage(request), true),
    trySyncImage: (request) => fused(request.source.region, () => cloud.trySyncImage(request), true),
    // One host serves the tags of all regions.
    tag: (image, ...rest) => fused("tag", () => cloud.tag(image, ...rest)),
    untag: (image, ...rest) => fused("tag", () => cloud.untag(image, ...rest)),
    modify: (image, ...rest) => fused(image.region, () => cloud.modify(image, ...rest)),
    sharedWith: (image) => fused(image.region, () => cloud.sharedWith(image)),
    // Without a last moment: a share that was withdrawn for a moment, which is tried in any case.
    share: (image, accounts, notAfter) => {
      const share = () => cloud.share(image, accounts, notAfter);
      return Number.isFinite(notAfter) ? fused(image.region, share) : share();
    },
    unshare: (image, ...rest) => fused(image.region, () => cloud.unshare(image, ...rest)),
    deleteImage: (image, ...rest) => fused(image.region, () => cloud.deleteImage(image, ...rest)),
    quota: (region) => fused(region, () => cloud.quota(region)),
    familyImage: (region, family) => fused(region, () => cloud.familyImage(region, family)),
    // This also asks a service of its own (Auto Scaling).
    uses: (region, ...rest) => fused(`uses ${region}`, () => cloud.uses(region, ...rest)),
    regions: () => cloud.regions(),
  };
}

function notSent({ action, region, code }: CloudError): CloudError {
  return new CloudError({
    action,
    region,
    code: "NotSent",
    text: cloudDetail("no-answer-before", { code }).text,
    outcome: "requeue",
    effect: "none",
  });
}
