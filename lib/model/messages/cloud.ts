// What a failed call or a malformed answer means, and what to do next.
import { defect, logMeanings, withRemedy } from "./cloud-logs.ts";
import { catalogue, error, info, warn } from "./define.ts";
import { DEFECT, NET, PASSES } from "./help.ts";

const keyFault = withRemedy(
  "check TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_TOKEN, or the role of the function",
);
const notGranted = withRemedy("grant the action to the user or role in CAM (Cloud Access Management)");
const regionClosed = withRemedy("leave the region out of `to`, or ask the vendor to open it for the account");
const wrongAccount = withRemedy(
  "correct the account in the policy's `copy.shareWith`: each must be the id of a main account other than your own",
);
const notShareable = withRemedy(
  "take `copy.shareWith` out of the policy, or exclude the image with `select.not`: the other accounts have to create " +
    "the image themselves",
);
const tagFault = withRemedy(
  "correct the tag in the policy's `copy.tags.set`, or on the source if the copy inherits it",
);
const quotaUsedUp = withRemedy("free some of the quota, or ask the vendor for a higher one");
const tooLong = withRemedy(
  "shorten the name or the description: in the policy's `copy`, or that of the source if the copy inherits it",
);

const meanings = {
  "too-many-requests": info(() => "too many requests at once"),
  "account-too-many-requests": info(() => "the account sends too many requests"),
  "address-too-many-requests": info(() => "this address sends too many requests"),
  "quota-used-up": quotaUsedUp("a quota is used up"),

  "key-invalid": keyFault("the key is not valid"),
  "key-refused": keyFault("the key was refused"),
  "key-unknown": keyFault("the key does not exist or is disabled"),
  "key-kind-wrong": keyFault("the key is of the wrong kind"),
  "key-kind-unsupported": keyFault("keys of this kind are not supported"),
  "signature-mismatch": keyFault("the signature does not match the key"),
  "token-wrong": keyFault("the token of the temporary key is wrong or has expired"),
  "token-invalid": keyFault("the token of the temporary key is not valid"),
  "signature-header-invalid": defect("the header with the signature is not valid"),
  "signature-expired": warn(() => ({
    text: "the signature was too old when the request arrived",
    remedy: "set the clock of this machine: it is off by more than five minutes",
  })),
  "action-not-granted": notGranted("the key has no permission for this action"),
  "mfa-required": notGranted("the action requires multi-factor authentication"),
  "mfa-expired": notGranted("the multi-factor authentication has expired"),
  "service-not-opened": error(() => ({
    text: "the account may not use Auto Scaling",
    remedy: "open the service for the account in its console, and grant the action in CAM",
  })),
  "address-denied": error(() => ({
    text: "this address is on the account's deny list",
    remedy:
      "take this address off the list in the console of CAM (login and API restrictions), or run from another one",
  })),
  "address-not-allowed": error(() => ({
    text: "this address is not on the account's allow list",
    remedy:
      "add this address to the list in the console of CAM (login and API restrictions), or run from one that is on it",
  })),
  "app-id-invalid": error(() => ({
    text: "the app id of the account is not valid",
    remedy: "check in the console that the account is open and verified; if it is, ask the vendor's support",
  })),

  ...logMeanings,

  "action-offline": defect("the API was taken offline"),
  "action-unknown": defect("the action does not exist"),
  "api-version-unknown": defect("the version of the API does not exist"),
  "product-unknown": defect("the product does not exist"),
  "protocol-unsupported": defect("the API is not served over this protocol"),
  "request-malformed": defect("the request is malformed"),
  "request-too-large": defect("the request is too large"),
  "answer-too-large": defect("the answer is too large"),
  "page-too-large": defect("the page is too large"),
  "parameter-wrong": defect("a parameter is wrong"),
  "parameter-value-wrong": defect("a parameter has a wrong value"),
  "parameter-missing": defect("a parameter is missing"),
  "parameter-unknown": defect("the API does not know one of the parameters"),
  "parameter-too-long": defect("the value of a parameter is too long"),
  "parameter-unsupported": defect("the value of a parameter is not supported"),
  "parameters-conflict": defect("the parameters exclude each other"),
  "ids-and-filters": defect("image ids and filters exclude each other"),
  "too-many-values": defect("the call has too many values"),
  "filter-invalid": defect("a filter is not valid"),
  "filter-too-many-values": defect("a filter has too many values"),
  "parameter-refused": error(() => ({
    text: "a parameter was refused",
    remedy:
      "read the message of the cloud beside it; if nothing in the policy or the image explains it, report it as a bug",
  })),
  "operation-unsupported": error(() => ({
    text: "the operation is not supported",
    remedy: "read the message of the cloud beside it: this image, region or account does not allow the operation",
  })),
  "resource-unknown": error(() => ({
    text: "the resource does not exist",
    remedy: "nothing, if the resource was deleted on purpose; else check region and account",
  })),
  "region-not-served": error(() => ({ text: "the API is not served in this region", remedy: "name another region" })),

  "operation-failed": warn(() => "the operation failed", PASSES),
  "cloud-fault": warn(() => "the cloud had an internal error", PASSES),
  "key-not-checked": warn(() => "the cloud could not check the temporary key", PASSES),
  "resources-short": warn(() => "the cloud does not have enough resources", PASSES),
  "resource-unavailable": warn(() => "a resource is unavailable", PASSES),
  "service-unavailable": warn(() => "the service is unavailable", PASSES),
  "task-running": info(() => "another task is running on the resource"),
  "resource-busy": info(() => "the resource is busy"),
  "resource-in-use": info(() => "the resource is in use"),
  "dry-run": warn(() => "the call was only a dry run", "nothing: a dry run was requested, and it found no error"),

  "image-unknown": warn(
    () => "the image does not exist (any more)",
    "nothing, if the image was deleted on purpose: the next sweep notices; else check its region and its owner",
  ),
  "image-id-malformed": error(() => "the image id is malformed", DEFECT),
  "image-of-other-account": error(() => ({
    text: "the image belongs to another account",
    remedy: "check the account of the key; an image that another account shares has to be selected with `type: shared`",
  })),
  "image-busy": info(() => "the image is busy"),
  "image-in-operation": info(() => "another operation is running on the image"),
  "image-state": info(() => "the state of the image does not allow this operation"),
  "image-refuses": error(() => ({
    text: "the image does not allow this operation",
    remedy: "read the message of the cloud beside it; exclude the image with `select.not` if it stays so",
  })),
  "image-location": error(() => ({
    text: "the location of the image does not allow this operation",
    remedy: "take the region out of `to`, or exclude the image with `select.not`",
  })),
  "image-too-large": error(() => ({
    text: "the image is larger than the cloud copies",
    remedy: "set `maxSizeGiB` in the policy",
  })),
  "image-whole-machine": error(() => ({
    text: "the image is a whole-instance image (it has data disks), which the cloud does not copy",
    remedy: "create the image from the system disk alone, and copy the data disks by their snapshots",
  })),
  "image-encrypted": error(() => ({
    text: "an encrypted image cannot be copied to other regions or shared",
    remedy:
      "let the policy select the image from before it was encrypted, and set `copy.encrypt`: the copies are then " +
      "encrypted in their destinations (they cannot be shared)",
  })),
  "image-shared": error(() => ({
    text: "the image is shared",
    remedy: "stop sharing the image first: take the accounts out of `copy.shareWith`, or remove them in the console",
  })),
  "image-shared-unchangeable": error(() => ({
    text: "a shared image cannot be changed",
    remedy: "stop sharing the image, then let the program rename it",
  })),
  "image-name-taken": error(() => ({
    text: "an image of this name exists in the region",
    remedy: "rename one of the two images",
  })),
  "image-quota-used-up": error(() => ({
    text: "the region holds as many custom images as its quota allows",
    remedy: "delete custom images in that region, or ask the vendor for a higher quota",
  })),
  "kms-key-unknown": error(() => ({
    text: "the encryption key does not exist",
    remedy:
      "correct `kmsKeyId`: keys are regional, so give each destination its own in `copy.regions`, or set " +
      "`encrypt: true` for the account's default key",
  })),
  "region-unknown": error(() => ({ text: "the region does not exist", remedy: "correct the region" })),
  "region-invalid": regionClosed("the region is not valid for this operation"),
  "region-without-copies": regionClosed("the region does not take part in image copies"),
  "region-closed": regionClosed("the region is not open for this operation"),
  "family-name-invalid": error(() => ({
    text: "the name of the image family is not valid",
    remedy: "correct `copy.family` in the policy, or the family of the source",
  })),
  "value-too-long": tooLong("a value is too long"),
  "instance-type-malformed": defect("the instance type is malformed"),
  "instance-type-unknown": defect("the instance type does not exist"),
  "instance-type-sold-out": warn(
    () => "the instance type is sold out",
    "nothing: it concerns the dry run of an instance, not the copy",
  ),
  "zone-mismatch": defect("the zone is not in the region"),
  "zone-unsupported": defect("the zone is not supported"),

  "account-has-image": warn(
    () => "the image is already shared with one of the accounts",
    "nothing: the account has the image already",
  ),
  "account-own": wrongAccount("an image cannot be shared with its own account"),
  "account-not-main": wrongAccount("an account is not a main account"),
  "account-unknown": wrongAccount("an account does not exist"),
  "licence-own": notShareable("an image with your own licence cannot be shared"),
  "image-kind-not-shareable": notShareable("an image of this kind cannot be shared"),
  "red-hat-not-shareable": notShareable("a Red Hat image cannot be shared"),
  "too-many-accounts": error(() => ({
    text: "the image cannot be shared with so many accounts",
    remedy: "shorten `copy.shareWith`",
  })),

  "tag-invalid": tagFault("a tag is not valid"),
  "tag-key-invalid": tagFault("a tag key is not valid"),
  "tag-key-reserved": tagFault("a tag key is reserved"),
  "tag-key-character": tagFault("a tag key has a character that is not allowed"),
  "tag-key-twice": tagFault("a tag key is given twice"),
  "tag-key-empty": tagFault("a tag key is empty"),
  "tag-key-too-long": tagFault("a tag key is too long"),
  "tag-value-character": tagFault("a tag value has a character that is not allowed"),
  "tag-value-empty": tagFault("a tag value is empty"),
  "tag-value-too-long": tagFault("a tag value is too long"),
  "tag-key-unknown": error(() => ({
    text: "the tag key does not exist",
    remedy: "create the tag key in the console, or take it out of the policy's `copy.tags.set`",
  })),
  "tag-filter-key-reserved": defect("a tag key is reserved"),
  "tag-filter-value-invalid": defect("a tag value is not valid"),
  "tag-policy-refuses": error(() => ({
    text: "a tag policy of the organisation does not allow a tag",
    remedy: "correct the tag in the policy's `copy.tags`, or have the tag policy changed",
  })),
  "tags-busy": info(() => "the tags of the resource are being changed already"),
  "tags-unsupported": defect("the service does not support tags"),
  "resource-name-malformed": defect("the name of the resource is malformed"),
  "too-many-resources": defect("the call names too many resources"),
  "too-many-tags-in-call": defect("the call has too many tags"),
  "resource-full-of-tags": error(() => ({
    text: "the resource has too many tags",
    remedy: "shorten the policy's `copy.tags`, or remove tags that are not needed",
  })),
  "tag-quota-used-up": error(() => ({ text: "a quota of tags is used up", remedy: "remove tags that are not needed" })),
  "tag-values-used-up": error(() => ({
    text: "a tag key has too many values",
    remedy: "remove values that are not needed",
  })),

  "id-malformed": defect("an id in the request is malformed"),
  "address-malformed": defect("an address in the request is malformed"),
  "time-malformed": defect("a time in the request is malformed"),
  "name-malformed": defect("a name in the request is not valid"),
  "security-group-unknown": defect("the security group does not exist"),
  "cluster-unknown": defect("the cluster does not exist"),
  "launch-template-unknown": warn(
    () => "the launch template does not exist (any more)",
    "nothing: it was deleted meanwhile, and the next sweep reads the others",
  ),
  "launch-template-version-unknown": warn(
    () => "the launch template version does not exist (any more)",
    "nothing: it was deleted meanwhile, and the next sweep reads the others",
  ),
  "launch-template-version-invalid": defect("the version of the launch template is not valid"),
  "launch-template-name-invalid": defect("the name of the launch template is not valid"),
  "launch-configuration-invalid": defect("the launch configuration is not valid"),
  "launch-configuration-id-invalid": defect("the id of the launch configuration is not valid"),

  "code-undocumented": warn(
    () => "the error code is not documented",
    "read the message of the cloud beside it; if that does not help, ask the vendor's support with the request id",
  ),
  "account-changed": info(() => ({
    text: "not sent because the credentials belong to another account than at first",
    remedy: "give credentials of the expected account, or restart the program to work for the other account",
  })),
  "no-credentials": error(
    () => "there are no credentials",
    "set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or log in with tccli; a function needs a role",
  ),
  stopped: info(() => "the call was stopped because the time for the run is over"),
  "not-sent": info(() => "not sent because it would have been too late"),
  "no-answer": warn(() => "no answer arrived in time", NET),
  unreachable: warn(() => "the API could not be reached, or the connection was lost", NET),
  "http-error": warn(() => "the API answered with an HTTP error", PASSES),
  "answer-not-as-documented": warn(() => "the answer does not match the API's model", PASSES),
  "list-unstable": warn(() => "the list kept changing while it was read", "nothing: the next run reads the list again"),
};

/**
 * What an error code of the cloud, or of the adapter, means. Which code has which meaning:
 * adapters/tencent/errors.
 */
export const cloudMeaning = catalogue(meanings);

/** The meaning of a failed call. */
export type CloudMeaning = (typeof cloudMeaning.codes)[number];
