// Finds the users of images: instances, launch templates and launch configurations.
import type {
  DescribeInstancesRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplateVersionsRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { TemplateVersions } from "../../../model/policy.ts";
import type { Cloud } from "../../../model/ports.ts";
import { absent, type Json, listOf, numberOf, record, textOf } from "../transport/answer.ts";
import type { Call } from "../transport/call.ts";
import { cloudError } from "../transport/transport.ts";
import { type Calls, readWholeList } from "./list-calls.ts";

/** An instance that runs from an image, or a template that will start one. */
interface User {
  /** Distinguishes the users of one list. */
  readonly mark: string;
  /** For messages, e.g. `instance ins-1a2b3c4d`. */
  readonly label: string;
  readonly imageId?: string;
  /** In place of an image: the family whose current image the user will start from. */
  readonly family?: string;
}

/**
 * Makes the verb `uses`. No API lists the users of an image (DescribeInstances has no such filter),
 * so all instances, launch templates and launch configurations of the region are read. An image
 * whose user is missed could be deleted, so a list that is incomplete or not understood throws.
 */
export function usesOver(calls: Calls, familyImage: Cloud["familyImage"]): Cloud["uses"] {
  return async (region, imageIds, templateVersions) => {
    const users = new Map(imageIds.map((id): [string, string[]] => [id, []]));
    if (users.size === 0) return new Map();
    const families = new Map<string, string | undefined>();
    const imageOf = async ({ imageId, family }: User): Promise<string | undefined> => {
      if (imageId || !family) return imageId;
      if (!families.has(family)) families.set(family, await familyImage(region, family));
      return families.get(family);
    };
    // One after the other, so that no read goes on after another has failed.
    for (const read of [instances, launchTemplates, launchConfigurations]) {
      for (const user of await read(calls, region, templateVersions))
        users.get((await imageOf(user)) ?? "")?.push(user.label);
    }
    return new Map(
      [...users].flatMap(([id, [first, ...more]]): [string, string][] =>
        first === undefined
          ? []
          : [[id, more.length ? cloudDetail("and-more", { first, more: more.length }).text : first]],
      ),
    );
  };
}

async function instances(calls: Calls, region: string): Promise<User[]> {
  const params: DescribeInstancesRequest = {};
  const call = describe(calls, "DescribeInstances", region, params);
  return await readWholeList(calls, call, "instances", (answer) =>
    entries(answer, "InstanceSet").map((instance) => {
      const id = idIn(instance, "InstanceId");
      return { mark: id, label: cloudDetail("instance", { id }).text, ...imageIn(instance, id) };
    }),
  );
}

/**
 * The versions of launch templates. With `default`, those older than the default version of their
 * template do not count; where the cloud names no default version, all of them count.
 */
async function launchTemplates(calls: Calls, region: string, counted: TemplateVersions): Promise<User[]> {
  const params: DescribeLaunchTemplatesRequest = {};
  const call = describe(calls, "DescribeLaunchTemplates", region, params);
  const templates = await readWholeList(calls, call, "launch templates", (answer) =>
    entries(answer, "LaunchTemplateSet").map((template) => {
      const id = idIn(template, "LaunchTemplateId");
      const latest = numberOf(template["LatestVersionNumber"], `${id}: LatestVersionNumber`);
      if (latest === undefined) throw absent(`${id}: LatestVersionNumber`);
      const preset = numberOf(template["DefaultVersionNumber"], `${id}: DefaultVersionNumber`);
      const oldest = counted === "default" ? (preset ?? 0) : 0;
      return { mark: id, latest, oldest, count: numberOf(template["LaunchTemplateVersionCount"], `${id}: versions`) };
    }),
  );
  const users: User[] = [];
  for (const template of templates) users.push(...(await versions(calls, region, template)));
  return users;
}

async function versions(
  calls: Calls,
  region: string,
  { mark: id, latest, oldest, count = 1 }: { mark: string; latest: number; oldest: number; count?: number | undefined },
): Promise<User[]> {
  // Without a range the API lists versions 0 to 30 only.
  const params: DescribeLaunchTemplateVersionsRequest = { LaunchTemplateId: id, MinVersion: 0, MaxVersion: latest };
  const call = describe(calls, "DescribeLaunchTemplateVersions", region, params);
  const list = `versions of launch template ${id}`;
  const all = await readWholeList(calls, call, list, (answer) =>
    entries(answer, "LaunchTemplateVersionSet").map((version) => {
      const number = numberOf(version["LaunchTemplateVersion"], `${id}: LaunchTemplateVersion`);
      if (number === undefined) throw absent(`${id}: LaunchTemplateVersion`);
      const data = record(version["LaunchTemplateVersionData"], `${id}: LaunchTemplateVersionData`);
      const label = cloudDetail("launch-template-version", { id, version: number }).text;
      return { mark: `${number}`, number, label, ...imageIn(data, id) };
    }),
  );
  if (all.length < count) {
    const { text } = cloudDetail("list-short", { read: all.length, total: count, list });
    throw cloudError(call, { code: "Unstable", text }, "none");
  }
  return all.filter(({ number }) => number >= oldest);
}

// as 2018-04-19, DescribeLaunchConfigurations: pages of up to 100, as in cvm
async function launchConfigurations(calls: Calls, region: string): Promise<User[]> {
  const call: Call = { ...describe(calls, "DescribeLaunchConfigurations", region, {}), service: "as" };
  return await readWholeList(calls, call, "launch configurations", (answer) =>
    entries(answer, "LaunchConfigurationSet").map((configuration) => {
      const id = idIn(configuration, "LaunchConfigurationId");
      return { mark: id, label: cloudDetail("launch-configuration", { id }).text, ...imageIn(configuration, id) };
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

/** The entries of a list in an answer. */
export const entries = (answer: Json, name: string): Json[] =>
  listOf(answer[name], name).map((entry) => record(entry, name));

function idIn(entry: Json, name: string): string {
  const id = textOf(entry[name], name);
  if (!id) throw absent(name);
  return id;
}

/** The image or the family that a user of images names. */
export function imageIn(entry: Json, id: string): Pick<User, "imageId" | "family"> {
  const imageId = textOf(entry["ImageId"], `${id}: ImageId`);
  const family = textOf(entry["ImageFamily"], `${id}: ImageFamily`);
  return { ...(imageId ? { imageId } : {}), ...(family ? { family } : {}) };
}
