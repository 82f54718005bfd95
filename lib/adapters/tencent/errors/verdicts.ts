// The verdict on every error code that the APIs in use document, and on the adapter's own codes.
import { LOG_VERDICTS } from "./log-verdicts.ts";
import { USE_VERDICTS } from "./usage-verdicts.ts";
import {
  requeueNone,
  requeueUnknown,
  retryNone,
  retryUnknown,
  terminalNone,
  terminalUnknown,
  type Verdict,
} from "./verdict.ts";

/**
 * Sources: the lists of error codes of cvm 2017-03-12 SyncImages, DescribeImages,
 * ModifyImageAttribute, ModifyImageSharePermission, DescribeImageSharePermission, DeleteImages,
 * DescribeImageQuota and DescribeImageFromFamily; those of `USE_VERDICTS` and `LOG_VERDICTS`; tag 2018-08-13 TagResources; sts 2018-08-13
 * GetCallerIdentity; region 2022-06-27 DescribeRegions; and the vendor's list of common error codes.
 * The codes of the last block are the adapter's own.
 */
export const VERDICTS: Readonly<Record<string, Verdict>> = {
  // Common codes: request rates and quotas
  RequestLimitExceeded: requeueNone("call", "too-many-requests"),
  "RequestLimitExceeded.GlobalRegionUinLimitExceeded": requeueNone("call", "account-too-many-requests"),
  "RequestLimitExceeded.IPLimitExceeded": requeueNone("call", "address-too-many-requests"),
  "RequestLimitExceeded.UinLimitExceeded": requeueNone("call", "account-too-many-requests"),
  LimitExceeded: terminalNone("call", "quota-used-up"),

  // Common codes: keys and permissions
  "AuthFailure.AccessKeyIllegal": terminalNone("account", "key-invalid"),
  "AuthFailure.InvalidAuthorization": terminalNone("account", "signature-header-invalid"),
  "AuthFailure.InvalidSecretId": terminalNone("account", "key-kind-wrong"),
  "AuthFailure.MFAFailure": terminalNone("account", "mfa-required"),
  "AuthFailure.SecretIdNotFound": terminalNone("account", "key-unknown"),
  "AuthFailure.SignatureExpire": retryNone("account", "signature-expired"),
  "AuthFailure.SignatureFailure": terminalNone("account", "signature-mismatch"),
  "AuthFailure.TokenFailure": terminalNone("account", "token-wrong"),
  "AuthFailure.UnauthorizedOperation": terminalNone("account", "action-not-granted"),
  UnauthorizedOperation: terminalNone("account", "action-not-granted"),
  "UnauthorizedOperation.ImageNotBelongToAccount": terminalNone("source", "image-of-other-account"),
  "UnauthorizedOperation.InvalidToken": terminalNone("account", "token-invalid"),
  "UnauthorizedOperation.MFAExpired": terminalNone("account", "mfa-expired"),
  "UnauthorizedOperation.MFANotFound": terminalNone("account", "mfa-required"),
  "UnauthorizedOperation.PermissionDenied": terminalNone("account", "action-not-granted"),
  IpInBlacklist: terminalNone("account", "address-denied"),
  IpNotInWhitelist: terminalNone("account", "address-not-allowed"),

  // Common codes: the request itself
  ActionOffline: terminalNone("call", "action-offline"),
  InvalidAction: terminalNone("call", "action-unknown"),
  InvalidParameter: terminalNone("call", "parameter-wrong"),
  InvalidParameterValue: terminalNone("call", "parameter-value-wrong"),
  InvalidRequest: terminalNone("call", "request-malformed"),
  MissingParameter: terminalNone("call", "parameter-missing"),
  NoSuchProduct: terminalNone("call", "product-unknown"),
  NoSuchVersion: terminalNone("call", "api-version-unknown"),
  RequestSizeLimitExceeded: terminalNone("call", "request-too-large"),
  ResourceNotFound: terminalNone("source", "resource-unknown"),
  ResponseSizeLimitExceeded: terminalUnknown("call", "answer-too-large"),
  UnknownParameter: terminalNone("call", "parameter-unknown"),
  UnsupportedOperation: terminalNone("call", "operation-unsupported"),
  UnsupportedProtocol: terminalNone("call", "protocol-unsupported"),
  UnsupportedRegion: terminalNone("source", "region-not-served"),

  // Common codes: faults of the cloud. All may arrive after the cloud began the work.
  FailedOperation: retryUnknown("call", "operation-failed"),
  InternalError: retryUnknown("call", "cloud-fault"),
  "InternalError.GetSeedTokenError": retryUnknown("account", "key-not-checked"),
  InternalServerError: retryUnknown("call", "cloud-fault"),
  "MutexOperation.TaskRunning": requeueUnknown("source", "task-running"),
  // Undocumented: the vendor's plugins for Terraform and Packer retry it.
  ResourceBusy: requeueUnknown("source", "resource-busy"),
  ResourceInUse: requeueUnknown("source", "resource-in-use"),
  ResourceInsufficient: retryUnknown("call", "resources-short"),
  ResourceUnavailable: retryUnknown("call", "resource-unavailable"),
  ServiceUnavailable: retryUnknown("call", "service-unavailable"),

  // `trySyncImage` counts this as success.
  DryRunOperation: retryNone("call", "dry-run"),

  // cvm 2017-03-12: SyncImages, DescribeImages, ModifyImageAttribute
  "FailedOperation.InvalidImageState": requeueNone("source", "image-busy"),
  "FailedOperation.IllegalTagKey": terminalNone("call", "tag-key-invalid"),
  ImageQuotaLimitExceeded: terminalNone("destination", "image-quota-used-up"),
  InvalidFilter: terminalUnknown("call", "filter-invalid"),
  "InvalidFilterValue.LimitExceeded": terminalUnknown("call", "filter-too-many-values"),
  "InvalidImageId.IncorrectState": requeueNone("source", "image-state"),
  "InvalidImageId.InShared": terminalNone("source", "image-shared"),
  "InvalidImageId.Malformed": terminalNone("source", "image-id-malformed"),
  "InvalidImageId.NotFound": retryNone("source", "image-unknown"),
  "InvalidImageId.TooLarge": terminalNone("source", "image-too-large"),
  "InvalidImageName.Duplicate": terminalNone("destination", "image-name-taken"),
  "InvalidInstanceType.Malformed": terminalUnknown("call", "instance-type-malformed"),
  "InvalidParameter.InstanceImageNotSupport": terminalNone("source", "image-whole-machine"),
  "InvalidParameter.InvalidKmsKeyId": terminalNone("destination", "kms-key-unknown"),
  "InvalidParameter.InvalidParameterCoexistImageIdsFilters": terminalUnknown("call", "ids-and-filters"),
  // In older lists of ModifyImageAttribute.
  "InvalidParameter.ValueTooLarge": terminalUnknown("call", "value-too-long"),
  "InvalidParameterValue.InstanceTypeNotFound": terminalUnknown("call", "instance-type-unknown"),
  "InvalidParameterValue.InvalidAppIdFormat": terminalUnknown("call", "app-id-invalid"),
  "InvalidParameterValue.InvalidImageFamily": terminalUnknown("call", "family-name-invalid"),
  "InvalidParameterValue.InvalidImageId": terminalNone("source", "image-refuses"),
  "InvalidParameterValue.InvalidImageState": requeueNone("source", "image-in-operation"),
  "InvalidParameterValue.InvalidParameterValueLimit": terminalUnknown("call", "page-too-large"),
  "InvalidParameterValue.InvalidRegion": terminalNone("destination", "region-invalid"),
  "InvalidParameterValue.LimitExceeded": terminalNone("call", "too-many-values"),
  "InvalidParameterValue.TagKeyNotFound": terminalUnknown("call", "tag-key-unknown"),
  "InvalidParameterValue.TooLarge": terminalUnknown("call", "value-too-long"),
  "InvalidParameterValue.ZoneNotSupported": terminalUnknown("call", "zone-unsupported"),
  "InvalidRegion.NotFound": terminalNone("destination", "region-unknown"),
  "InvalidRegion.Unavailable": terminalNone("destination", "region-without-copies"),
  "InvalidZone.MismatchRegion": terminalUnknown("call", "zone-mismatch"),
  "ResourcesSoldOut.SpecifiedInstanceType": retryUnknown("call", "instance-type-sold-out"),
  "UnsupportedOperation.EncryptedImagesNotSupported": terminalNone("source", "image-encrypted"),
  "UnsupportedOperation.LocationImageNotSupported": terminalNone("source", "image-location"),
  "UnsupportedOperation.Region": terminalNone("destination", "region-closed"),
  "UnsupportedOperation.SharedImageModifyUnsupported": terminalNone("source", "image-shared-unchangeable"),
  "UnsupportedOperation.SyncEncryptImageNotSupport": terminalNone("source", "image-encrypted"),

  // cvm 2017-03-12: ModifyImageSharePermission, DescribeImageSharePermission. A code about one
  // account leaves open whether the cloud served the other accounts of the call.
  "FailedOperation.AccountAlreadyExists": retryUnknown("call", "account-has-image"),
  "FailedOperation.AccountIsYourSelf": terminalUnknown("call", "account-own"),
  "FailedOperation.BYOLImageShareFailed": terminalNone("source", "licence-own"),
  "FailedOperation.NotMasterAccount": terminalUnknown("call", "account-not-main"),
  "FailedOperation.QImageShareFailed": terminalNone("source", "image-kind-not-shareable"),
  "FailedOperation.RImageShareFailed": terminalNone("source", "red-hat-not-shareable"),
  "InvalidAccountId.NotFound": terminalUnknown("call", "account-unknown"),
  "InvalidAccountIs.YourSelf": terminalUnknown("call", "account-own"),
  OverQuota: terminalUnknown("call", "too-many-accounts"),

  // cvm 2017-03-12: DeleteImages, DescribeImageQuota
  "InvalidParameterValue.InvalidImageIdIsShared": terminalNone("source", "image-shared"),
  "UnsupportedOperation.InvalidZone": terminalUnknown("call", "zone-unsupported"),

  ...USE_VERDICTS,
  ...LOG_VERDICTS,

  // tag 2018-08-13, TagResources. SyncImages does not document these, so their effect is unknown.
  "FailedOperation.PolicyEnforcedInvalid": terminalUnknown("call", "tag-policy-refuses"),
  "FailedOperation.ResourceTagProcessing": requeueUnknown("call", "tags-busy"),
  "InvalidParameter.ReservedTagKey": terminalUnknown("call", "tag-key-reserved"),
  "InvalidParameter.Tag": terminalUnknown("call", "tag-invalid"),
  "InvalidParameter.UnsupportedService": terminalUnknown("call", "tags-unsupported"),
  "InvalidParameterValue.ResourceDescriptionError": terminalUnknown("call", "resource-name-malformed"),
  "InvalidParameterValue.TagKeyCharacterIllegal": terminalUnknown("call", "tag-key-character"),
  "InvalidParameterValue.TagKeyDuplicate": terminalUnknown("call", "tag-key-twice"),
  "InvalidParameterValue.TagKeyEmpty": terminalUnknown("call", "tag-key-empty"),
  "InvalidParameterValue.TagKeyLengthExceeded": terminalUnknown("call", "tag-key-too-long"),
  "InvalidParameterValue.TagValueCharacterIllegal": terminalUnknown("call", "tag-value-character"),
  "InvalidParameterValue.TagValueEmpty": terminalUnknown("call", "tag-value-empty"),
  "InvalidParameterValue.TagValueLengthExceeded": terminalUnknown("call", "tag-value-too-long"),
  // In older lists of TagResources.
  "LimitExceeded.Quota": terminalUnknown("call", "tag-quota-used-up"),
  // Of ModifyResourceTags. The codes in FailedResources of TagResources are not documented.
  "LimitExceeded.ResourceAttachedTags": terminalUnknown("call", "resource-full-of-tags"),
  "LimitExceeded.ResourceNumPerRequest": terminalUnknown("call", "too-many-resources"),
  "LimitExceeded.TagNumPerRequest": terminalUnknown("call", "too-many-tags-in-call"),
  "LimitExceeded.TagValue": terminalUnknown("call", "tag-values-used-up"),

  // sts 2018-08-13, GetCallerIdentity
  "InvalidParameter.AccessKeyNotSupport": terminalUnknown("account", "key-kind-unsupported"),

  // region 2022-06-27, DescribeRegions
  "InvalidParameter.ParameterError": terminalUnknown("call", "parameter-wrong"),

  // The adapter's own codes: the cloud gave no verdict, or none that can be used.
  AccountChanged: requeueNone("account", "account-changed"),
  Aborted: requeueUnknown("call", "stopped"),
  BadAnswer: retryUnknown("call", "answer-not-as-documented"),
  HttpStatus: retryUnknown("call", "http-error"),
  Network: retryUnknown("call", "unreachable"),
  NoCredentials: terminalNone("account", "no-credentials"),
  NotSent: requeueNone("call", "not-sent"),
  Timeout: retryUnknown("call", "no-answer"),
  Unstable: retryNone("call", "list-unstable"),
};

