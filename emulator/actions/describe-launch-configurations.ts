import { defineAction } from "../action.ts";
import { isoTime } from "../image-view.ts";
import { chosen, pageOf } from "../page.ts";
import { usersOf } from "../users.ts";
import { integer, required, string, strings } from "../validate.ts";

/** as 2018-04-19, documents 377/20445. The vendor's typed package is not at hand, so these are the fields that matter here. */
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

/** Launch configurations of Auto Scaling: each starts instances from an image, or from whatever a family points to. */
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
  run({ world, account, region }, { LaunchConfigurationIds: ids = [], Filters: filters = [], Offset, Limit }) {
    const all = usersOf(world, account.uin, region, "launch-configuration");
    const found = chosen(all, ids, filters, "launch-configuration-name");
    return {
      TotalCount: found.length,
      LaunchConfigurationSet: pageOf(found, Offset, Limit).map((one) => ({
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
