// The action TagResources of Tag.
import { ApiError } from "../../errors.ts";
import { progressOf, tagsOf, writeTags } from "../../world/image.ts";
import {
  checkTagKey,
  checkTagLists,
  checkTagValue,
  type FailedResource,
  TAGS_PER_RESOURCE,
  targetOf,
} from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";

/** Adds or replaces tags of images. A failed image does not affect the others (tag 2018-08-13). */
export const tagResources = defineAction(
  "tag",
  "TagResources",
  ({ world, account, touched }, { ResourceList: resources, Tags: tags }) => {
    checkTagLists(
      resources,
      tags.map((tag) => tag.TagKey),
    );
    for (const { TagKey, TagValue } of tags) {
      checkTagKey(TagKey);
      checkTagValue(TagValue);
    }
    const targets = resources.map((resource) => ({ resource, target: targetOf(world, account, resource) }));
    const at = world.workNow();
    const isRejected = (target: (typeof targets)[number]["target"]) =>
      "image" in target &&
      world.switches.tagWhileSyncing !== "allowed" &&
      progressOf(target.image, at).state === "SYNCING";
    const busy = { Code: "FailedOperation.ResourceTagProcessing", Message: "The resource cannot be tagged right now." };
    if (world.switches.tagWhileSyncing === "error" && targets.some(({ target }) => isRejected(target))) {
      throw new ApiError(busy.Code, busy.Message);
    }

    const FailedResources: FailedResource[] = [];
    for (const { resource, target } of targets) {
      if ("failed" in target) {
        FailedResources.push(target.failed);
      } else if (isRejected(target)) {
        FailedResources.push({ Resource: resource, ...busy });
      } else if (new Set([...tagsOf(target.image).keys(), ...tags.map((t) => t.TagKey)]).size > TAGS_PER_RESOURCE) {
        const Message = `A resource has at most ${TAGS_PER_RESOURCE} tags.`;
        FailedResources.push({ Resource: resource, Code: "LimitExceeded.ResourceAttachedTags", Message });
      } else {
        const visibleFrom = at + world.switches.tagsVisibleAfterMs;
        writeTags(
          target.image,
          tags.map(({ TagKey: key, TagValue: value }) => ({ key, value, visibleFrom })),
          at,
        );
        touched.push({ region: target.image.region, imageId: target.image.imageId });
      }
    }
    return { FailedResources };
  },
);