// For codes that the lists above do not have. The cloud checks keys, permissions and request rates
// before it begins an action, so these refusals have no effect under any suffix. Every other
// unlisted code leaves open whether SyncImages made a copy.
const FAMILIES: readonly (readonly [prefix: string, verdict: Verdict])[] = [
  ["AuthFailure", terminalNone("account", "key-refused")],
  ["UnauthorizedOperation", terminalNone("account", "action-not-granted")],
  ["RequestLimitExceeded", requeueNone("call", "too-many-requests")],
  ["InvalidParameter", terminalUnknown("call", "parameter-refused")],
  ["MissingParameter", terminalUnknown("call", "parameter-missing")],
  ["LimitExceeded", terminalUnknown("call", "quota-used-up")],
  ["UnsupportedOperation", terminalUnknown("call", "operation-unsupported")],
  ["InternalError", retryUnknown("call", "cloud-fault")],
];

const UNLISTED = retryUnknown("call", "code-undocumented");

/** The verdict on an error code: its own, that of its family, or to retry an undocumented code. */
export function verdictOf(code: string): Verdict {
  if (Object.hasOwn(VERDICTS, code)) return VERDICTS[code] ?? UNLISTED;
  return FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? UNLISTED;
}

const TRANSIENT = /^(RequestLimitExceeded|InternalError|InternalServerError|ServiceUnavailable)(\.|$)/;
const TRANSIENT_CODES = new Set(["Network", "HttpStatus", "AuthFailure.SignatureExpire"]);

/**
 * Whether a repeatable call that failed with this code is worth a retry within seconds. A call
 * without an answer has had its whole time already: a region that hangs would take six times that.
 */
export function isTransient(code: string): boolean {
  return TRANSIENT.test(code) || TRANSIENT_CODES.has(code);
}
