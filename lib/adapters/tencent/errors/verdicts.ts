import { USE_VERDICTS } from "./usage-verdicts.ts";
import {
  REPORT,
  requeueNone,
  requeueUnknown,
  retryNone,
  retryUnknown,
  terminalNone,
  terminalUnknown,
  type Verdict,
} from "./verdict.ts";

const KEYS =
  "Check TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_TOKEN, or the role of the function.";
const ONE_ACCOUNT = "Give credentials of the expected account; or, to work for the other one, start again.";
const GRANT = "Grant the action to the user or role in CAM (Cloud Access Management).";
const CLOCK = "Set the clock of this machine: it is off by more than five minutes.";
const PICK = "Leave the region out of `to`, or ask the vendor to open it for the account.";
const ROOM = "Delete custom images in that region, or ask the vendor for a higher quota.";
const IDS = "Correct the account in the policy's `copy.shareWith`: it takes ids of main accounts, other than your own.";
const NO_SHARE =
  "Take `copy.shareWith` out of its policy, or exclude the image with `select.not`: the other accounts have to make it " +
  "themselves.";
const SHARED = "End its sharing first: take the accounts out of `copy.shareWith`, or remove them in the console.";
const ENCRYPTED =
  "Let the policy select the image as it was before it was encrypted, and set `copy.encrypt`: then its copies are " +
  "encrypted where they arrive. They cannot be shared.";
const KEY_ID =
  "Correct `kmsKeyId`. Keys are regional: give each destination its own in `copy.regions`, or set `encrypt: true` for " +
  "the account's default key.";
const TAGS = "Correct the tag in the policy's `copy.tags`.";

/**
 * Every error code that the APIs in use document, and what it means for us. Sources: the lists of error codes of
 * cvm 2017-03-12 SyncImages, DescribeImages, ModifyImageAttribute, ModifyImageSharePermission,
 * DescribeImageSharePermission, DeleteImages, DescribeImageQuota; those of `USE_VERDICTS`; tag 2018-08-13 TagResources;
 * sts 2018-08-13 GetCallerIdentity; and the vendor's list of common error codes. The last block is not the cloud's but
 * our own.
 */
