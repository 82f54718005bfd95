// The action DescribeLaunchTemplateVersions.
import type {
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResponse,
  LaunchTemplateVersionData,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { ApiError } from "../../errors.ts";
import { usersOf } from "../../world/image-users.ts";
import { type Answer, CVM, defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { pageOf } from "../shared/pagination.ts";
import { boolean, integer, required, string } from "../shared/parameters.ts";

/** The vendor's type for version numbers is `number | bigint`, which the rules cannot express. */
type Request = Omit<DescribeLaunchTemplateVersionsRequest, "LaunchTemplateVersions"> & {
  LaunchTemplateVersions?: number[];
};

/**
 * Lists the versions of one launch template. Without a range it returns versions 0 to 30 only.
 * Explicit version numbers exclude all other parameters that select versions.
 */
export const describeLaunchTemplateVersions = defineAction<Request, DescribeLaunchTemplateVersionsResponse>({
  ...CVM,
  name: "DescribeLaunchTemplateVersions",
  write: false,
  rules: {
    LaunchTemplateId: required(string),
    LaunchTemplateVersions: { type: "array", items: integer },
    MinVersion: integer,
    MaxVersion: integer,
    Offset: integer,
    Limit: integer,
    DefaultVersion: boolean,
  },
  run({ world, account, region }, params) {
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
      .filter(({ version }) => !params.DefaultVersion || version === 1);
    return {
      TotalCount: matching.length,
      LaunchTemplateVersionSet: pageOf(matching, params.Offset, params.Limit).map(({ imageId, version }) => ({
        LaunchTemplateVersion: version,
        LaunchTemplateVersionData: { ...UNSET_FIELDS, ImageId: imageId },
        CreationTime: isoTime(template.createdAt),
        LaunchTemplateId: id,
        IsDefaultVersion: version === 1,
        LaunchTemplateVersionDescription: "",
        CreatedBy: account.appId,
      })),
    };
  },
});

// Fields of struct LaunchTemplateVersionData that the emulator does not model.
const UNSET_FIELDS = {
  Placement: null,
  InstanceType: null,
  InstanceName: null,
  InstanceChargeType: null,
  SystemDisk: null,
  DataDisks: null,
  InternetAccessible: null,
  VirtualPrivateCloud: null,
  ImageId: null,
  SecurityGroupIds: null,
  LoginSettings: null,
  CamRoleName: null,
  HpcClusterId: null,
  InstanceCount: null,
  EnhancedService: null,
  UserData: null,
  DisasterRecoverGroupIds: null,
  ActionTimer: null,
  InstanceMarketOptions: null,
  HostName: null,
  ClientToken: null,
  InstanceChargePrepaid: null,
  TagSpecification: null,
  DisableApiTermination: null,
} satisfies Answer<LaunchTemplateVersionData>;
