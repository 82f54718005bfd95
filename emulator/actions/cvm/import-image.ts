// The action ImportImage.
import type {
  ImportImageRequest,
  ImportImageResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { ApiError, errors } from "../../errors.ts";
import { addImage, beginWork } from "../../world/inventory.ts";
import { CVM, defineAction } from "../shared/define-action.ts";
import { checkNewImage, tagSpecification } from "../shared/new-image.ts";
import { boolean, required, string } from "../shared/parameters.ts";

/** ImportImage and struct Image have different names for the architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "x86_64", i386: "i386", arm_64: "arm" };

/** Imports an image from a URL, which the emulator does not fetch. */
export const importImage = defineAction<ImportImageRequest, ImportImageResponse>({
  ...CVM,
  name: "ImportImage",
  write: true,
  rules: {
    Architecture: required(string),
    OsType: required(string),
    OsVersion: required(string),
    ImageUrl: required(string),
    ImageName: required(string),
    ImageDescription: string,
    DryRun: boolean,
    Force: boolean,
    TagSpecification: tagSpecification,
    LicenseType: string,
    BootMode: string,
    ImageFamily: string,
    ImportImageDataDiskList: { type: "array", items: { type: "object", fields: { ImageUrl: required(string) } } },
  },
  run(call, params) {
    const { world, account, region } = call;
    const architecture = ARCHITECTURES[params.Architecture];
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
      return { ImageId: null };
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
  },
});
