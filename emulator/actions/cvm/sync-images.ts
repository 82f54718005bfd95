// The action SyncImages.
import { errors } from "../../errors.ts";
import type { Params } from "../../model/model.ts";
import { type StoredImage, tagsOf, type Work } from "../../world/image.ts";
import { addImage, beginWork, nameTaken } from "../../world/inventory.ts";
import type { World } from "../../world/types.ts";
import { type Call, defineAction } from "../shared/define-action.ts";
import { checkDestinations, checkSource } from "./sync-images-rules.ts";

/**
 * Copies an image to other regions, a shared image to its own region as a custom image, or an image
 * to its own region with encryption. All destinations are checked first, so a rejected call has no
 * effect.
 */
export const syncImages = defineAction("cvm", "SyncImages", (call, params) => {
  const { world } = call;
  const source = checkSource(call, params);
  const name = params.ImageName ?? source.name;
  checkDestinations(call, params, source, name);
  if (params.DryRun) {
    if (world.switches.dryRunAnswer === "error") throw errors.dryRun();
    return { ImageSet: [] };
  }
  const copies = params.DestinationRegions.map((region) => copy(call, source, region, name, params));
  call.touched.push(...copies.map(({ region, imageId }) => ({ region, imageId })));
  if (!params.ImageSetRequired) return { ImageSet: [] };
  const missing = { none: 0, last: 1, all: copies.length }[world.switches.imageSetMissingEntries];
  return {
    ImageSet: copies
      .slice(0, copies.length - missing)
      .map(({ imageId, region }) => ({ ImageId: imageId, Region: region })),
  };
});

type SyncImages = Params<"cvm", "SyncImages">;

function copy(call: Call, source: StoredImage, region: string, name: string, params: SyncImages): StoredImage {
  const { world, account } = call;
  const { switches } = world;
  return addImage(world, {
    region,
    owner: account.uin,
    name,
    description: switches.descriptionCarriedOver === "yes" ? source.description : "",
    tags: switches.copyTagsCarriedOver === "yes" ? Object.fromEntries(tagsOf(source)) : {},
    sizeGiB: source.sizeGiB,
    osName: source.osName,
    platform: source.platform,
    architecture: source.architecture,
    source: source.source,
    licenseType: source.licenseType,
    encrypted: params.Encrypt ?? false,
    kmsKeyId: (params.Encrypt && params.KmsKeyId) || "",
    family: switches.familyCarriedOver === "yes" ? source.family : "",
    work: copyWork(call, source, region, name),
    visibleFrom: world.workNow() + switches.copyVisibleAfterMs,
    copiedFrom: { region: source.region, imageId: source.imageId },
  });
}

/** The duration depends half on size (up to 200 GiB) and half on chance. */
function copyWork(call: Call, source: StoredImage, region: string, name: string): Work {
  const { world, account } = call;
  const part = (Math.min(source.sizeGiB, 200) / 200 + world.random.fraction()) / 2;
  const work = beginWork(world, "SYNCING", world.config.copyMinutes, part);
  const fault = call.copyFaults.find(({ destination = region }) => destination === region);
  if (fault?.how === "fails") return { ...work, failsAtPercent: fault.percent };
  if (fault?.how === "sticks") return { ...work, sticksAtPercent: fault.percent };
  return failsLate(world, account.uin, region, name) ? { ...work, failsAtPercent: 100 } : work;
}

/** Whether a copy fails at its end because its name is not unique (switch `uniqueNames`). */
function failsLate(world: World, account: string, region: string, name: string): boolean {
  return world.switches.uniqueNames === "late" && nameTaken(world, account, region, name);
}
