// Instances, launch templates and launch configurations in the emulator.
import { describe, expect, it } from "vitest";
import {
  makeInstances,
  makeLaunchConfiguration,
  makeLaunchTemplate,
  makeUser,
  removeUser,
} from "../../emulator/world/image-users.ts";
import { type Bench, bench, caught, GOLDEN, MAIN } from "./support.ts";

const HOME = "ap-guangzhou";
const IMAGE = "img-aaaaaaaa";
const OTHER = "img-bbbbbbbb";

interface Listed {
  readonly TotalCount: number;
  readonly InstanceSet: readonly { readonly InstanceId: string; readonly ImageId: string }[];
  readonly LaunchTemplateSet: readonly object[];
  readonly LaunchTemplateVersionSet: readonly {
    readonly LaunchTemplateVersion: number;
    readonly LaunchTemplateVersionData: { readonly ImageId: string };
  }[];
  readonly LaunchConfigurationSet: readonly object[];
}

const list = (b: Bench, action: string, params: object = {}, options: Parameters<Bench["call"]>[2] = {}): Listed =>
  b.call(action, params, { service: action === "DescribeLaunchConfigurations" ? "as" : "cvm", ...options }) as never;
const refusal = (b: Bench, action: string, params: object) =>
  b.refusal(action, params, { service: action === "DescribeLaunchConfigurations" ? "as" : "cvm" });

const LISTS = [
  ["DescribeInstances", "InstanceIds", "ins-00000000"],
  ["DescribeLaunchTemplates", "LaunchTemplateIds", "lt-00000000"],
  ["DescribeLaunchConfigurations", "LaunchConfigurationIds", "asc-00000000"],
] as const;

/** Creates 25 of each kind, all with the same image. */
function benchWithUsers(): Bench {
  const b = bench();
  makeInstances(b.world, { region: HOME, imageId: IMAGE, name: "web", count: 25 });
  for (let i = 1; i <= 25; i += 1) {
    makeLaunchTemplate(b.world, { region: HOME, imageIds: [IMAGE], name: `web-${i}` });
    makeLaunchConfiguration(b.world, { region: HOME, imageId: IMAGE, name: `web-${i}` });
  }
  return b;
}

