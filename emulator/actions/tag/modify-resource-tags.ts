// The action ModifyResourceTags of Tag.
import { ApiError } from "../../errors.ts";
import { checkTagKey, checkTagValue, resourceTagKey, TAGS_PER_RESOURCE } from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";

const FUNCTION = /^qcs::scf:([a-z0-9-]+):(?:uin\/(\d*))?:lam\/([^:/]+)$/;

/** Adds, replaces and removes tags of a function of SCF, which need not exist. */
export const modifyResourceTags = defineAction("tag", "ModifyResourceTags", ({ world, account }, params) => {
  const { Resource: resource, ReplaceTags: added = [], DeleteTags: removed = [] } = params;
  const [, region, owner = "", id] = FUNCTION.exec(resource) ?? [];
  if (region === undefined || id === undefined || (owner || account.uin) !== account.uin) {
    throw new ApiError(
      "InvalidParameterValue.ResourceDescriptionError",
      `The emulator supports functions of the caller only; \`${resource}\` does not have the form qcs::scf:region::lam/id.`,
    );
  }
  for (const { TagKey, TagValue } of added) {
    checkTagKey(TagKey);
    checkTagValue(TagValue);
  }
  if (removed.some(({ TagKey }) => added.some((tag) => tag.TagKey === TagKey))) {
    throw new ApiError("InvalidParameterValue.DeleteTagsParamError", "A tag cannot be replaced and deleted at once.");
  }
  const key = resourceTagKey(account.uin, region, id);
  const tags = new Map(world.resourceTags.get(key));
  for (const { TagKey } of removed) tags.delete(TagKey);
  for (const { TagKey, TagValue } of added) tags.set(TagKey, TagValue);
  if (tags.size > TAGS_PER_RESOURCE) {
    throw new ApiError("LimitExceeded.ResourceAttachedTags", `A resource has at most ${TAGS_PER_RESOURCE} tags.`);
  }
  world.resourceTags.set(key, tags);
  return {};
});
