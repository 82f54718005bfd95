import type { Image, ImageRef, ImageType, Millis, Reason } from "../types.ts";

/** What was read of one region. */
export interface RegionView {
  /** When reading began: what this view does not show was not visible then. */
  readonly readAt: Millis;
  /** Types of which every image was read. */
  readonly complete: ReadonlySet<ImageType>;
  /** Ids that were asked for one by one. */
  readonly asked: ReadonlySet<string>;
  readonly images: ReadonlyMap<string, Image>;
}

/** What the cloud holds, as far as it was read. */
export interface Observation {
  readonly account: string;
  readonly regions: ReadonlyMap<string, RegionView>;
  /** Regions that could not be read, and why. */
  readonly unreadable: ReadonlyMap<string, Reason>;
}

/** The image; `absent` if it was looked for and not there; `unread` if nobody looked. */
export function seen(observation: Observation, ref: ImageRef, type: ImageType = "custom"): Image | "absent" | "unread" {
  const view = observation.regions.get(ref.region);
  if (!view) return "unread";
  const image = view.images.get(ref.imageId);
  if (image) return image;
  return view.complete.has(type) || view.asked.has(ref.imageId) ? "absent" : "unread";
}

/** All custom images of a region, if it was read whole. */
export function allCustom(observation: Observation, region: string): { images: Image[]; readAt: Millis } | undefined {
  const view = observation.regions.get(region);
  if (!view?.complete.has("custom")) return undefined;
  return { images: [...view.images.values()].filter((image) => image.type === "custom"), readAt: view.readAt };
}