export const VERDICTS: Readonly<Record<string, Verdict>> = {
  // Common codes: too fast, too many
  RequestLimitExceeded: requeueNone("call", "too many requests at once"),
  "RequestLimitExceeded.GlobalRegionUinLimitExceeded": requeueNone("call", "the account sends too many requests"),
  "RequestLimitExceeded.IPLimitExceeded": requeueNone("call", "this address sends too many requests"),
  "RequestLimitExceeded.UinLimitExceeded": requeueNone("call", "the account sends too many requests"),
  LimitExceeded: terminalNone("call", "a quota is used up", "Free some of it, or ask the vendor for more."),

  // Common codes: who is asking
  "AuthFailure.AccessKeyIllegal": terminalNone("account", "the key is not valid", KEYS),
  "AuthFailure.InvalidAuthorization": terminalNone("account", "the signature's header is not valid", REPORT),
  "AuthFailure.InvalidSecretId": terminalNone("account", "the key is of a wrong kind", KEYS),
  "AuthFailure.MFAFailure": terminalNone("account", "the action asks for multi-factor authentication", GRANT),
  "AuthFailure.SecretIdNotFound": terminalNone("account", "no such key, or it is disabled", KEYS),
  "AuthFailure.SignatureExpire": retryNone("account", "the signature was too old when it arrived", CLOCK),
  "AuthFailure.SignatureFailure": terminalNone("account", "the signature does not fit the key", KEYS),
  "AuthFailure.TokenFailure": terminalNone("account", "the temporary key's token is wrong or has expired", KEYS),
  "AuthFailure.UnauthorizedOperation": terminalNone("account", "the key may not do this", GRANT),
  UnauthorizedOperation: terminalNone("account", "the key may not do this", GRANT),
  "UnauthorizedOperation.ImageNotBelongToAccount": terminalNone("source", "the image belongs to another account"),
  "UnauthorizedOperation.InvalidToken": terminalNone("account", "the temporary key's token is not valid", KEYS),
  "UnauthorizedOperation.MFAExpired": terminalNone("account", "multi-factor authentication has expired", GRANT),
  "UnauthorizedOperation.MFANotFound": terminalNone(
    "account",
    "the action asks for multi-factor authentication",
    GRANT,
  ),
  "UnauthorizedOperation.PermissionDenied": terminalNone("account", "the key may not do this", GRANT),
  IpInBlacklist: terminalNone("account", "this address is on the account's deny list"),
  IpNotInWhitelist: terminalNone("account", "this address is not on the account's allow list"),

  // Common codes: what is asked
  ActionOffline: terminalNone("call", "the API has been taken off line", REPORT),
  InvalidAction: terminalNone("call", "no such action", REPORT),
  InvalidParameter: terminalNone("call", "a parameter is wrong", REPORT),
  InvalidParameterValue: terminalNone("call", "a parameter has a wrong value", REPORT),
  InvalidRequest: terminalNone("call", "the request is malformed", REPORT),
  MissingParameter: terminalNone("call", "a parameter is missing", REPORT),
  NoSuchProduct: terminalNone("call", "no such product", REPORT),
  NoSuchVersion: terminalNone("call", "no such version of the API", REPORT),
  RequestSizeLimitExceeded: terminalNone("call", "the request is too large", REPORT),
  ResourceNotFound: terminalNone("source", "no such resource"),
  ResponseSizeLimitExceeded: terminalUnknown("call", "the answer is too large", REPORT),
  UnknownParameter: terminalNone("call", "the API does not know a parameter", REPORT),
  UnsupportedOperation: terminalNone("call", "the operation is not supported"),
  UnsupportedProtocol: terminalNone("call", "the API is not served over this protocol", REPORT),
  UnsupportedRegion: terminalNone("source", "the API is not served in this region", "Name another region."),

  // Common codes: the cloud's own trouble. All may come after the work was begun.
  FailedOperation: retryUnknown("call", "the operation failed"),
  InternalError: retryUnknown("call", "the cloud had an internal error"),
  "InternalError.GetSeedTokenError": retryUnknown("account", "the cloud could not look at the temporary key"),
  InternalServerError: retryUnknown("call", "the cloud had an internal error"),
  "MutexOperation.TaskRunning": requeueUnknown("source", "another task is running on it"),
  ResourceBusy: requeueUnknown("source", "it is busy"),
  ResourceInUse: requeueUnknown("source", "it is in use"),
  ResourceInsufficient: retryUnknown("call", "the cloud has not enough resources"),
  ResourceUnavailable: retryUnknown("call", "a resource is unavailable"),
  ServiceUnavailable: retryUnknown("call", "the service is unavailable"),

  // DryRun: we count it as success where we asked for it
  DryRunOperation: retryNone("call", "it was a dry run only"),

  // cvm 2017-03-12: SyncImages, DescribeImages, ModifyImageAttribute
  "FailedOperation.InvalidImageState": requeueNone("source", "the image is busy"),
  "FailedOperation.IllegalTagKey": terminalNone("call", "a tag key is not valid", TAGS),
  ImageQuotaLimitExceeded: terminalNone("destination", "the region holds as many custom images as it may", ROOM),
  InvalidFilter: terminalUnknown("call", "a filter is not valid", REPORT),
  "InvalidFilterValue.LimitExceeded": terminalUnknown("call", "a filter has too many values", REPORT),
  "InvalidImageId.IncorrectState": requeueNone("source", "the image is not in a state that allows this"),
  "InvalidImageId.InShared": terminalNone("source", "the image is shared", SHARED),
  "InvalidImageId.Malformed": terminalNone("source", "the image id is malformed"),
  "InvalidImageId.NotFound": retryNone("source", "there is no such image (any more)"),
  "InvalidImageId.TooLarge": terminalNone("source", "the image is larger than the cloud copies", "Set `maxSizeGiB`."),
  "InvalidImageName.Duplicate": terminalNone("destination", "an image of this name exists", "Rename one of the two."),
  "InvalidInstanceType.Malformed": terminalUnknown("call", "the instance type is malformed", REPORT),
  "InvalidParameter.InstanceImageNotSupport": terminalNone(
    "source",
    "the image is of a whole instance (it has data disks), which the cloud does not copy",
    "Make the image from the system disk alone.",
  ),
  "InvalidParameter.InvalidKmsKeyId": terminalNone("destination", "the encryption key does not exist", KEY_ID),
  "InvalidParameter.InvalidParameterCoexistImageIdsFilters": terminalUnknown("call", "ids and filters exclude", REPORT),
  "InvalidParameter.ValueTooLarge": terminalUnknown("call", "a value is too long", "Shorten the name or description."),
  "InvalidParameterValue.InstanceTypeNotFound": terminalUnknown("call", "no such instance type", REPORT),
  "InvalidParameterValue.InvalidAppIdFormat": terminalUnknown("account", "the account's app id is not valid"),
  "InvalidParameterValue.InvalidImageId": terminalNone("source", "the image does not allow this operation"),
  "InvalidParameterValue.InvalidImageState": requeueNone("source", "another operation holds the image"),
  "InvalidParameterValue.InvalidParameterValueLimit": terminalUnknown("call", "the page is too large", REPORT),
  "InvalidParameterValue.InvalidRegion": terminalNone("destination", "the region is not valid here", PICK),
  "InvalidParameterValue.LimitExceeded": terminalNone("call", "too many values in one call", REPORT),
  "InvalidParameterValue.TagKeyNotFound": terminalUnknown("call", "no such tag key"),
  "InvalidParameterValue.TooLarge": terminalUnknown("call", "a value is too long", "Shorten the name or description."),
  "InvalidRegion.NotFound": terminalNone("destination", "there is no such region", "Correct the region."),
  "InvalidRegion.Unavailable": terminalNone("destination", "the region does not take part in image copies", PICK),
  "InvalidZone.MismatchRegion": terminalUnknown("call", "zone and region do not fit", REPORT),
  "ResourcesSoldOut.SpecifiedInstanceType": retryUnknown("call", "the instance type is sold out"),
  "UnsupportedOperation.EncryptedImagesNotSupported": terminalNone(
    "source",
    "an encrypted image cannot be copied to other regions or shared",
    ENCRYPTED,
  ),
  "UnsupportedOperation.LocationImageNotSupport": terminalNone("source", "the image's location does not allow this"),
  "UnsupportedOperation.Region": terminalNone("destination", "the region is not open for this operation", PICK),
  "UnsupportedOperation.SharedImageModifyUnsupported": terminalNone(
    "source",
    "an image that is shared cannot be changed",
    "End its sharing, then let it be renamed.",
  ),
  "UnsupportedOperation.SyncEncryptImageNotSupport": terminalNone(
    "source",
    "an encrypted image cannot be copied",
    ENCRYPTED,
  ),

  // cvm 2017-03-12: ModifyImageSharePermission, DescribeImageSharePermission. Where the code is about one account, the
  // others of the call may have been served.
  "FailedOperation.AccountAlreadyExists": retryUnknown("call", "an account has the image already"),
  "FailedOperation.AccountIsYourSelf": terminalUnknown("call", "an image cannot be shared with its own account", IDS),
  "FailedOperation.BYOLImageShareFailed": terminalNone(
    "source",
    "an image of your own licence cannot be shared",
    NO_SHARE,
  ),
  "FailedOperation.NotMasterAccount": terminalUnknown("call", "an account is not a main account", IDS),
  "FailedOperation.QImageShareFailed": terminalNone("source", "an image of this kind cannot be shared", NO_SHARE),
  "FailedOperation.RImageShareFailed": terminalNone("source", "a Red Hat image cannot be shared", NO_SHARE),
  "InvalidAccountId.NotFound": terminalUnknown("call", "there is no such account", IDS),
  "InvalidAccountIs.YourSelf": terminalUnknown("call", "an image cannot be shared with its own account", IDS),
  OverQuota: terminalUnknown("source", "an image cannot be shared with so many accounts", "Shorten `copy.shareWith`."),

  // cvm 2017-03-12: DeleteImages, DescribeImageQuota
  "InvalidParameterValue.InvalidImageIdIsShared": terminalNone("source", "the image is shared", SHARED),
  "UnsupportedOperation.InvalidZone": terminalUnknown("call", "the zone is not supported", REPORT),

  ...USE_VERDICTS,

  // tag 2018-08-13, TagResources: of no concern to SyncImages, so its column says unknown
  "FailedOperation.ResourceTagProcessing": requeueUnknown("call", "the resource's tags are being changed already"),
  "InvalidParameter.ReservedTagKey": terminalUnknown("call", "a tag key is reserved", TAGS),
  "InvalidParameter.Tag": terminalUnknown("call", "a tag is not valid", TAGS),
  "InvalidParameter.UnsupportedService": terminalUnknown("call", "the service does not support tags", REPORT),
  "InvalidParameterValue.ResourceDescriptionError": terminalUnknown("call", "the resource is misspelled", REPORT),
  "InvalidParameterValue.TagKeyCharacterIllegal": terminalUnknown("call", "a tag key has a bad character", TAGS),
  "InvalidParameterValue.TagKeyDuplicate": terminalUnknown("call", "a tag key is given twice", TAGS),
  "InvalidParameterValue.TagKeyEmpty": terminalUnknown("call", "a tag key is empty", TAGS),
  "InvalidParameterValue.TagKeyLengthExceeded": terminalUnknown("call", "a tag key is too long", TAGS),
  "InvalidParameterValue.TagValueCharacterIllegal": terminalUnknown("call", "a tag value has a bad character", TAGS),
  "InvalidParameterValue.TagValueEmpty": terminalUnknown("call", "a tag value is empty", TAGS),
  "InvalidParameterValue.TagValueLengthExceeded": terminalUnknown("call", "a tag value is too long", TAGS),
  "LimitExceeded.Quota": terminalUnknown("call", "a quota of tags is used up", "Remove tags that are not needed."),
  "LimitExceeded.ResourceNumPerRequest": terminalUnknown("call", "too many resources in one call", REPORT),
  "LimitExceeded.TagNumPerRequest": terminalUnknown("call", "too many tags in one call", REPORT),
  "LimitExceeded.TagValue": terminalUnknown("call", "a tag key has too many values", "Remove values not needed."),

  // sts 2018-08-13, GetCallerIdentity
  "InvalidParameter.AccessKeyNotSupport": terminalUnknown(
    "account",
    "the key is of a kind that is not supported",
    KEYS,
  ),

  // Ours: no verdict of the cloud arrived, or not one that can be used
  AccountChanged: requeueNone("account", "not sent, the credentials are of another account than at first", ONE_ACCOUNT),
  Aborted: requeueUnknown("call", "stopped, the time that was given has run out"),
  BadAnswer: retryUnknown("call", "the answer is not what the API's model says"),
  HttpStatus: retryUnknown("call", "the API answered with an HTTP error"),
  Network: retryUnknown("call", "the API could not be reached, or the connection was lost"),
  NoCredentials: terminalNone("account", "there are no credentials"),
  NotSent: requeueNone("call", "not sent, it would have been too late"),
  Timeout: retryUnknown("call", "no answer in time"),
  Unstable: retryNone("call", "the list kept changing while it was read"),
};

