// All actions that the emulator supports.
import { ApiError } from "../errors.ts";
import { describeLaunchConfigurations } from "./as/describe-launch-configurations.ts";
import { createImage } from "./cvm/create-image.ts";
import { deleteImages } from "./cvm/delete-images.ts";
import { describeImageFromFamily } from "./cvm/describe-image-from-family.ts";
import { describeImageQuota } from "./cvm/describe-image-quota.ts";
import { describeImageSharePermission } from "./cvm/describe-image-share-permission.ts";
import { describeImages } from "./cvm/describe-images.ts";
import { describeInstances } from "./cvm/describe-instances.ts";
import { describeLaunchTemplateVersions } from "./cvm/describe-launch-template-versions.ts";
import { describeLaunchTemplates } from "./cvm/describe-launch-templates.ts";
import { describeRegions, describeRegionsOfCvm } from "./cvm/describe-regions.ts";
import { importImage } from "./cvm/import-image.ts";
import { modifyImageAttribute } from "./cvm/modify-image-attribute.ts";
import { modifyImageSharePermission } from "./cvm/modify-image-share-permission.ts";
import { syncImages } from "./cvm/sync-images.ts";
import type { Action } from "./shared/define-action.ts";
import { getCallerIdentity } from "./sts/get-caller-identity.ts";
import { getResources } from "./tag/get-resources.ts";
import { tagResources } from "./tag/tag-resources.ts";
import { unTagResources } from "./tag/un-tag-resources.ts";

/** Every supported action. */
export const ACTIONS: readonly Action[] = [
  createImage,
  deleteImages,
  describeImageFromFamily,
  describeImageQuota,
  describeImageSharePermission,
  describeImages,
  describeInstances,
  describeLaunchConfigurations,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  describeRegionsOfCvm,
  importImage,
  modifyImageAttribute,
  modifyImageSharePermission,
  syncImages,
  tagResources,
  unTagResources,
  getResources,
  getCallerIdentity,
  describeRegions,
];

/** Finds an action of a service. Throws `ApiError` NoSuchVersion or InvalidAction. */
export function findAction(service: string, name: string, version: string): Action {
  const serviceActions = ACTIONS.filter((action) => action.service === service);
  if (!serviceActions.some((action) => action.version === version)) {
    throw new ApiError("NoSuchVersion", `The product \`${service}\` has no version \`${version}\`.`);
  }
  const action = serviceActions.find((candidate) => candidate.name === name && candidate.version === version);
  if (action === undefined) {
    throw new ApiError("InvalidAction", `The action \`${name}\` does not exist in \`${service}\` ${version}.`);
  }
  return action;
}
