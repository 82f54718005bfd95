// The action DescribeLaunchTemplates.
import { usersOf } from "../../world/image-users.ts";
import { defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { type Listing, MATCHES_NOTHING, pageOf, selectItems } from "../shared/pagination.ts";

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
export const describeLaunchTemplates = defineAction(
  "cvm",
  "DescribeLaunchTemplates",
  ({ world, account, region }, { LaunchTemplateIds: ids, Filters: filters, Offset, Limit }) => {
    const all = usersOf(world, account.uin, region, "launch-template");
    const matching = selectItems(all, { ids, filters }, LISTING);
    return {
      TotalCount: matching.length,
      LaunchTemplateSet: pageOf(matching, Offset, Limit).map(
        ({ id, name, imageIds, defaultVersion, owner, createdAt }) => ({
          LatestVersionNumber: imageIds.length,
          LaunchTemplateId: id,
          LaunchTemplateName: name,
          DefaultVersionNumber: defaultVersion,
          LaunchTemplateVersionCount: imageIds.length,
          CreatedBy: owner,
          CreationTime: isoTime(createdAt),
        }),
      ),
    };
  },
);
