import { describe, expect, it } from "vitest";
import { isTransient, VERDICTS, verdictOf } from "../../lib/cloud/verdicts.ts";

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
    ["AuthFailure.New", "person", "none"],
    ["UnauthorizedOperation.New", "person", "none"],
    ["RequestLimitExceeded.New", "again", "none"],
    ["InvalidParameterValue.New", "person", "unknown"],
    ["LimitExceeded.New", "person", "unknown"],
    ["New", "retry", "unknown"],
  ])("judges %s, which it does not know, by its family", (code, outcome, effect) => {
    expect(verdictOf(code)).toMatchObject({ outcome, effect });
  });

  it.each([
    ["FailedOperation.InvalidImageState", "again"],
    ["InvalidParameterValue.InvalidImageState", "again"],
    ["InvalidImageId.IncorrectState", "again"],
    ["RequestLimitExceeded", "again"],
    ["NotSent", "again"],
    ["Aborted", "again"],
    ["InternalError", "retry"],
    ["ImageQuotaLimitExceeded", "person"],
    ["InvalidImageId.TooLarge", "person"],
    ["AuthFailure.SignatureFailure", "person"],
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
  });

  it("repeats at once only what passes by itself", () => {
    const soon = ["RequestLimitExceeded.IPLimitExceeded", "InternalError", "Network", "Timeout", "HttpStatus"];
    const notSoon = ["FailedOperation.InvalidImageState", "ImageQuotaLimitExceeded", "BadAnswer", "Aborted", "NotSent"];
    expect([...soon, ...notSoon].filter(isTransient)).toEqual(soon);
  });
});
