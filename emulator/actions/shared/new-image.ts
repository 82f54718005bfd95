// Checks that CreateImage and ImportImage share.
import { ApiError, errors } from "../../errors.ts";
import type { Input } from "../../model/model.ts";
import { countCustomImages } from "../../world/inventory.ts";
import { checkTagKey, checkTagLists, checkTagValue } from "../../world/tags.ts";
import { quotaOf } from "../../world/world.ts";
import type { Call } from "./define-action.ts";
import { checkDescription, checkName, checkUnique } from "./image-names.ts";

/** Checks name, description, tags and quota of a new image. Returns its tags. Throws `ApiError`. */
export function checkNewImage(
  { world, account, region }: Call,
  params: { ImageName: string; ImageDescription?: string; TagSpecification?: Input<"cvm", "TagSpecification">[] },
): Record<string, string> {
  checkName(params.ImageName);
  checkDescription(params.ImageDescription);
  const specifications = params.TagSpecification ?? [];
  if (specifications.some((specification) => specification.ResourceType !== "image")) {
    throw errors.invalidValue("TagSpecification.ResourceType", "it must be `image`");
  }
  const tags = specifications.flatMap((specification) => specification.Tags);
  if (tags.length > 10) {
    throw new ApiError("InvalidParameterValue.TagQuotaLimitExceeded", "At most 10 tags can be given.");
  }
  checkTagLists(
    [],
    tags.map((tag) => tag.Key),
  );
  for (const { Key, Value } of tags) {
    checkTagKey(Key);
    checkTagValue(Value);
  }
  checkUnique(world, account.uin, region, params.ImageName);
  if (countCustomImages(world, account.uin, region) >= quotaOf(world, region)) {
    throw errors.quota(region, quotaOf(world, region));
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}
