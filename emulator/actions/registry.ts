// All actions that the emulator supports.
import { ApiError } from "../errors.ts";
import { describeLaunchConfigurations } from "./as/describe-launch-configurations.ts";
import { CAM_ACTIONS } from "./cam/cam-actions.ts";
import { CLS_ACTIONS } from "./cls/cls-actions.ts";
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
import { EB_ACTIONS } from "./eb/eb-actions.ts";
import { SCF_ACTIONS } from "./scf/scf-actions.ts";
import type { Action } from "./shared/define-action.ts";
import { getSecretValue } from "./ssm/get-secret-value.ts";
import { assumeRole } from "./sts/assume-role.ts";
import { getCallerIdentity } from "./sts/get-caller-identity.ts";
import { describeResourceTagsByResourceIds } from "./tag/describe-resource-tags-by-resource-ids.ts";
import { getResources } from "./tag/get-resources.ts";
import { modifyResourceTags } from "./tag/modify-resource-tags.ts";
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
  describeResourceTagsByResourceIds,
  modifyResourceTags,
  getCallerIdentity,
  assumeRole,
  describeRegions,
  getSecretValue,
  ...CAM_ACTIONS,
  ...EB_ACTIONS,
  ...CLS_ACTIONS,
  ...SCF_ACTIONS,
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
