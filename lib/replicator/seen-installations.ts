// Finds the installations whose copies the cloud shows, for the command that takes one over.
import { settleAll } from "../model/collections.ts";
import { CloudError } from "../model/errors.ts";
import type { RegionView } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import { regionsOfPolicies } from "../observe/read-set.ts";
import { makersIn } from "../record/installation.ts";

/** The installations of the copies in the regions of the policies. */
export interface SeenInstallations {
  readonly ids: readonly string[];
  /** The regions that could not be read, and may hold copies of others. */
  readonly unread: readonly string[];
}

/** Reads the cloud only, because the state may be damaged. Throws any error that is not a `CloudError`, and an abort. */
export async function seenInstallations(
  account: string,
  { cloud, policies, now }: Pick<Replicator, "cloud" | "policies" | "now">,
): Promise<SeenInstallations> {
  const regions = new Map<string, RegionView>();
  const unread: string[] = [];
  const read = async (region: string) => {
    try {
      const readAt = now();
      const images = new Map((await cloud.images(region, "custom")).map((image) => [image.imageId, image]));
      regions.set(region, { readAt, complete: new Set(["custom"]), asked: new Set(), images });
    } catch (error) {
      if (!(error instanceof CloudError) || error.code === "Aborted") throw error;
      unread.push(region);
    }
  };
  await settleAll([...regionsOfPolicies(policies)].map(read));
  return { ids: makersIn({ account, regions }), unread: unread.sort() };
}
