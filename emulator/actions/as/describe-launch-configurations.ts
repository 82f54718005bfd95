// The action DescribeLaunchConfigurations of Auto Scaling.
import { blank } from "../../model/blank.ts";
import { usersOf } from "../../world/image-users.ts";
import { defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { type Listing, MATCHES_NOTHING, pageOf, selectItems } from "../shared/pagination.ts";

/** The filters of product documentation 377/20445; the codes are those of the vendor's Go SDK. */
const LISTING: Listing = {
  filters: {
    "launch-configuration-id": ({ id }, value) => id === value,
    "launch-configuration-name": ({ name }, value) => name === value,
    "vague-launch-configuration-name": ({ name }, value) => name.includes(value),
    "tag-key": MATCHES_NOTHING,
    "tag-value": MATCHES_NOTHING,
  },
  idForm: /^asc-[0-9a-z]{8}$/,
  codes: {
    both: "InvalidParameterConflict",
    malformedId: "InvalidParameterValue.InvalidLaunchConfigurationId",
    tooManyIds: "InvalidParameterValue.TooLong",
    unknownFilter: "InvalidParameterValue.InvalidFilter",
    tooManyValues: "InvalidParameterValue.TooLong",
  },
};

/**
 * Lists launch configurations of Auto Scaling. Each starts instances from an image, or from a
 * family's image.
 */
export const describeLaunchConfigurations = defineAction(
  "as",
  "DescribeLaunchConfigurations",
  ({ world, account, region }, { LaunchConfigurationIds: ids, Filters: filters, Offset, Limit }) => {
    const all = usersOf(world, account.uin, region, "launch-configuration");
    const matching = selectItems(all, { ids, filters }, LISTING);
    return {
      TotalCount: matching.length,
      LaunchConfigurationSet: pageOf(matching, Offset, Limit).map((one) => ({
        ...blank("as", "LaunchConfiguration"),
        LaunchConfigurationId: one.id,
        LaunchConfigurationName: one.name,
        ImageId: one.imageIds[0] ?? "",
        ImageFamily: one.imageFamily,
        LaunchConfigurationStatus: "NORMAL",
        CreatedTime: isoTime(one.createdAt),
      })),
    };
  },
);
