import type {
  DescribeInstancesRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplateVersionsRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import type { Cloud } from "../../../model/ports.ts";
import { AnswerError, type Json, listOf, numberOf, record, textOf } from "../transport/answer.ts";
import type { Call } from "../transport/call.ts";
import { cloudError } from "../transport/transport.ts";
import { type Calls, wholeList } from "./list-calls.ts";

/** Something that runs from an image, or will start from one. */
interface User {
  /** Tells users of one list apart. */
  readonly mark: string;
  /** For a person, e.g. `instance ins-1a2b3c4d`. */
  readonly what: string;
  readonly imageId?: string;
  /** In place of an image: the family whose image it will start from. */
  readonly family?: string;
}

/**
 * Makes the verb `uses`. No API answers who uses an image (DescribeInstances has no such filter), so everything that may
 * is read. What this does not see would be deleted under its user: whatever cannot be read whole, or is not understood,
 * throws.
 */
export function usesOver(calls: Calls, familyImage: Cloud["familyImage"]): Cloud["uses"] {
  return async (region, imageIds) => {
    const users = new Map(imageIds.map((id): [string, string[]] => [id, []]));
    if (users.size === 0) return new Map();
    const families = new Map<string, string | undefined>();
    const imageOf = async ({ imageId, family }: User): Promise<string | undefined> => {
      if (imageId || !family) return imageId;
      if (!families.has(family)) families.set(family, await familyImage(region, family));
      return families.get(family);
    };
    // One after the other, so that when one fails no other goes on behind the caller's back.
    for (const read of [instances, launchTemplates, launchConfigurations]) {
      for (const user of await read(calls, region)) users.get((await imageOf(user)) ?? "")?.push(user.what);
    }
    return new Map(
      [...users].flatMap(([id, [first, ...more]]): [string, string][] =>
        first === undefined ? [] : [[id, more.length === 0 ? first : `${first} and ${more.length} more`]],
      ),
    );
  };
}

async function instances(calls: Calls, region: string): Promise<User[]> {
  const params: DescribeInstancesRequest = {};
  const call = describe(calls, "DescribeInstances", region, params);
  return await wholeList(calls, call, "instances", (answer) =>
    entries(answer, "InstanceSet").map((instance) => {
      const id = idIn(instance, "InstanceId");
      return { mark: id, what: `instance ${id}`, ...imageIn(instance, id) };
    }),
  );
}

async function launchTemplates(calls: Calls, region: string): Promise<User[]> {
  const params: DescribeLaunchTemplatesRequest = {};
  const call = describe(calls, "DescribeLaunchTemplates", region, params);
  const templates = await wholeList(calls, call, "launch templates", (answer) =>
    entries(answer, "LaunchTemplateSet").map((template) => {
      const id = idIn(template, "LaunchTemplateId");
      const latest = numberOf(template["LatestVersionNumber"], `${id}: LatestVersionNumber`);
      if (latest === undefined) throw new AnswerError(`${id}: LatestVersionNumber is absent`);
      return { mark: id, latest, count: numberOf(template["LaunchTemplateVersionCount"], `${id}: versions`) };
    }),
  );
  const users: User[] = [];
  for (const template of templates) users.push(...(await versions(calls, region, template)));
  return users;
}

async function versions(
  calls: Calls,
  region: string,
  { mark: id, latest, count = 1 }: { mark: string; latest: number; count?: number | undefined },
): Promise<User[]> {
  // Without a range the API shows versions 0 to 30.
  const params: DescribeLaunchTemplateVersionsRequest = { LaunchTemplateId: id, MinVersion: 0, MaxVersion: latest };
  const call = describe(calls, "DescribeLaunchTemplateVersions", region, params);
  const what = `versions of launch template ${id}`;
  const all = await wholeList(calls, call, what, (answer) =>
    entries(answer, "LaunchTemplateVersionSet").map((version) => {
      const number = numberOf(version["LaunchTemplateVersion"], `${id}: LaunchTemplateVersion`);
      if (number === undefined) throw new AnswerError(`${id}: LaunchTemplateVersion is absent`);
      const data = record(version["LaunchTemplateVersionData"], `${id}: LaunchTemplateVersionData`);
      return { mark: `${number}`, what: `launch template ${id} version ${number}`, ...imageIn(data, id) };
    }),
  );
  if (all.length < count)
    throw cloudError(call, { code: "Unstable", text: `${all.length} of ${count} ${what}` }, "none");
  return all;
}

// as 2018-04-19, DescribeLaunchConfigurations: pages of up to 100, as those of cvm
async function launchConfigurations(calls: Calls, region: string): Promise<User[]> {
  const call: Call = { ...describe(calls, "DescribeLaunchConfigurations", region, {}), service: "as" };
  return await wholeList(calls, call, "launch configurations", (answer) =>
    entries(answer, "LaunchConfigurationSet").map((configuration) => {
      const id = idIn(configuration, "LaunchConfigurationId");
      return { mark: id, what: `launch configuration ${id}`, ...imageIn(configuration, id) };
    }),
  );
}

const describe = ({ timeoutMs }: Calls, action: string, region: string, params: object): Call => ({
  service: "cvm",
  action,
  region,
  params,
  timeoutMs,
});

const entries = (answer: Json, name: string): Json[] => listOf(answer[name], name).map((entry) => record(entry, name));

function idIn(entry: Json, name: string): string {
  const id = textOf(entry[name], name);
  if (!id) throw new AnswerError(`${name} is absent`);
  return id;
}

function imageIn(entry: Json, id: string): Pick<User, "imageId" | "family"> {
  const imageId = textOf(entry["ImageId"], `${id}: ImageId`);
  const family = textOf(entry["ImageFamily"], `${id}: ImageFamily`);
  return { ...(imageId ? { imageId } : {}), ...(family ? { family } : {}) };
}