describe("image users", () => {
  it("shows an instance with its image, and empty values for fields that the emulator does not model", () => {
    const b = bench();
    const [instance] = makeInstances(b.world, { region: HOME, imageId: IMAGE, name: "web" });
    expect(list(b, "DescribeInstances").InstanceSet).toMatchObject([
      {
        InstanceId: instance?.id,
        InstanceName: "web",
        ImageId: IMAGE,
        InstanceState: "RUNNING",
        CreatedTime: "2026-01-15T08:00:00Z",
        Placement: { Zone: "ap-guangzhou-1" },
        Tags: [],
        OsName: "",
        LatestOperation: null,
      },
    ]);
  });

  it("shows a launch template, and the image of each version", () => {
    const b = bench();
    const { id } = makeLaunchTemplate(b.world, { region: HOME, imageIds: [IMAGE, OTHER], name: "web" });
    expect(list(b, "DescribeLaunchTemplates").LaunchTemplateSet).toMatchObject([
      {
        LaunchTemplateId: id,
        LaunchTemplateName: "web",
        LatestVersionNumber: 2,
        LaunchTemplateVersionCount: 2,
        CreatedBy: MAIN.uin,
      },
    ]);
    const { LaunchTemplateVersionSet: versions } = list(b, "DescribeLaunchTemplateVersions", { LaunchTemplateId: id });
    expect(versions).toMatchObject([
      { LaunchTemplateVersion: 1, IsDefaultVersion: true, LaunchTemplateVersionData: { ImageId: IMAGE } },
      { LaunchTemplateVersion: 2, IsDefaultVersion: false, LaunchTemplateVersionData: { ImageId: OTHER } },
    ]);
    expect(versions[0]).toMatchObject({ CreatedBy: MAIN.appId });
  });

  it("shows a launch configuration with an image or a family, and rejects both or neither", () => {
    const b = bench();
    makeLaunchConfiguration(b.world, { region: HOME, imageId: IMAGE });
    makeLaunchConfiguration(b.world, { region: HOME, imageFamily: "golden" });
    expect(list(b, "DescribeLaunchConfigurations").LaunchConfigurationSet).toMatchObject([
      { ImageId: IMAGE, ImageFamily: "", LaunchConfigurationStatus: "NORMAL" },
      { ImageId: "", ImageFamily: "golden" },
    ]);
    for (const order of [{}, { imageId: IMAGE, imageFamily: "golden" }])
      expect(() => makeLaunchConfiguration(b.world, { region: HOME, ...order })).toThrow("exactly one");
    expect(() => makeLaunchTemplate(b.world, { region: HOME, imageIds: [] })).toThrow("at least one version");
  });

  it("are visible to their account in their region only, until they are removed", () => {
    const b = benchWithUsers();
    for (const [action] of LISTS) {
      expect(list(b, action).TotalCount).toBe(25);
      expect(list(b, action, {}, { account: GOLDEN }).TotalCount).toBe(0);
      expect(list(b, action, {}, { region: "ap-beijing" }).TotalCount).toBe(0);
    }
    makeInstances(b.world, { region: "ap-beijing", imageId: IMAGE, account: GOLDEN.uin });
    expect(list(b, "DescribeInstances", {}, { account: GOLDEN, region: "ap-beijing" }).TotalCount).toBe(1);
    for (const { region, id } of [...b.world.users]) removeUser(b.world, region, id);
    for (const [action] of LISTS) expect(list(b, action).TotalCount).toBe(0);
    expect(() => removeUser(b.world, HOME, "ins-00000000")).toThrow(
      "no instance, launch template or launch configuration in ap-guangzhou has the id",
    );
    expect(() => makeInstances(b.world, { region: "ap-atlantis", imageId: IMAGE })).toThrow(
      "region: ap-atlantis does not exist",
    );
    const unknownAccount = { kind: "instance", region: HOME, imageIds: [IMAGE], account: "1" } as const;
    expect(() => makeUser(b.world, unknownAccount)).toThrow("account: 1 does not exist");
  });

  it("do not prevent the deletion of an image: no documentation says that they do", () => {
    const b = bench();
    const imageId = b.image();
    makeInstances(b.world, { region: HOME, imageId });
    makeLaunchTemplate(b.world, { region: HOME, imageIds: [imageId] });
    makeLaunchConfiguration(b.world, { region: HOME, imageId });
    b.call("DeleteImages", { ImageIds: [imageId] });
    expect(list(b, "DescribeInstances").InstanceSet).toMatchObject([{ ImageId: imageId }]);
  });
});

describe.each(LISTS)("%s", (action, idsName, unknownId) => {
  const setOf = (listed: Listed) => listed[`${action.replace("Describe", "").slice(0, -1)}Set` as "InstanceSet"];

  it("has pages of 20 by default, and of at most 100", () => {
    const b = benchWithUsers();
    expect(setOf(list(b, action))).toHaveLength(20);
    const rest = list(b, action, { Offset: 20 });
    expect([setOf(rest).length, rest.TotalCount]).toEqual([5, 25]);
    expect(setOf(list(b, action, { Limit: 100 }))).toHaveLength(25);
    expect(refusal(b, action, { Limit: 101 })).toBe("InvalidParameterValue.LimitExceeded");
    expect(refusal(b, action, { Limit: 0 })).toBe("InvalidParameterValue.LimitExceeded");
    expect(refusal(b, action, { Offset: -1 })).toBe("InvalidParameterValue");
  });

  it("finds by id, and leaves out ids that do not exist", () => {
    const b = benchWithUsers();
    const kind = action.includes("Instances") ? "ins-" : action.includes("Templates") ? "lt-" : "asc-";
    const id = b.world.users.find((user) => user.id.startsWith(kind))?.id;
    expect(list(b, action, { [idsName]: [id, unknownId] }).TotalCount).toBe(1);
    expect(refusal(b, action, { [idsName]: ["x"] })).toMatch(/Malformed$|InvalidLaunchConfigurationId$/);
    const Filters = [{ Name: "tag-key", Values: ["a"] }];
    expect(refusal(b, action, { [idsName]: [id], Filters })).toMatch(/^InvalidParameter(Conflict)?$/);
    const many = Array.from({ length: 101 }, () => unknownId);
    expect(refusal(b, action, { [idsName]: many })).toMatch(/^InvalidParameter/);
  });

  it("has no filter for the image, and rejects undocumented filters", () => {
    const b = benchWithUsers();
    const by = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });
    for (const name of ["image-id", "toString"]) expect(refusal(b, action, by(name, IMAGE))).toMatch(/InvalidFilter$/);
    expect(refusal(b, action, by("tag-key", "1", "2", "3", "4", "5", "6"))).toMatch(/LimitExceeded$|TooLong$/);
    expect(list(b, action, by("tag:role", "web")).TotalCount).toBe(0);
  });
});

