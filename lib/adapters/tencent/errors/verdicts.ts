import { USE_VERDICTS } from "./usage-verdicts.ts";
import {
  againNone,
  againUnknown,
  personNone,
  personUnknown,
  REPORT,
  retryNone,
  retryUnknown,
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
  RequestLimitExceeded: againNone("call", "too many requests at once"),
  "RequestLimitExceeded.GlobalRegionUinLimitExceeded": againNone("call", "the account sends too many requests"),
  "RequestLimitExceeded.IPLimitExceeded": againNone("call", "this address sends too many requests"),
  "RequestLimitExceeded.UinLimitExceeded": againNone("call", "the account sends too many requests"),
  LimitExceeded: personNone("call", "a quota is used up", "Free some of it, or ask the vendor for more."),

  // Common codes: who is asking
  "AuthFailure.AccessKeyIllegal": personNone("account", "the key is not valid", KEYS),
  "AuthFailure.InvalidAuthorization": personNone("account", "the signature's header is not valid", REPORT),
  "AuthFailure.InvalidSecretId": personNone("account", "the key is of a wrong kind", KEYS),
  "AuthFailure.MFAFailure": personNone("account", "the action asks for multi-factor authentication", GRANT),
  "AuthFailure.SecretIdNotFound": personNone("account", "no such key, or it is disabled", KEYS),
  "AuthFailure.SignatureExpire": retryNone("account", "the signature was too old when it arrived", CLOCK),
  "AuthFailure.SignatureFailure": personNone("account", "the signature does not fit the key", KEYS),
  "AuthFailure.TokenFailure": personNone("account", "the temporary key's token is wrong or has expired", KEYS),
  "AuthFailure.UnauthorizedOperation": personNone("account", "the key may not do this", GRANT),
  UnauthorizedOperation: personNone("account", "the key may not do this", GRANT),
  "UnauthorizedOperation.ImageNotBelongToAccount": personNone("source", "the image belongs to another account"),
  "UnauthorizedOperation.InvalidToken": personNone("account", "the temporary key's token is not valid", KEYS),
  "UnauthorizedOperation.MFAExpired": personNone("account", "multi-factor authentication has expired", GRANT),
  "UnauthorizedOperation.MFANotFound": personNone("account", "the action asks for multi-factor authentication", GRANT),
  "UnauthorizedOperation.PermissionDenied": personNone("account", "the key may not do this", GRANT),
  IpInBlacklist: personNone("account", "this address is on the account's deny list"),
  IpNotInWhitelist: personNone("account", "this address is not on the account's allow list"),

  // Common codes: what is asked
  ActionOffline: personNone("call", "the API has been taken off line", REPORT),
  InvalidAction: personNone("call", "no such action", REPORT),
  InvalidParameter: personNone("call", "a parameter is wrong", REPORT),
  InvalidParameterValue: personNone("call", "a parameter has a wrong value", REPORT),
  InvalidRequest: personNone("call", "the request is malformed", REPORT),
  MissingParameter: personNone("call", "a parameter is missing", REPORT),
  NoSuchProduct: personNone("call", "no such product", REPORT),
  NoSuchVersion: personNone("call", "no such version of the API", REPORT),
  RequestSizeLimitExceeded: personNone("call", "the request is too large", REPORT),
  ResourceNotFound: personNone("source", "no such resource"),
  ResponseSizeLimitExceeded: personUnknown("call", "the answer is too large", REPORT),
  UnknownParameter: personNone("call", "the API does not know a parameter", REPORT),
  UnsupportedOperation: personNone("call", "the operation is not supported"),
  UnsupportedProtocol: personNone("call", "the API is not served over this protocol", REPORT),
  UnsupportedRegion: personNone("source", "the API is not served in this region", "Name another region."),

  // Common codes: the cloud's own trouble. All may come after the work was begun.
  FailedOperation: retryUnknown("call", "the operation failed"),
  InternalError: retryUnknown("call", "the cloud had an internal error"),
  "InternalError.GetSeedTokenError": retryUnknown("account", "the cloud could not look at the temporary key"),
  InternalServerError: retryUnknown("call", "the cloud had an internal error"),
  "MutexOperation.TaskRunning": againUnknown("source", "another task is running on it"),
  ResourceBusy: againUnknown("source", "it is busy"),
  ResourceInUse: againUnknown("source", "it is in use"),
  ResourceInsufficient: retryUnknown("call", "the cloud has not enough resources"),
  ResourceUnavailable: retryUnknown("call", "a resource is unavailable"),
  ServiceUnavailable: retryUnknown("call", "the service is unavailable"),

  // DryRun: we count it as success where we asked for it
  DryRunOperation: retryNone("call", "it was a dry run only"),

  // cvm 2017-03-12: SyncImages, DescribeImages, ModifyImageAttribute
  "FailedOperation.InvalidImageState": againNone("source", "the image is busy"),
  "FailedOperation.IllegalTagKey": personNone("call", "a tag key is not valid", TAGS),
  ImageQuotaLimitExceeded: personNone("destination", "the region holds as many custom images as it may", ROOM),
  InvalidFilter: personUnknown("call", "a filter is not valid", REPORT),
  "InvalidFilterValue.LimitExceeded": personUnknown("call", "a filter has too many values", REPORT),
  "InvalidImageId.IncorrectState": againNone("source", "the image is not in a state that allows this"),
  "InvalidImageId.InShared": personNone("source", "the image is shared", SHARED),
  "InvalidImageId.Malformed": personNone("source", "the image id is malformed"),
  "InvalidImageId.NotFound": retryNone("source", "there is no such image (any more)"),
  "InvalidImageId.TooLarge": personNone("source", "the image is larger than the cloud copies", "Set `maxSizeGiB`."),
  "InvalidImageName.Duplicate": personNone("destination", "an image of this name exists", "Rename one of the two."),
  "InvalidInstanceType.Malformed": personUnknown("call", "the instance type is malformed", REPORT),
  "InvalidParameter.InstanceImageNotSupport": personNone(
    "source",
    "the image is of a whole instance (it has data disks), which the cloud does not copy",
    "Make the image from the system disk alone.",
  ),
  "InvalidParameter.InvalidKmsKeyId": personNone("destination", "the encryption key does not exist", KEY_ID),
  "InvalidParameter.InvalidParameterCoexistImageIdsFilters": personUnknown("call", "ids and filters exclude", REPORT),
  "InvalidParameter.ValueTooLarge": personUnknown("call", "a value is too long", "Shorten the name or description."),
  "InvalidParameterValue.InstanceTypeNotFound": personUnknown("call", "no such instance type", REPORT),
  "InvalidParameterValue.InvalidAppIdFormat": personUnknown("account", "the account's app id is not valid"),
  "InvalidParameterValue.InvalidImageId": personNone("source", "the image does not allow this operation"),
  "InvalidParameterValue.InvalidImageState": againNone("source", "another operation holds the image"),
  "InvalidParameterValue.InvalidParameterValueLimit": personUnknown("call", "the page is too large", REPORT),
  "InvalidParameterValue.InvalidRegion": personNone("destination", "the region is not valid here", PICK),
  "InvalidParameterValue.LimitExceeded": personNone("call", "too many values in one call", REPORT),
  "InvalidParameterValue.TagKeyNotFound": personUnknown("call", "no such tag key"),
  "InvalidParameterValue.TooLarge": personUnknown("call", "a value is too long", "Shorten the name or description."),
  "InvalidRegion.NotFound": personNone("destination", "there is no such region", "Correct the region."),
  "InvalidRegion.Unavailable": personNone("destination", "the region does not take part in image copies", PICK),
  "InvalidZone.MismatchRegion": personUnknown("call", "zone and region do not fit", REPORT),
  "ResourcesSoldOut.SpecifiedInstanceType": retryUnknown("call", "the instance type is sold out"),
  "UnsupportedOperation.EncryptedImagesNotSupported": personNone(
    "source",
    "an encrypted image cannot be copied to other regions or shared",
    ENCRYPTED,
  ),
  "UnsupportedOperation.LocationImageNotSupport": personNone("source", "the image's location does not allow this"),
  "UnsupportedOperation.Region": personNone("destination", "the region is not open for this operation", PICK),
  "UnsupportedOperation.SharedImageModifyUnsupported": personNone(
    "source",
    "an image that is shared cannot be changed",
    "End its sharing, then let it be renamed.",
  ),
  "UnsupportedOperation.SyncEncryptImageNotSupport": personNone(
    "source",
    "an encrypted image cannot be copied",
    ENCRYPTED,
  ),

  // cvm 2017-03-12: ModifyImageSharePermission, DescribeImageSharePermission. Where the code is about one account, the
  // others of the call may have been served.
  "FailedOperation.AccountAlreadyExists": retryUnknown("call", "an account has the image already"),
  "FailedOperation.AccountIsYourSelf": personUnknown("call", "an image cannot be shared with its own account", IDS),
  "FailedOperation.BYOLImageShareFailed": personNone(
    "source",
    "an image of your own licence cannot be shared",
    NO_SHARE,
  ),
  "FailedOperation.NotMasterAccount": personUnknown("call", "an account is not a main account", IDS),
  "FailedOperation.QImageShareFailed": personNone("source", "an image of this kind cannot be shared", NO_SHARE),
  "FailedOperation.RImageShareFailed": personNone("source", "a Red Hat image cannot be shared", NO_SHARE),
  "InvalidAccountId.NotFound": personUnknown("call", "there is no such account", IDS),
  "InvalidAccountIs.YourSelf": personUnknown("call", "an image cannot be shared with its own account", IDS),
  OverQuota: personUnknown("source", "an image cannot be shared with so many accounts", "Shorten `copy.shareWith`."),

  // cvm 2017-03-12: DeleteImages, DescribeImageQuota
  "InvalidParameterValue.InvalidImageIdIsShared": personNone("source", "the image is shared", SHARED),
  "UnsupportedOperation.InvalidZone": personUnknown("call", "the zone is not supported", REPORT),

  ...USE_VERDICTS,

  // tag 2018-08-13, TagResources: of no concern to SyncImages, so its column says unknown
  "FailedOperation.ResourceTagProcessing": againUnknown("call", "the resource's tags are being changed already"),
  "InvalidParameter.ReservedTagKey": personUnknown("call", "a tag key is reserved", TAGS),
  "InvalidParameter.Tag": personUnknown("call", "a tag is not valid", TAGS),
  "InvalidParameter.UnsupportedService": personUnknown("call", "the service does not support tags", REPORT),
  "InvalidParameterValue.ResourceDescriptionError": personUnknown("call", "the resource is misspelled", REPORT),
  "InvalidParameterValue.TagKeyCharacterIllegal": personUnknown("call", "a tag key has a bad character", TAGS),
  "InvalidParameterValue.TagKeyDuplicate": personUnknown("call", "a tag key is given twice", TAGS),
  "InvalidParameterValue.TagKeyEmpty": personUnknown("call", "a tag key is empty", TAGS),
  "InvalidParameterValue.TagKeyLengthExceeded": personUnknown("call", "a tag key is too long", TAGS),
  "InvalidParameterValue.TagValueCharacterIllegal": personUnknown("call", "a tag value has a bad character", TAGS),
  "InvalidParameterValue.TagValueEmpty": personUnknown("call", "a tag value is empty", TAGS),
  "InvalidParameterValue.TagValueLengthExceeded": personUnknown("call", "a tag value is too long", TAGS),
  "LimitExceeded.Quota": personUnknown("call", "a quota of tags is used up", "Remove tags that are not needed."),
  "LimitExceeded.ResourceNumPerRequest": personUnknown("call", "too many resources in one call", REPORT),
  "LimitExceeded.TagNumPerRequest": personUnknown("call", "too many tags in one call", REPORT),
  "LimitExceeded.TagValue": personUnknown("call", "a tag key has too many values", "Remove values not needed."),

  // sts 2018-08-13, GetCallerIdentity
  "InvalidParameter.AccessKeyNotSupport": personUnknown("account", "the key is of a kind that is not supported", KEYS),

  // Ours: no verdict of the cloud arrived, or not one that can be used
  AccountChanged: againNone("account", "not sent, the credentials are of another account than at first", ONE_ACCOUNT),
  Aborted: againUnknown("call", "stopped, the time that was given has run out"),
  BadAnswer: retryUnknown("call", "the answer is not what the API's model says"),
  HttpStatus: retryUnknown("call", "the API answered with an HTTP error"),
  Network: retryUnknown("call", "the API could not be reached, or the connection was lost"),
  NoCredentials: personNone("account", "there are no credentials"),
  NotSent: againNone("call", "not sent, it would have been too late"),
  Timeout: retryUnknown("call", "no answer in time"),
  Unstable: retryNone("call", "the list kept changing while it was read"),
};

// For codes that the lists above do not have. Keys, permissions and request rates are judged before the action is
// begun, so there a refusal stays one under any suffix; for SyncImages every other unlisted code leaves a doubt.
const FAMILIES: readonly (readonly [prefix: string, verdict: Verdict])[] = [
  ["AuthFailure", personNone("account", "the key was not accepted", KEYS)],
  ["UnauthorizedOperation", personNone("account", "the key may not do this", GRANT)],
  ["RequestLimitExceeded", againNone("call", "too many requests at once")],
  ["InvalidParameter", personUnknown("call", "a parameter was refused")],
  ["MissingParameter", personUnknown("call", "a parameter is missing", REPORT)],
  ["LimitExceeded", personUnknown("call", "a quota is used up", "Free some of it, or ask the vendor for more.")],
  ["UnsupportedOperation", personUnknown("call", "the operation is not supported")],
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
