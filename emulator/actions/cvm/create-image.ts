// The action CreateImage.
import { ApiError, errors } from "../../errors.ts";
import { addImage, beginWork } from "../../world/inventory.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkNewImage } from "../shared/new-image.ts";

/**
 * Creates a custom image from an instance or from snapshots. Any well-formed instance id is
 * accepted.
 */
export const createImage = defineAction("cvm", "CreateImage", (call, params) => {
  const { world, account, region } = call;
  const { InstanceId: instance, SnapshotIds: snapshots = [], DataDiskIds: disks = [] } = params;
  if (instance === undefined && snapshots.length === 0) {
    throw new ApiError(
      "InvalidParameter.SpecifyOneParameter",
      "One of the parameters `InstanceId` and `SnapshotIds` is required.",
    );
  }
  if (instance !== undefined && snapshots.length > 0) {
    throw new ApiError("InvalidParameterConflict", "`InstanceId` and `SnapshotIds` cannot be used together.");
  }
  if (instance !== undefined && !/^ins-[0-9a-z]{8}$/.test(instance)) {
    throw new ApiError("InvalidInstanceId.NotFound", `The instance \`${instance}\` is not found.`);
  }
  if (snapshots.some((id) => !/^snap-[0-9a-z]{8}$/.test(id))) {
    throw new ApiError("InvalidParameter.SnapshotNotFound", "A snapshot is not found.");
  }
  for (const [name, value] of Object.entries({ ForcePoweroff: params.ForcePoweroff, Sysprep: params.Sysprep })) {
    if (value !== undefined && !/^(true|false)$/i.test(value)) {
      throw errors.invalidValue(name, "it must be the text true or false");
    }
  }
  const tags = checkNewImage(call, params);
  if (params.DryRun) {
    if (world.switches.dryRunAnswer === "error") throw errors.dryRun();
    return { ImageId: "" };
  }
  const image = addImage(world, {
    region,
    owner: account.uin,
    name: params.ImageName,
    description: params.ImageDescription ?? "",
    family: params.ImageFamily ?? "",
    tags,
    dataDisks: [...disks, ...snapshots.slice(1)].map(() => world.config.imageSizeGiB),
    work: beginWork(world, "CREATING", world.config.createMinutes, world.random.fraction()),
  });
  call.touched.push({ region, imageId: image.imageId });
  return { ImageId: image.imageId };
});
