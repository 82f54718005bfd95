// The action DescribeLaunchTemplates.
import type {
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResponse,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { usersOf } from "../../world/image-users.ts";
import { CVM, defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { type Listing, MATCHES_NOTHING, pageOf, selectItems } from "../shared/pagination.ts";
import { integer, required, string, strings } from "../shared/parameters.ts";

const LISTING: Listing = {
  filters: {
    LaunchTemplateName: ({ name }, value) => name === value,
    "tag-key": MATCHES_NOTHING,
    "tag-value": MATCHES_NOTHING,
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

/** Lists launch templates without their versions. Ids that do not exist are left out. */
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
    const matching = selectItems(all, { ids, filters }, LISTING);
    return {
      TotalCount: matching.length,
      LaunchTemplateSet: pageOf(matching, Offset, Limit).map(({ id, name, imageIds, owner, createdAt }) => ({
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
