// The action DescribeLaunchConfigurations of Auto Scaling.
import { usersOf } from "../../world/image-users.ts";
import { defineAction } from "../shared/define-action.ts";
import { isoTime } from "../shared/image-view.ts";
import { type Listing, MATCHES_NOTHING, pageOf, selectItems } from "../shared/pagination.ts";
import { integer, required, string, strings } from "../shared/parameters.ts";

/**
 * as 2018-04-19 (product documentation 377/20445, and as/v20180419 of the vendor's Go SDK). The
 * vendor's typed package is not installed, so these are the relevant fields only; the real response
 * has more.
 */
interface Request {
  LaunchConfigurationIds?: string[];
  Filters?: { Name: string; Values: string[] }[];
  Limit?: number;
  Offset?: number;
}

interface Response {
  TotalCount?: number;
  LaunchConfigurationSet?: {
    LaunchConfigurationId?: string;
    LaunchConfigurationName?: string;
    ImageId?: string;
    ImageFamily?: string;
    LaunchConfigurationStatus?: string;
    CreatedTime?: string;
  }[];
  RequestId?: string;
}

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
export const describeLaunchConfigurations = defineAction<Request, Response>({
  service: "as",
  version: "2018-04-19",
  regional: true,
  name: "DescribeLaunchConfigurations",
  write: false,
  rules: {
    LaunchConfigurationIds: strings,
    Filters: {
      type: "array",
      items: { type: "object", fields: { Name: required(string), Values: required(strings) } },
    },
    Limit: integer,
    Offset: integer,
  },
  run({ world, account, region }, { LaunchConfigurationIds: ids, Filters: filters, Offset, Limit }) {
    const all = usersOf(world, account.uin, region, "launch-configuration");
    const matching = selectItems(all, { ids, filters }, LISTING);
    return {
      TotalCount: matching.length,
      LaunchConfigurationSet: pageOf(matching, Offset, Limit).map((one) => ({
        LaunchConfigurationId: one.id,
        LaunchConfigurationName: one.name,
        ImageId: one.imageIds[0] ?? "",
        ImageFamily: one.imageFamily,
        LaunchConfigurationStatus: "NORMAL",
        CreatedTime: isoTime(one.createdAt),
      })),
    };
  },
});
