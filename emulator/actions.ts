import type { Action } from "./action.ts";
import { createImage } from "./actions/create-image.ts";
import { deleteImages } from "./actions/delete-images.ts";
import { describeImageFromFamily } from "./actions/describe-image-from-family.ts";
import { describeImageQuota } from "./actions/describe-image-quota.ts";
import { describeImageSharePermission } from "./actions/describe-image-share-permission.ts";
import { describeImages } from "./actions/describe-images.ts";
import { describeInstances } from "./actions/describe-instances.ts";
import { describeLaunchConfigurations } from "./actions/describe-launch-configurations.ts";
import { describeLaunchTemplateVersions } from "./actions/describe-launch-template-versions.ts";
import { describeLaunchTemplates } from "./actions/describe-launch-templates.ts";
import { describeRegions, describeRegionsOfCvm } from "./actions/describe-regions.ts";
import { getCallerIdentity } from "./actions/get-caller-identity.ts";
import { getResources } from "./actions/get-resources.ts";
import { importImage } from "./actions/import-image.ts";
import { modifyImageAttribute } from "./actions/modify-image-attribute.ts";
import { modifyImageSharePermission } from "./actions/modify-image-share-permission.ts";
import { syncImages } from "./actions/sync-images.ts";
import { tagResources } from "./actions/tag-resources.ts";
import { unTagResources } from "./actions/un-tag-resources.ts";
import { ApiError } from "./errors.ts";

/** Every action that the emulator has. */
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

/** The action of a service. Throws `ApiError` NoSuchVersion or InvalidAction. */
export function findAction(service: string, name: string, version: string): Action {
  const ofService = ACTIONS.filter((action) => action.service === service);
  if (!ofService.some((action) => action.version === version)) {
    throw new ApiError("NoSuchVersion", `The product \`${service}\` has no version \`${version}\`.`);
  }
  const action = ofService.find((candidate) => candidate.name === name && candidate.version === version);
  if (action === undefined) {
    throw new ApiError("InvalidAction", `The action \`${name}\` does not exist in \`${service}\` ${version}.`);
  }
  return action;
}