describe("filters", () => {
  const byName = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

  it.each([
    ["DescribeInstances", "instance-name", "web-7", 1],
    ["DescribeInstances", "instance-state", "RUNNING", 25],
    ["DescribeInstances", "instance-state", "STOPPED", 0],
    ["DescribeInstances", "zone", "ap-guangzhou-1", 25],
    ["DescribeInstances", "vpc-id", "vpc-00000000", 0],
    ["DescribeLaunchTemplates", "LaunchTemplateName", "web-7", 1],
    ["DescribeLaunchConfigurations", "launch-configuration-name", "web-7", 1],
    ["DescribeLaunchConfigurations", "vague-launch-configuration-name", "web-2", 7],
  ])("%s by %s %s", (action, name, value, count) => {
    expect(list(benchWithUsers(), action, byName(name, value)).TotalCount).toBe(count);
  });

  it("must all match, each with any of its values", () => {
    const b = benchWithUsers();
    const [first, second] = list(b, "DescribeInstances").InstanceSet;
    const Filters = [
      { Name: "instance-id", Values: [first?.InstanceId, second?.InstanceId] },
      { Name: "instance-name", Values: ["web-2", "web-3"] },
    ];
    expect(list(b, "DescribeInstances", { Filters }).TotalCount).toBe(1);
  });
});

describe("DescribeLaunchTemplateVersions", () => {
  const versions = (b: Bench, id: string, more: object = {}) =>
    list(b, "DescribeLaunchTemplateVersions", { LaunchTemplateId: id, ...more });
  const imageIds = Array.from({ length: 35 }, (_, i) => `img-${String(i + 1).padStart(8, "0")}`);

  it("returns versions 0 to 30 only without a range, so a client without a range misses the others", () => {
    const b = bench();
    const { id } = makeLaunchTemplate(b.world, { region: HOME, imageIds });
    expect(versions(b, id).TotalCount).toBe(30);
    expect(versions(b, id, { MinVersion: 0, MaxVersion: 35 }).TotalCount).toBe(35);
    expect(versions(b, id, { MinVersion: 31 }).TotalCount).toBe(0);
    expect(versions(b, id, { DefaultVersion: true }).TotalCount).toBe(1);
    const named = versions(b, id, { LaunchTemplateVersions: [33, 2] });
    expect(named.LaunchTemplateVersionSet.map((version) => version.LaunchTemplateVersion)).toEqual([2, 33]);
  });

  it("has pages", () => {
    const b = bench();
    const { id } = makeLaunchTemplate(b.world, { region: HOME, imageIds });
    const all = { MinVersion: 0, MaxVersion: 35 };
    const pages = [0, 20].flatMap((Offset) => versions(b, id, { ...all, Offset }).LaunchTemplateVersionSet);
    expect(pages.map((version) => version.LaunchTemplateVersionData.ImageId)).toEqual(imageIds);
    expect(versions(b, id, { ...all, Limit: 100 }).LaunchTemplateVersionSet).toHaveLength(35);
  });

  it("rejects a template that does not exist or belongs to another account, and numbers with a range", () => {
    const b = bench();
    const { id } = makeLaunchTemplate(b.world, { region: HOME, imageIds, account: GOLDEN.uin });
    expect(caught(() => versions(b, id))).toMatchObject({
      code: "InvalidParameterValue.LaunchTemplateIdNotExisted",
    });
    const both = { LaunchTemplateId: id, LaunchTemplateVersions: [1], MaxVersion: 9 };
    expect(refusal(b, "DescribeLaunchTemplateVersions", both)).toBe("InvalidParameterCombination");
    expect(refusal(b, "DescribeLaunchTemplateVersions", {})).toBe("MissingParameter");
  });
});
