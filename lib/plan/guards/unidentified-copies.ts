// Reports unfinished copies whose source is unknown.
import { lazily } from "../../model/collections.ts";
import { lineageOf, tokenHash, tokenIn } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { hasFailed } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, ImageProblem } from "../../model/types.ts";
import type { PlanContext } from "../types.ts";

/**
 * Reports images that have a token of this program but fit no copy in `keys`: the state was lost,
 * and the source is gone or no longer selected. One of another installation is that one's to report. Reports nothing unless all regions that the
 * policies copy from were read whole.
 */
export function unidentifiedCopies(
  keys: readonly CopyKey[],
  { policies, observation, customImages, installations }: PlanContext,
): ImageProblem[] {
  const isWhole = ({ from, select }: Policy) =>
    from.every((region) => observation.regions.get(region)?.complete.has(select.type));
  if (!policies.every((policy) => !policy.enabled || isWhole(policy))) return [];
  const hashes = lazily(() => new Set(keys.map(tokenHash)));
  return [...observation.regions.keys()].flatMap((region) =>
    (customImages(region)?.images ?? []).flatMap((image) => {
      const token = tokenIn(image.name);
      if (!token || hashes().has(token.hash) || lineageOf(image) || hasFailed(image)) return [];
      if (token.installation !== undefined && !installations.includes(token.installation)) return [];
      const { imageId, name } = image;
      return [{ images: [image], reason: reason("unknown-copy", { imageId, region, name }) }];
    }),
  );
}
