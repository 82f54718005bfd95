// Looks one image up by id, in many regions.
import PQueue from "p-queue";
import { CloudError } from "../model/errors.ts";
import type { Observation, RegionView } from "../model/observation.ts";
import type { RunDeps } from "../model/ports.ts";
import type { Reason } from "../model/types.ts";

/**
 * Asks for one image by its id, and adds it to what was seen. So images are found that no look at everything shows: public
 * ones, shared ones that no policy takes, and those of regions that no policy names.
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
  const fatal: unknown[] = [];
  await queue.addAll(
    where.map((region) => async () => {
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
        if (error instanceof CloudError && error.code !== "Aborted") unreadable.set(region, reasonOf(error));
        else fatal.push(error);
      }
    }),
  );
  // Thrown only now, so that no call goes on behind the caller's back.
  if (fatal.length > 0) throw fatal[0];
  return { ...observation, regions, unreadable };
}

function reasonOf({ code, message, remedy }: CloudError): Reason {
  return { code: `unreadable-${code}`, text: message, ...(remedy !== undefined && { remedy }) };
}
