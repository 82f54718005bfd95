// Finds the images that a name stands for: rebuilds share one name.
import { isMarked } from "../../model/identity.ts";
import type { Observation } from "../../model/observation.ts";
import type { Copy } from "../../model/types.ts";
import { didYouMean } from "../../policy/values/did-you-mean.ts";

/**
 * The ids of the sources with exactly this name, the newest first: those that the cloud shows, and
 * those that are gone and have copies. If there is none, the images with this name that are copies.
 */
export function imagesNamed(name: string, { regions, account }: Observation, copies: readonly Copy[]): string[] {
  const images = [...regions.values()].flatMap(({ images }) => [...images.values()]).filter((one) => one.name === name);
  const isCopy = copyTest(copies);
  const sources = images.filter((one) => !isCopy(one) && !(one.type === "custom" && isMarked(one, account)));
  const gone = copies.filter(({ rootName }) => rootName === name);
  const found = [
    ...sources.map(({ imageId, createdAt }) => ({ imageId, createdAt })),
    ...gone.map(({ key, rootCreatedAt = 0 }) => ({ imageId: key.rootId, createdAt: rootCreatedAt })),
  ];
  const all = found.length > 0 ? found : images;
  return [...new Set([...all].sort((a, b) => b.createdAt - a.createdAt).map(({ imageId }) => imageId))];
}

/** The name that was most likely meant. */
export function nameMeant(name: string, { regions }: Observation, copies: readonly Copy[]): string | undefined {
  const images = [...regions.values()].flatMap(({ images }) => [...images.values()].map((one) => one.name));
  return didYouMean(name, new Set([...images, ...copies.map(({ rootName }) => rootName)]));
}

function copyTest(copies: readonly Copy[]): (image: { region: string; imageId: string }) => boolean {
  const ids = new Set(copies.flatMap((copy) => ("imageId" in copy ? [`${copy.key.region}/${copy.imageId}`] : [])));
  return ({ region, imageId }) => ids.has(`${region}/${imageId}`);
}
