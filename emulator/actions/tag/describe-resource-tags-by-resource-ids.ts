// The action DescribeResourceTagsByResourceIds of Tag.
import { createHash } from "node:crypto";
import { ApiError } from "../../errors.ts";
import { resourceTagKey } from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Lists the tags of functions of SCF by their ids, which need not exist. */
export const describeResourceTagsByResourceIds = defineAction(
  "tag",
  "DescribeResourceTagsByResourceIds",
  ({ world, account }, params) => {
    const { ServiceType: service, ResourcePrefix: prefix, ResourceRegion: region, ResourceIds: ids } = params;
    const { Offset: offset = 0, Limit: limit = 15 } = params;
    if (service !== "scf") throw invalid("ServiceTypeInvalid", "ServiceType", "scf");
    if (prefix !== "lam") throw invalid("ResourcePrefixInvalid", "ResourcePrefix", "lam");
    if (!world.images.has(region)) throw invalid("RegionInvalid", "ResourceRegion", "a region");
    const all = ids.flatMap((id) =>
      [...(world.resourceTags.get(resourceTagKey(account.uin, region, id)) ?? [])].map(([key, value]) => ({
        TagKey: key,
        TagValue: value,
        ResourceId: id,
        TagKeyMd5: md5(key),
        TagValueMd5: md5(value),
        ServiceType: service,
        Category: "Custom",
      })),
    );
    return { TotalCount: all.length, Offset: offset, Limit: limit, Tags: all.slice(offset, offset + limit) };
  },
);

function invalid(code: string, name: string, allowed: string): ApiError {
  return new ApiError(`InvalidParameterValue.${code}`, `\`${name}\` must be ${allowed} in the emulator.`);
}
