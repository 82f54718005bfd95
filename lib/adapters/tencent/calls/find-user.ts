// Finds one user of images by its id: an instance, a launch template or a launch configuration.
import type {
  DescribeInstancesRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplateVersionsRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CloudError } from "../../../model/errors.ts";
import type { Cloud } from "../../../model/ports.ts";
import type { FindUser } from "../../../model/types.ts";
import { numberOf, record } from "../transport/answer.ts";
import type { Call } from "../transport/call.ts";
import { entries, imageIn } from "./image-usage.ts";
import type { Calls } from "./list-calls.ts";

type Named = ReturnType<typeof imageIn>;

/**
 * Makes the verb. It is not documented whether the API leaves out an unknown id or refuses it; both
 * mean that the region has none. Throws `CloudError` for any other failure.
 */
export function findUserOver({ repeated, timeoutMs }: Calls, familyImage: Cloud["familyImage"]): FindUser {
  const read = (call: Omit<Call, "timeoutMs">, list: string) =>
    repeated({ ...call, timeoutMs }, (answer) => entries(answer, list));

  async function named(region: string, id: string): Promise<readonly Named[] | undefined> {
    if (id.startsWith("ins-")) {
      const params: DescribeInstancesRequest = { InstanceIds: [id] };
      const [instance] = await read({ service: "cvm", action: "DescribeInstances", region, params }, "InstanceSet");
      return instance && [imageIn(instance, id)];
    }
    if (id.startsWith("asc-")) {
      const params = { LaunchConfigurationIds: [id] }; // as 2018-04-19, DescribeLaunchConfigurations
      const [configuration] = await read(
        { service: "as", action: "DescribeLaunchConfigurations", region, params },
        "LaunchConfigurationSet",
      );
      return configuration && [imageIn(configuration, id)];
    }
    const params: DescribeLaunchTemplatesRequest = { LaunchTemplateIds: [id] };
    const [template] = await read(
      { service: "cvm", action: "DescribeLaunchTemplates", region, params },
      "LaunchTemplateSet",
    );
    if (!template) return undefined;
    const numbers = ["DefaultVersionNumber", "LatestVersionNumber"].flatMap(
      (name) => numberOf(template[name], name) ?? [],
    );
    const chosen: DescribeLaunchTemplateVersionsRequest = {
      LaunchTemplateId: id,
      LaunchTemplateVersions: [...new Set(numbers)],
    };
    const versions = await read(
      { service: "cvm", action: "DescribeLaunchTemplateVersions", region, params: chosen },
      "LaunchTemplateVersionSet",
    );
    return versions.map((version) => imageIn(record(version["LaunchTemplateVersionData"], id), id));
  }

  return async (region, id) => {
    const found = await named(region, id).catch((error: unknown) => {
      if (error instanceof CloudError && UNKNOWN.test(error.code)) return undefined;
      throw error;
    });
    if (!found) return undefined;
    const imageIds: string[] = [];
    for (const { imageId, family } of found) {
      const current = imageId ?? (family === undefined ? undefined : await familyImage(region, family));
      if (current !== undefined && !imageIds.includes(current)) imageIds.push(current);
    }
    return { id, region, imageIds };
  };
}

const UNKNOWN = /(NotFound|NotExist(ed)?|Malformed)$/;
