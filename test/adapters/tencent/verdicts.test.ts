import { describe, expect, it } from "vitest";
import { isTransient, VERDICTS, verdictOf } from "../../../lib/adapters/tencent/errors/verdicts.ts";

// The lists of error codes as the vendor's models have them, so that the table cannot lose one.
const DOCUMENTED = {
  SyncImages: [
    "FailedOperation.InvalidImageState",
    "ImageQuotaLimitExceeded",
    "InvalidImageId.IncorrectState",
    "InvalidImageId.Malformed",
    "InvalidImageId.NotFound",
    "InvalidImageId.TooLarge",
    "InvalidImageName.Duplicate",
    "InvalidParameter.InstanceImageNotSupport",
    "InvalidParameter.InvalidKmsKeyId",
    "InvalidParameterValue.InvalidImageId",
    "InvalidParameterValue.InvalidImageState",
    "InvalidParameterValue.InvalidRegion",
    "InvalidParameterValue.LimitExceeded",
    "InvalidRegion.NotFound",
    "InvalidRegion.Unavailable",
    "UnsupportedOperation.EncryptedImagesNotSupported",
    "UnsupportedOperation.LocationImageNotSupport",
    "UnsupportedOperation.Region",
    "UnsupportedOperation.SyncEncryptImageNotSupport",
  ],
  DescribeImages: [
    "FailedOperation.IllegalTagKey",
    "InvalidFilter",
    "InvalidFilterValue.LimitExceeded",
    "InvalidImageId.Malformed",
    "InvalidInstanceType.Malformed",
    "InvalidParameter.InvalidParameterCoexistImageIdsFilters",
    "InvalidParameterValue.InstanceTypeNotFound",
    "InvalidParameterValue.InvalidAppIdFormat",
    "InvalidParameterValue.InvalidParameterValueLimit",
    "InvalidParameterValue.LimitExceeded",
    "InvalidParameterValue.TagKeyNotFound",
    "InvalidRegion.NotFound",
    "InvalidZone.MismatchRegion",
    "ResourcesSoldOut.SpecifiedInstanceType",
    "UnauthorizedOperation.InvalidToken",
    "UnauthorizedOperation.PermissionDenied",
    "UnsupportedOperation",
  ],
  ModifyImageAttribute: [
    "InvalidImageId.IncorrectState",
    "InvalidImageId.Malformed",
    "InvalidImageId.NotFound",
    "InvalidImageName.Duplicate",
    "InvalidParameter.ValueTooLarge",
    "InvalidParameterValue.InvalidAppIdFormat",
    "InvalidParameterValue.TooLarge",
    "UnsupportedOperation.SharedImageModifyUnsupported",
  ],
  ModifyImageSharePermission: [
    "FailedOperation.AccountAlreadyExists",
    "FailedOperation.AccountIsYourSelf",
    "FailedOperation.BYOLImageShareFailed",
    "FailedOperation.NotMasterAccount",
    "FailedOperation.QImageShareFailed",
    "FailedOperation.RImageShareFailed",
    "InvalidAccountId.NotFound",
    "InvalidAccountIs.YourSelf",
    "InvalidImageId.Malformed",
    "InvalidImageId.NotFound",
    "InvalidParameter.InstanceImageNotSupport",
    "InvalidParameterValue.InvalidImageId",
    "InvalidParameterValue.InvalidImageState",
    "InvalidParameterValue.LimitExceeded",
    "OverQuota",
    "UnauthorizedOperation.ImageNotBelongToAccount",
    "UnauthorizedOperation.InvalidToken",
  ],
  DescribeImageSharePermission: [
    "InvalidAccountId.NotFound",
    "InvalidAccountIs.YourSelf",
    "InvalidImageId.Malformed",
    "InvalidImageId.NotFound",
    "OverQuota",
    "UnauthorizedOperation.ImageNotBelongToAccount",
  ],
  DeleteImages: [
    "InvalidImageId.InShared",
    "InvalidImageId.IncorrectState",
    "InvalidImageId.Malformed",
    "InvalidImageId.NotFound",
    "InvalidParameterValue.InvalidAppIdFormat",
    "InvalidParameterValue.InvalidImageId",
    "InvalidParameterValue.InvalidImageIdIsShared",
    "InvalidParameterValue.LimitExceeded",
    "MutexOperation.TaskRunning",
  ],
  DescribeImageQuota: ["InvalidZone.MismatchRegion", "UnsupportedOperation.InvalidZone"],
  DescribeInstances: [
    "FailedOperation.IllegalTagKey",
    "FailedOperation.IllegalTagValue",
    "FailedOperation.TagKeyReserved",
    "InternalServerError",
    "InvalidFilter",
    "InvalidFilterValue.LimitExceeded",
    "InvalidHostId.Malformed",
    "InvalidInstanceId.Malformed",
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidParameterValue.IPAddressMalformed",
    "InvalidParameterValue.IPv6AddressMalformed",
    "InvalidParameterValue.InstanceIdMalformed",
    "InvalidParameterValue.InvalidAppIdFormat",
    "InvalidParameterValue.InvalidIpFormat",
    "InvalidParameterValue.InvalidTimeFormat",
    "InvalidParameterValue.InvalidVagueName",
    "InvalidParameterValue.LimitExceeded",
    "InvalidParameterValue.SubnetIdMalformed",
    "InvalidParameterValue.TagKeyNotFound",
    "InvalidParameterValue.UuidMalformed",
    "InvalidParameterValue.VpcIdMalformed",
    "InvalidSecurityGroupId.NotFound",
    "InvalidSgId.Malformed",
    "InvalidZone.MismatchRegion",
    "ResourceNotFound.HpcCluster",
    "UnauthorizedOperation.InvalidToken",
    "UnsupportedOperation",
  ],
  DescribeLaunchTemplates: [
    "InvalidFilter",
    "InvalidFilterValue.LimitExceeded",
    "InvalidParameter",
    "InvalidParameterValue.InvalidLaunchTemplateName",
    "InvalidParameterValue.LaunchTemplateIdMalformed",
    "InvalidParameterValue.LaunchTemplateIdNotExisted",
    "InvalidParameterValue.LaunchTemplateIdVerNotExisted",
    "InvalidParameterValue.LaunchTemplateNotFound",
    "InvalidParameterValue.LaunchTemplateVersion",
    "UnknownParameter",
    "UnsupportedOperation",
  ],
  DescribeLaunchTemplateVersions: [
    "InternalError",
    "InternalServerError",
    "InvalidParameter",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidParameterValue.LaunchTemplateIdMalformed",
    "InvalidParameterValue.LaunchTemplateIdNotExisted",
    "InvalidParameterValue.LaunchTemplateIdVerNotExisted",
    "InvalidParameterValue.LaunchTemplateNotFound",
    "InvalidParameterValue.LaunchTemplateVersion",
    "InvalidParameterValue.LimitExceeded",
    "InvalidParameterValue.NotSupported",
    "MissingParameter",
    "UnauthorizedOperation",
    "UnauthorizedOperation.MFAExpired",
    "UnauthorizedOperation.MFANotFound",
    "UnknownParameter",
    "UnsupportedOperation",
  ],
  DescribeLaunchConfigurations: [
    "InvalidLaunchConfiguration",
    "InvalidLaunchConfigurationId",
    "InvalidParameter.ActionNotFound",
    "InvalidParameterConflict",
    "InvalidParameterValue.InvalidFilter",
    "InvalidParameterValue.InvalidLaunchConfigurationId",
    "InvalidParameterValue.TooLong",
    "InvalidPermission",
    "UnsupportedOperation",
  ],
  TagResources: [
    "AuthFailure.UnauthorizedOperation",
    "FailedOperation",
    "FailedOperation.ResourceTagProcessing",
    "InvalidParameter",
    "InvalidParameter.ReservedTagKey",
    "InvalidParameter.Tag",
    "InvalidParameter.UnsupportedService",
    "InvalidParameterValue.ResourceDescriptionError",
    "InvalidParameterValue.TagKeyCharacterIllegal",
    "InvalidParameterValue.TagKeyDuplicate",
    "InvalidParameterValue.TagKeyEmpty",
    "InvalidParameterValue.TagKeyLengthExceeded",
    "InvalidParameterValue.TagValueCharacterIllegal",
    "InvalidParameterValue.TagValueEmpty",
    "InvalidParameterValue.TagValueLengthExceeded",
    "LimitExceeded.ResourceNumPerRequest",
    "LimitExceeded.TagNumPerRequest",
    "LimitExceeded.TagValue",
  ],
  GetCallerIdentity: [
    "AuthFailure.AccessKeyIllegal",
    "InternalError.GetSeedTokenError",
    "InvalidParameter.AccessKeyNotSupport",
  ],
  "any action": [
    "ActionOffline",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.MFAFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureExpire",
    "AuthFailure.SignatureFailure",
    "AuthFailure.TokenFailure",
    "AuthFailure.UnauthorizedOperation",
    "DryRunOperation",
    "FailedOperation",
    "InternalError",
    "InvalidAction",
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidRequest",
    "IpInBlacklist",
    "IpNotInWhitelist",
    "LimitExceeded",
    "MissingParameter",
    "NoSuchProduct",
    "NoSuchVersion",
    "RequestLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestSizeLimitExceeded",
    "ResourceInUse",
    "ResourceInsufficient",
    "ResourceNotFound",
    "ResourceUnavailable",
    "ResponseSizeLimitExceeded",
    "ServiceUnavailable",
    "UnauthorizedOperation",
    "UnknownParameter",
    "UnsupportedOperation",
    "UnsupportedProtocol",
    "UnsupportedRegion",
  ],
};

