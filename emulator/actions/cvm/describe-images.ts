// The action DescribeImages and its filters.
import { ApiError, errors } from "../../errors.ts";
import type { Input } from "../../model/model.ts";
import { type StoredImage, tagsOf } from "../../world/image.ts";
import { visibleImages } from "../../world/inventory.ts";
import type { World } from "../../world/types.ts";
import { defineAction } from "../shared/define-action.ts";
import { checkImageIds, imageType, viewImage } from "../shared/image-view.ts";

/**
 * Lists images. Limits: 100 ids, 10 filters with 5 values each, and `Limit` up to 100 (default 20).
 */
export const describeImages = defineAction(
  "cvm",
  "DescribeImages",
  (
    { world, account, region },
    { ImageIds: ids = [], Filters: filters = [], Offset: offset = 0, Limit: limit = 20 },
  ) => {
    if (ids.length > 0 && filters.length > 0) {
      throw new ApiError(
        "InvalidParameter.InvalidParameterCoexistImageIdsFilters",
        "The parameters `ImageIds` and `Filters` cannot be used together.",
      );
    }
    if (ids.length > 100) throw errors.tooManyValues("ImageIds", 100);
    checkImageIds(ids);
    if (offset < 0) throw errors.invalidValue("Offset", "it must be 0 or more");
    if (limit < 1 || limit > 100) {
      throw new ApiError("InvalidParameterValue.InvalidParameterValueLimit", "The `Limit` must be from 1 to 100.");
    }
    const tests = filters.map((filter) => filterTest(world, account.uin, filter));
    if (filters.length > 10) throw errors.tooManyValues("Filters", 10);

    const visible = visibleImages(world, account.uin, region);
    if (ids.length > 0 && world.switches.unknownIdInDescribe === "error") {
      const unknown = ids.filter((id) => !visible.some((image) => image.imageId === id));
      if (unknown.length > 0) throw errors.imageNotFound(unknown);
    }
    const matching = visible.filter(
      (image) => (ids.length === 0 || ids.includes(image.imageId)) && tests.every((test) => test(image)),
    );
    const sign = world.switches.describeOrder === "newest" ? -1 : 1;
    matching.sort((a, b) => sign * (a.createdAt - b.createdAt || a.serial - b.serial));
    return {
      ImageSet: matching.slice(offset, offset + limit).map((image) => viewImage(world, account.uin, image)),
      TotalCount: matching.length,
    };
  },
);

/**
 * The test of one filter: any of its values must match. Names and platforms match on substrings.
 */
function filterTest(
  world: World,
  account: string,
  { Name: name, Values: values }: Input<"cvm", "Filter">,
): (i: StoredImage) => boolean {
  if (values.length === 0) throw errors.invalidValue("Filters.Values", `filter ${name} has no values`);
  if (values.length > 5) {
    throw new ApiError("InvalidFilterValue.LimitExceeded", `The filter \`${name}\` takes at most 5 values.`);
  }
  const contains = (text: string) => values.some((value) => text.toLowerCase().includes(value.toLowerCase()));
  const tags = (image: StoredImage) =>
    image.owner === account || world.switches.sharedImageTagsVisible === "yes"
      ? tagsOf(image, world.workNow())
      : new Map<string, string>();
  switch (name) {
    case "image-id":
      return (image) => values.includes(image.imageId);
    case "image-type":
      return (image) => values.includes(imageType(image, account));
    case "image-name":
      return (image) => contains(image.name);
    case "platform":
      return (image) => contains(image.platform);
    case "tag-key":
      return (image) => values.some((value) => tags(image).has(value));
    case "tag-value":
      return (image) => [...tags(image).values()].some((value) => values.includes(value));
    case "dedicated-cluster-id":
    case "cdc-cache-status":
      return () => false;
  }
  if (name.startsWith("tag:")) {
    const key = name.slice("tag:".length);
    return (image) => values.includes(tags(image).get(key) ?? "") && tags(image).has(key);
  }
  throw new ApiError("InvalidFilter", `The filter \`${name}\` does not exist.`);
}
