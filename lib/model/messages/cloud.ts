// What a failed call or a malformed answer means, and what to do next.
import { defect, logMeanings, withRemedy } from "./cloud-logs.ts";
import { catalogue, error, info, warn } from "./define.ts";

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
  "address-denied": error(() => "this address is on the account's deny list"),
  "address-not-allowed": error(() => "this address is not on the account's allow list"),
  "app-id-invalid": error(() => "the app id of the account is not valid"),

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
  "parameter-refused": error(() => "a parameter was refused"),
  "operation-unsupported": error(() => "the operation is not supported"),
  "resource-unknown": error(() => "the resource does not exist"),
  "region-not-served": error(() => ({ text: "the API is not served in this region", remedy: "name another region" })),

  "operation-failed": warn(() => "the operation failed"),
  "cloud-fault": warn(() => "the cloud had an internal error"),
  "key-not-checked": warn(() => "the cloud could not check the temporary key"),
  "resources-short": warn(() => "the cloud does not have enough resources"),
  "resource-unavailable": warn(() => "a resource is unavailable"),
  "service-unavailable": warn(() => "the service is unavailable"),
  "task-running": info(() => "another task is running on the resource"),
  "resource-busy": info(() => "the resource is busy"),
  "resource-in-use": info(() => "the resource is in use"),
  "dry-run": warn(() => "the call was only a dry run"),

  "image-unknown": warn(() => "the image does not exist (any more)"),
  "image-id-malformed": error(() => "the image id is malformed"),
  "image-of-other-account": error(() => "the image belongs to another account"),
  "image-busy": info(() => "the image is busy"),
  "image-in-operation": info(() => "another operation is running on the image"),
  "image-state": info(() => "the state of the image does not allow this operation"),
  "image-refuses": error(() => "the image does not allow this operation"),
  "image-location": error(() => "the location of the image does not allow this operation"),
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
  "instance-type-sold-out": warn(() => "the instance type is sold out"),
  "zone-mismatch": defect("the zone is not in the region"),
  "zone-unsupported": defect("the zone is not supported"),

  "account-has-image": warn(() => "the image is already shared with one of the accounts"),
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
  "tag-key-unknown": error(() => "the tag key does not exist"),
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
  "launch-template-unknown": warn(() => "the launch template does not exist (any more)"),
  "launch-template-version-unknown": warn(() => "the launch template version does not exist (any more)"),
  "launch-template-version-invalid": defect("the version of the launch template is not valid"),
  "launch-template-name-invalid": defect("the name of the launch template is not valid"),
  "launch-configuration-invalid": defect("the launch configuration is not valid"),
  "launch-configuration-id-invalid": defect("the id of the launch configuration is not valid"),

  "code-undocumented": warn(() => "the error code is not documented"),
  "account-changed": info(() => ({
    text: "not sent because the credentials belong to another account than at first",
    remedy: "give credentials of the expected account, or restart the program to work for the other account",
  })),
  "no-credentials": error(() => "there are no credentials"),
  stopped: info(() => "the call was stopped because the time for the run is over"),
  "not-sent": info(() => "not sent because it would have been too late"),
  "no-answer": warn(() => "no answer arrived in time"),
  unreachable: warn(() => "the API could not be reached, or the connection was lost"),
  "http-error": warn(() => "the API answered with an HTTP error"),
  "answer-not-as-documented": warn(() => "the answer does not match the API's model"),
  "list-unstable": warn(() => "the list kept changing while it was read"),
};

/**
 * What an error code of the cloud, or of the adapter, means. Which code has which meaning:
 * adapters/tencent/errors.
 */
export const cloudMeaning = catalogue(meanings);

/** The meaning of a failed call. */
export type CloudMeaning = (typeof cloudMeaning.codes)[number];

const details = {
  "no-answer-within": warn((p: { ms: number }) => `no answer within ${p.ms} ms`),
  "run-ended": info(() => "the run has ended"),
  "no-words": warn(() => "no message"),
  "http-status": warn((p: { status: number }) => `HTTP ${p.status}`),
  "not-json": warn(() => "the answer is not JSON"),
  "no-response": warn(() => "the answer has no Response"),
  "system-error": warn((p: { name: string }) => p.name),
  "certificate-refused": error(() => "the certificate of the server is not accepted"),
  "key-not-sendable": error(() => "the key or its token contains a character that HTTP cannot carry"),
  "connection-lost": warn(() => "the connection was lost"),

  "past-last-moment": info((p: { ms: number }) => `the last moment to send passed ${p.ms} ms ago`),
  "no-answer-before": info((p: { code: string }) => `an earlier call of this run had no answer (${p.code})`),
  "call-stopped": info(() => "the call was stopped"),
  "no-timestamp": error(() => "the request carries no timestamp"),
  "no-second-send": warn(() => "the request was not sent a second time"),

  "account-differs": info(
    (p: { expected: string; actual: string }) => `expected account ${p.expected}, got ${p.actual}`,
  ),

  "field-absent": warn((p: { field: string }) => `${p.field} is absent`),
  "field-no-object": warn((p: { field: string }) => `${p.field} is not an object`),
  "field-wrong-type": warn((p: { field: string; kind: string }) => `${p.field} has the wrong type: ${p.kind}`),
  "field-no-time": warn((p: { field: string; value: string }) => `${p.field}: ${p.value} is not a time`),
  "image-id-form": warn((p: { field: string; value: string }) => `${p.field}: "${p.value}" is not an image id`),
  "image-type-unknown": warn(
    (p: { imageId: string; type: string }) => `image ${p.imageId}: unknown ImageType ${p.type}`,
  ),
  "images-withheld": warn(
    (p: { total: number; listed: number }) =>
      `TotalCount is ${p.total}, but ImageSet has ${p.listed} of the requested images`,
  ),

  list: warn((p: { list: string }) => p.list),
  "list-short": warn((p: { read: number; total: number; list: string }) => `${p.read} of ${p.total} ${p.list}`),

  instance: info((p: { id: string }) => `instance ${p.id}`),
  "launch-template-version": info(
    (p: { id: string; version: number }) => `launch template ${p.id} version ${p.version}`,
  ),
  "launch-configuration": info((p: { id: string }) => `launch configuration ${p.id}`),
  "and-more": info((p: { first: string; more: number }) => `${p.first} and ${p.more} more`),
};

/** What happened in a failed call, in parentheses after its meaning; and what uses an image. */
export const cloudDetail = catalogue(details);