describe("the table of verdicts", () => {
  it.each(Object.entries(DOCUMENTED))("knows every code of %s", (_, codes) => {
    expect(codes.filter((code) => !Object.hasOwn(VERDICTS, code))).toEqual([]);
  });

  it("says of every documented refusal of SyncImages that it made no copy", () => {
    expect(DOCUMENTED.SyncImages.filter((code) => verdictOf(code).effect !== "none")).toEqual([]);
  });

  it("says so of no refusal that may be about one account among several", () => {
    const sharing = DOCUMENTED.ModifyImageSharePermission.filter((code) =>
      /Account(Id|Is|Already)|MasterAccount|OverQuota/.test(code),
    );
    expect(sharing).toHaveLength(6);
    expect(sharing.filter((code) => verdictOf(code).effect !== "unknown")).toEqual([]);
  });

  it("says of every refusal to delete or to share an image as such that nothing was done", () => {
    const codes = DOCUMENTED.DeleteImages.filter((code) => code.includes("Image"));
    codes.push(...DOCUMENTED.ModifyImageSharePermission.filter((code) => code.includes("Image")));
    expect(codes.filter((code) => verdictOf(code).effect !== "none")).toEqual([]);
  });

  it("leaves open what SyncImages did for everything that can come after it was begun, and for unknown codes", () => {
    const codes = ["InternalError", "InternalError.X", "ResourceUnavailable", "ServiceUnavailable", "FailedOperation"];
    codes.push(
      "Network",
      "Timeout",
      "HttpStatus",
      "BadAnswer",
      "Aborted",
      "ResponseSizeLimitExceeded",
      "MutexOperation.X",
    );
    codes.push("InvalidParameterValue.NeverHeardOf", "LimitExceeded.NeverHeardOf", "Never.HeardOf", "", "toString");
    expect(codes.filter((code) => verdictOf(code).effect !== "unknown")).toEqual([]);
  });

  it.each([
    ["AuthFailure.New", "terminal", "none"],
    ["UnauthorizedOperation.New", "terminal", "none"],
    ["RequestLimitExceeded.New", "requeue", "none"],
    ["InvalidParameterValue.New", "terminal", "unknown"],
    ["LimitExceeded.New", "terminal", "unknown"],
    ["New", "retry", "unknown"],
  ])("judges %s, which it does not know, by its family", (code, outcome, effect) => {
    expect(verdictOf(code)).toMatchObject({ outcome, effect });
  });

  it.each([
    ["FailedOperation.InvalidImageState", "requeue"],
    ["InvalidParameterValue.InvalidImageState", "requeue"],
    ["InvalidImageId.IncorrectState", "requeue"],
    ["RequestLimitExceeded", "requeue"],
    ["NotSent", "requeue"],
    ["Aborted", "requeue"],
    ["InternalError", "retry"],
    ["ImageQuotaLimitExceeded", "terminal"],
    ["InvalidImageId.TooLarge", "terminal"],
    ["AuthFailure.SignatureFailure", "terminal"],
  ])("after %s: %s", (code, outcome) => {
    expect(verdictOf(code).outcome).toBe(outcome);
  });

  it.each([
    ["destination", ["ImageQuotaLimitExceeded", "InvalidImageName.Duplicate", "InvalidRegion.Unavailable"]],
    ["destination", ["InvalidRegion.NotFound", "InvalidParameterValue.InvalidRegion", "UnsupportedOperation.Region"]],
    ["source", ["InvalidImageId.NotFound", "InvalidImageId.TooLarge", "FailedOperation.InvalidImageState"]],
    ["source", ["InvalidParameter.InstanceImageNotSupport", "UnsupportedOperation.EncryptedImagesNotSupported"]],
    ["account", ["AuthFailure.TokenFailure", "UnauthorizedOperation.Whatever"]],
    ["call", ["RequestLimitExceeded", "InternalError", "Network", "Whatever"]],
  ])("says that an error is about the %s: %j", (about, codes) => {
    expect(codes.map((code) => verdictOf(code).about)).toEqual(codes.map(() => about));
  });

  it("tells a person what to do wherever a person is needed and the text does not say it all", () => {
    const account = Object.entries(VERDICTS).filter(([code]) => code.startsWith("AuthFailure"));
    expect(account.filter(([, { remedy }]) => !remedy)).toEqual([]);
    expect(verdictOf("ImageQuotaLimitExceeded").remedy).toContain("quota");
    for (const code of ["InvalidImageId.InShared", "FailedOperation.RImageShareFailed", "InvalidAccountId.NotFound"]) {
      expect(verdictOf(code).remedy).toContain("copy.shareWith");
    }
    expect(verdictOf("UnsupportedOperation.EncryptedImagesNotSupported").remedy).toContain("copy.encrypt");
    expect(verdictOf("InvalidParameter.InvalidKmsKeyId").remedy).toContain("kmsKeyId");
  });

  it("repeats at once only what passes by itself", () => {
    const soon = ["RequestLimitExceeded.IPLimitExceeded", "InternalError", "Network", "Timeout", "HttpStatus"];
    const notSoon = ["FailedOperation.InvalidImageState", "ImageQuotaLimitExceeded", "BadAnswer", "Aborted", "NotSent"];
    expect([...soon, ...notSoon].filter(isTransient)).toEqual(soon);
  });
});
