// Checks tags, and finds the images that resource descriptions name.
import { ApiError } from "../errors.ts";
import type { Output } from "../model/model.ts";
import type { Account } from "../settings/accounts.ts";
import type { StoredImage } from "./image.ts";
import { visibleImage } from "./inventory.ts";
import type { World } from "./types.ts";

/** Why one resource of a call failed. */
export type FailedResource = Output<"tag", "FailedResource">;

/** The maximum number of tags on one resource. */
export const TAGS_PER_RESOURCE = 50;

// Letters of any script, digits, spaces and these signs. From memory of the console's hint; see the
// README.
const ALLOWED = /^[\p{L}\p{M}\p{N}\p{Zs}+\-=._:/@()[\]（）【】,;<>]*$/u;
const RESERVED = /^(qcs:|qcloud|project)/i;

/** Validates a tag key. Throws the error codes of tag 2018-08-13 TagResources. */
export function checkTagKey(key: string): void {
  const invalid = (kind: string, text: string) => new ApiError(`InvalidParameterValue.TagKey${kind}`, text);
  if (key === "") throw invalid("Empty", "The tag key is empty.");
  if ([...key].length > 127) throw invalid("LengthExceeded", `The tag key \`${key}\` is longer than 127 characters.`);
  if (!ALLOWED.test(key))
    throw invalid("CharacterIllegal", `The tag key \`${key}\` has a character that is not allowed.`);
  if (RESERVED.test(key)) {
    throw new ApiError("InvalidParameter.ReservedTagKey", `The tag key \`${key}\` begins with a reserved word.`);
  }
}

/** Validates a tag value. Throws the error codes of tag 2018-08-13 TagResources. */
export function checkTagValue(value: string): void {
  const invalid = (kind: string, text: string) => new ApiError(`InvalidParameterValue.TagValue${kind}`, text);
  if ([...value].length > 255) throw invalid("LengthExceeded", "A tag value is longer than 255 characters.");
  if (!ALLOWED.test(value))
    throw invalid("CharacterIllegal", `The tag value \`${value}\` has a character not allowed.`);
}

/** Throws `ApiError` if a list has more than 10 entries, or a key occurs twice. */
export function checkTagLists(resources: readonly string[], keys: readonly string[]): void {
  if (resources.length > 10) {
    throw new ApiError("LimitExceeded.ResourceNumPerRequest", "At most 10 resources can be given in one request.");
  }
  if (keys.length > 10) {
    throw new ApiError("LimitExceeded.TagNumPerRequest", "At most 10 tags can be given in one request.");
  }
  if (new Set(keys).size < keys.length) {
    throw new ApiError("InvalidParameterValue.TagKeyDuplicate", "A tag key is given twice.");
  }
}

/** The key of `World.resourceTags` for a function of SCF. */
export function resourceTagKey(uin: string, region: string, functionId: string): string {
  return `qcs::scf:${region}:uin/${uin}:lam/${functionId}`;
}

const SIX_PARTS = /^qcs::([a-z]*):([a-z0-9-]*):(?:uin\/(\d*))?:([^:/]+)\/([^:/]+)$/;

/** The image that a resource description names, or the failure for this resource. */
export type Target = { readonly image: StoredImage } | { readonly failed: FailedResource };

/**
 * Finds the image of `qcs::cvm:<region>:uin/<uin or empty>:image/<id>`. Throws `ApiError` if the
 * resource has another form or is not an image. If the image does not exist or belongs to another
 * account, only this resource fails.
 */
export function targetOf(world: World, account: Account, resource: string): Target {
  const parts = SIX_PARTS.exec(resource);
  if (parts === null) {
    throw new ApiError(
      "InvalidParameterValue.ResourceDescriptionError",
      `The resource \`${resource}\` does not have the form qcs::service:region:uin/account:prefix/id.`,
    );
  }
  const [, service, region = "", uin = "", prefix, imageId = ""] = parts;
  if (service !== "cvm" || prefix !== "image") {
    throw new ApiError(
      "InvalidParameter.UnsupportedService",
      `The emulator supports images only; \`${resource}\` does not have the form qcs::cvm:region:uin/account:image/id.`,
    );
  }
  const failed = (Code: string, Message: string): Target => ({ failed: { Resource: resource, Code, Message } });
  if (uin !== "" && uin !== account.uin) {
    return failed("AuthFailure.UnauthorizedOperation", "The resource belongs to another account.");
  }
  const image = world.images.has(region) ? visibleImage(world, account.uin, region, imageId) : undefined;
  if (image === undefined || image.owner !== account.uin) {
    return failed("ResourceNotFound", "The resource does not exist.");
  }
  return { image };
}
