// The action GetResources of Tag.
import { ApiError, errors } from "../../errors.ts";
import { tagsOf } from "../../world/image.ts";
import { visibleImages } from "../../world/inventory.ts";
import { targetOf } from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";

/**
 * Lists the caller's tagged images in all regions. New tags are visible at once, unlike in
 * DescribeImages.
 */
export const getResources = defineAction("tag", "GetResources", ({ world, account }, params) => {
  const { ResourceList: resources = [], TagFilters: filters = [], PaginationToken: token = "" } = params;
  const maxResults = params.MaxResults ?? 50;
  if (maxResults < 1 || maxResults > 200) throw errors.invalidValue("MaxResults", "it must be from 1 to 200");
  if (resources.length > 10) {
    throw new ApiError("LimitExceeded.ResourceNumPerRequest", "At most 10 resources can be given in one request.");
  }
  if (filters.length > 6) throw errors.invalidValue("TagFilters", "at most 6 can be given");
  if (filters.some((filter) => (filter.TagValue ?? []).length > 10)) {
    throw errors.invalidValue("TagFilters.TagValue", "at most 10 values can be given");
  }
  const decoded = token === "" ? "0" : Buffer.from(token, "base64url").toString();
  if (!/^\d{1,9}$/.test(decoded)) {
    throw new ApiError("InvalidParameter.PaginationTokenInvalid", "The `PaginationToken` is not one of this action.");
  }
  const offset = Number(decoded);

  const images =
    resources.length > 0
      ? resources.flatMap((resource) => {
          const target = targetOf(world, account, resource);
          return "image" in target ? [target.image] : [];
        })
      : world.config.regions
          .flatMap((region) => visibleImages(world, account.uin, region.id))
          .filter((image) => image.owner === account.uin)
          .sort((a, b) => a.serial - b.serial);
  const matching = images.filter((image) => {
    const tags = tagsOf(image);
    if (tags.size === 0) return false;
    return filters.every(({ TagKey: key, TagValue: values = [] }) => {
      const value = tags.get(key);
      return value !== undefined && (values.length === 0 || values.includes(value));
    });
  });
  const end = resources.length > 0 ? matching.length : offset + maxResults;
  return {
    PaginationToken: end < matching.length ? Buffer.from(String(end)).toString("base64url") : "",
    ResourceTagMappingList: matching.slice(offset, end).map((image) => ({
      Resource: `qcs::cvm:${image.region}:uin/${image.owner}:image/${image.imageId}`,
      Tags: [...tagsOf(image)].map(([TagKey, TagValue]) => ({ TagKey, TagValue, Category: "Custom" })),
    })),
  };
});
