// The action UnTagResources of Tag.
import { writeTags } from "../../world/image.ts";
import { checkTagKey, checkTagLists, type FailedResource, targetOf } from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";

/** Removes tags from images. Keys that an image does not have are ignored (tag 2018-08-13). */
export const unTagResources = defineAction(
  "tag",
  "UnTagResources",
  ({ world, account, touched }, { ResourceList: resources, TagKeys: keys }) => {
    checkTagLists(resources, keys);
    for (const key of keys) checkTagKey(key);
    const FailedResources: FailedResource[] = [];
    const at = world.workNow();
    const visibleFrom = at + world.switches.tagsVisibleAfterMs;
    for (const target of resources.map((resource) => targetOf(world, account, resource))) {
      if ("failed" in target) {
        FailedResources.push(target.failed);
        continue;
      }
      writeTags(
        target.image,
        keys.map((key) => ({ key, value: undefined, visibleFrom })),
        at,
      );
      touched.push({ region: target.image.region, imageId: target.image.imageId });
    }
    return { FailedResources };
  },
);
