// The action ImportImage.
import { ApiError, errors } from "../../errors.ts";
import { ownValue } from "../../model/own-value.ts";
import { addImage, beginWork } from "../../world/inventory.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkNewImage } from "../shared/new-image.ts";

/** ImportImage and struct Image have different names for the architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "x86_64", i386: "i386", arm_64: "arm" };

/** Imports an image from a URL, which the emulator does not fetch. */
export const importImage = defineAction("cvm", "ImportImage", (call, params) => {
  const { world, account, region } = call;
  const architecture = ownValue(ARCHITECTURES, params.Architecture);
  if (architecture === undefined) throw errors.invalidValue("Architecture", "it must be x86_64, i386 or arm_64");
  const disks = params.ImportImageDataDiskList ?? [];
  if ([params.ImageUrl, ...disks.map((disk) => disk.ImageUrl)].some((url) => !/^https?:\/\/\S+$/.test(url))) {
    throw new ApiError("InvalidParameter.InvalidParameterUrlError", "The URL of the image is not valid.");
  }
  const licenseType = params.LicenseType ?? "TencentCloud";
  if (licenseType !== "TencentCloud" && licenseType !== "BYOL") {
    throw new ApiError("InvalidParameterValue.InvalidLicenseType", "`LicenseType` must be TencentCloud or BYOL.");
  }
  if (params.BootMode !== undefined && !["Legacy BIOS", "UEFI"].includes(params.BootMode)) {
    throw new ApiError("InvalidParameterValue.InvalidBootMode", "`BootMode` must be Legacy BIOS or UEFI.");
  }
  const tags = checkNewImage(call, params);
  if (params.DryRun) {
    if (world.switches.dryRunAnswer === "error") throw errors.dryRun();
    return {};
  }
  const image = addImage(world, {
    region,
    owner: account.uin,
    name: params.ImageName,
    description: params.ImageDescription ?? "",
    family: params.ImageFamily ?? "",
    tags,
    osName: `${params.OsType} ${params.OsVersion}`,
    platform: params.OsType,
    architecture,
    licenseType,
    source: "EXTERNAL_IMPORT",
    dataDisks: disks.map(() => world.config.imageSizeGiB),
    work: beginWork(world, "IMPORTING", world.config.importMinutes, world.random.fraction()),
  });
  call.touched.push({ region, imageId: image.imageId });
  return { ImageId: image.imageId };
});
