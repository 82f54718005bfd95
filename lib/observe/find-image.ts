// Reads one image by its id, in many regions.
import PQueue from "p-queue";
import { settleAll } from "../model/collections.ts";
import type { Observation, RegionView } from "../model/observation.ts";
import type { RunDeps } from "../model/ports.ts";
import { readFailure } from "./read-failure.ts";

/**
 * Reads one image by its id in each of the regions, and adds it to the observation. This finds
 * images that no sweep reads: public images, shared images that no policy selects, and images of
 * regions that no policy names. Throws an abort, and any error that is not a `CloudError`, once all
 * calls have ended.
 */
export async function lookUp(
  imageId: string,
  where: readonly string[],
  observation: Observation,
  { cloud, now, concurrency }: Pick<RunDeps, "cloud" | "now" | "concurrency">,
): Promise<Observation> {
  const regions = new Map(observation.regions);
  const unreadable = new Map(observation.unreadable);
  const queue = new PQueue({ concurrency });
  const read = async (region: string) => {
    try {
      const readAt = now();
      const [image] = await cloud.imagesById(region, [imageId]);
      const view: RegionView = regions.get(region) ?? {
        readAt,
        complete: new Set(),
        asked: new Set(),
        images: new Map(),
      };
      const images = image ? new Map([...view.images, [imageId, image]]) : view.images;
      regions.set(region, { ...view, asked: new Set([...view.asked, imageId]), images });
    } catch (error) {
      unreadable.set(region, readFailure("unreadable", error));
    }
  };
  await settleAll(where.map((region) => queue.add(() => read(region))));
  return { ...observation, regions, unreadable };
}
