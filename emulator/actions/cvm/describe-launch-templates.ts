import type {
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { usersOf } from "../../world/image-users.ts";
import { CVM, defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { chosen, type Listing, NOTHING, pageOf } from "../shared/pagination.ts";
import { integer, required, string, strings } from "../shared/parameters.ts";

const LISTING: Listing = {
  filters: {
    LaunchTemplateName: ({ name }, value) => name === value,
    "tag-key": NOTHING,
    "tag-value": NOTHING,
  },
  idForm: /^lt-[0-9a-z]{8}$/,
  codes: {
    both: "InvalidParameter",
    malformedId: "InvalidParameterValue.LaunchTemplateIdMalformed",
    tooManyIds: "InvalidParameter",
    unknownFilter: "InvalidFilter",
    tooManyValues: "InvalidFilterValue.LimitExceeded",
  },
};

/** Launch templates, without their versions. An id that does not exist is left out. */
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
  run({ world, account, region }, { LaunchTemplateIds: ids, Filters: filters, Offset, Limit }) {
    const all = usersOf(world, account.uin, region, "launch-template");
    const found = chosen(all, { ids, filters }, LISTING);
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
