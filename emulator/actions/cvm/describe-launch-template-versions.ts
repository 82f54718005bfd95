// The action DescribeLaunchTemplateVersions.
import { ApiError } from "../../errors.ts";
import { blank } from "../../model/blank.ts";
import { usersOf } from "../../world/image-users.ts";
import { defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { pageOf } from "../shared/pagination.ts";

/**
 * Lists the versions of one launch template. Without a range it returns versions 0 to 30 only.
 * Explicit version numbers exclude all other parameters that select versions.
 */
export const describeLaunchTemplateVersions = defineAction(
  "cvm",
  "DescribeLaunchTemplateVersions",
  ({ world, account, region }, params) => {
    const { LaunchTemplateId: id, LaunchTemplateVersions: named, MinVersion: min = 0, MaxVersion: max = 30 } = params;
    const others = [params.MinVersion, params.MaxVersion, params.Offset, params.Limit, params.DefaultVersion];
    if (named && others.some((value) => value !== undefined)) {
      throw new ApiError("InvalidParameterCombination", "`LaunchTemplateVersions` excludes all other choices.");
    }
    const template = usersOf(world, account.uin, region, "launch-template").find((user) => user.id === id);
    if (!template)
      throw new ApiError(
        "InvalidParameterValue.LaunchTemplateIdNotExisted",
        `The launch template \`${id}\` does not exist.`,
      );
    const matching = template.imageIds
      .map((imageId, index) => ({ imageId, version: index + 1 }))
      .filter(({ version }) => (named ? named.includes(version) : version >= min && version <= max))
      .filter(({ version }) => !params.DefaultVersion || version === template.defaultVersion);
    return {
      TotalCount: matching.length,
      LaunchTemplateVersionSet: pageOf(matching, params.Offset, params.Limit).map(({ imageId, version }) => ({
        LaunchTemplateVersion: version,
        LaunchTemplateVersionData: { ...blank("cvm", "LaunchTemplateVersionData"), ImageId: imageId },
        CreationTime: isoTime(template.createdAt),
        LaunchTemplateId: id,
        IsDefaultVersion: version === template.defaultVersion,
        LaunchTemplateVersionDescription: "",
        CreatedBy: account.appId,
      })),
    };
  },
);