// For codes that the lists above do not have. Keys, permissions and request rates are judged before the action is
// begun, so there a refusal stays one under any suffix; for SyncImages every other unlisted code leaves a doubt.
const FAMILIES: readonly (readonly [prefix: string, verdict: Verdict])[] = [
  ["AuthFailure", terminalNone("account", "the key was not accepted", KEYS)],
  ["UnauthorizedOperation", terminalNone("account", "the key may not do this", GRANT)],
  ["RequestLimitExceeded", requeueNone("call", "too many requests at once")],
  ["InvalidParameter", terminalUnknown("call", "a parameter was refused")],
  ["MissingParameter", terminalUnknown("call", "a parameter is missing", REPORT)],
  ["LimitExceeded", terminalUnknown("call", "a quota is used up", "Free some of it, or ask the vendor for more.")],
  ["UnsupportedOperation", terminalUnknown("call", "the operation is not supported")],
  ["InternalError", retryUnknown("call", "the cloud had an internal error")],
];

const UNLISTED = retryUnknown("call", "an error code that is not documented");

/** The verdict on an error code: its own, its family's, or, for a code nobody knows, try again later. */
export function verdictOf(code: string): Verdict {
  if (Object.hasOwn(VERDICTS, code)) return VERDICTS[code] ?? UNLISTED;
  return FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? UNLISTED;
}

const TRANSIENT = /^(RequestLimitExceeded|InternalError|InternalServerError|ServiceUnavailable)(\.|$)/;
const TRANSIENT_CODES = new Set(["Network", "Timeout", "HttpStatus", "AuthFailure.SignatureExpire"]);

/** Whether asking again within seconds is worth it, for calls that may be repeated. */
export function isTransient(code: string): boolean {
  return TRANSIENT.test(code) || TRANSIENT_CODES.has(code);
}
