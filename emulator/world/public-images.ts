// The public images of the emulator.
import { addImage } from "./inventory.ts";
import type { World } from "./types.ts";

/** Ids of public images are the same in every region. */
const PUBLIC_IMAGES = [
  { imageId: "img-487zeit5", name: "Ubuntu Server 22.04 LTS 64bit", platform: "Ubuntu" },
  { imageId: "img-eb30mz89", name: "TencentOS Server 3.1 (TK4)", platform: "TencentOS" },
] as const;

/**
 * Adds two public images to each region, so that clients must tell their own images from public
 * ones.
 */
export function addPublicImages(world: World): void {
  for (const region of world.config.regions) {
    for (const { imageId, name, platform } of PUBLIC_IMAGES) {
      addImage(world, {
        region: region.id,
        imageId,
        owner: "",
        creator: "",
        name,
        osName: name,
        platform,
        source: "OFFICIAL",
        sizeGiB: 20,
        createdAt: Date.UTC(2022, 8, 1),
      });
    }
  }
}
