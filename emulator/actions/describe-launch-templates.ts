import type {
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CVM, defineAction } from "../action.ts";
import { isoTime } from "../image-view.ts";
import { chosen, pageOf } from "../page.ts";
import { usersOf } from "../users.ts";
import { integer, required, string, strings } from "../validate.ts";

/** Launch templates, without their versions. */
export const describeLaunchTemplates = defineAction<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResponse>({
  ...CVM,
  name: "DescribeLaunchTemplates",
  write: false,
  rules: {
    LaunchTemplateIds: strings,
    Filters: {
      type: "array",
      items: { type: "object", fields: { Name: required(string), Values: required(strings) } },
    },
    Offset: integer,
    Limit: integer,
  },
  run({ world, account, region }, { LaunchTemplateIds: ids = [], Filters: filters = [], Offset, Limit }) {
    const all = usersOf(world, account.uin, region, "launch-template");
    const found = chosen(all, ids, filters, "LaunchTemplateName");
    return {
      TotalCount: found.length,
      LaunchTemplateSet: pageOf(found, Offset, Limit).map(({ id, name, imageIds, owner, createdAt }) => ({
        LatestVersionNumber: imageIds.length,
        LaunchTemplateId: id,
        LaunchTemplateName: name,
        DefaultVersionNumber: 1,
        LaunchTemplateVersionCount: imageIds.length,
        CreatedBy: owner,
        CreationTime: isoTime(createdAt),
      })),
    };
  },
});
