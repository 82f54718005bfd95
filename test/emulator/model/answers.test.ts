// The answer of every action has exactly the members that the vendor's model says.
import { describe, expect, it } from "vitest";
import { ACTIONS } from "../../../emulator/actions/registry.ts";
import { setSecret } from "../../../emulator/control/secrets.ts";
import type { Service } from "../../../emulator/model/model.ts";
import { makeInstances, makeLaunchConfiguration, makeLaunchTemplate } from "../../../emulator/world/image-users.ts";
import { EVENT_CALLS } from "../events/answer-calls.ts";
import { SCF_CALLS, SCF_UNANSWERED } from "../functions/answer-calls.ts";
import { CAM_CALLS, makeRole, trustIn } from "../identity/support.ts";
import { LOG_BODY, LOG_CALLS } from "../logs/answer-calls.ts";
import { type Bench, bench, GOLDEN, MAIN, sync } from "../support.ts";
import { deviations } from "./answer-check.ts";

const HOME = "ap-guangzhou";
const NO_IMAGE = `qcs::cvm:${HOME}:uin/:image/img-00000000`;

/** A call for each action whose answer shows as much as there can be: no list in it is empty. */
const CALLS: Readonly<Record<string, (b: Bench) => object>> = {
  "as.DescribeLaunchConfigurations": (b) => {
    makeLaunchConfiguration(b.world, { region: HOME, imageId: b.image(), name: "web" });
    return {};
  },
  ...CAM_CALLS,
  "cvm.CreateImage": () => ({ ImageName: "new", InstanceId: "ins-00000000" }),
  "cvm.DeleteImages": (b) => ({ ImageIds: [b.image()] }),
  "cvm.DescribeImageFromFamily": (b) => {
    b.image({ family: "web" });
    return { ImageFamily: "web" };
  },
  "cvm.DescribeImageQuota": () => ({}),
  "cvm.DescribeImageSharePermission": (b) => {
    const ImageId = b.image();
    b.call("ModifyImageSharePermission", { ImageId, AccountIds: [GOLDEN.uin], Permission: "SHARE" });
    return { ImageId };
  },
  "cvm.DescribeImages": (b) => {
    sync(b, b.image({ tags: { release: "approved" }, dataDisks: [] }), ["ap-beijing"]);
    b.image({ name: "data", dataDisks: [50] });
    return {};
  },
  "cvm.DescribeInstances": (b) => {
    makeInstances(b.world, { region: HOME, imageId: b.image(), name: "web" });
    return {};
  },
  "cvm.DescribeLaunchTemplates": (b) => {
    makeLaunchTemplate(b.world, { region: HOME, imageIds: [b.image()], name: "web" });
    return {};
  },
  "cvm.DescribeLaunchTemplateVersions": (b) => ({
    LaunchTemplateId: makeLaunchTemplate(b.world, { region: HOME, imageIds: [b.image()], name: "web" }).id,
  }),
  "cvm.DescribeRegions": () => ({}),
  "cvm.ImportImage": () => ({
    Architecture: "x86_64",
    OsType: "Ubuntu",
    OsVersion: "22",
    ImageUrl: "https://example.com/image",
    ImageName: "new",
  }),
  "cvm.ModifyImageAttribute": (b) => ({ ImageId: b.image(), ImageName: "renamed" }),
  "cvm.ModifyImageSharePermission": (b) => ({
    ImageId: b.image(),
    AccountIds: [GOLDEN.uin],
    Permission: "SHARE",
  }),
  "cvm.SyncImages": (b) => ({ ImageIds: [b.image()], DestinationRegions: ["ap-beijing"], ImageSetRequired: true }),
  ...EVENT_CALLS,
  ...LOG_CALLS,
  "region.DescribeRegions": () => ({ Product: "cvm" }),
  "ssm.GetSecretValue": (b) => {
    setSecret(b.world, { region: HOME, name: "state", version: "v1", text: "a secret" });
    return { SecretName: "state", VersionId: "v1" };
  },
  "sts.AssumeRole": (b) => {
    makeRole(b, "operator", { trust: trustIn({ qcs: [`qcs::cam::uin/${MAIN.uin}:root`] }) });
    return { RoleArn: `qcs::cam::uin/${MAIN.uin}:roleName/operator`, RoleSessionName: "me" };
  },
  "sts.GetCallerIdentity": () => ({}),
  "tag.GetResources": (b) => {
    b.image({ tags: { release: "approved" } });
    return {};
  },
  "tag.DescribeResourceTagsByResourceIds": (b) => {
    const ReplaceTags = [{ TagKey: "stage", TagValue: "dev" }];
    b.call("ModifyResourceTags", { Resource: `qcs::scf:${HOME}::lam/lam-1`, ReplaceTags }, { service: "tag" });
    return { ServiceType: "scf", ResourcePrefix: "lam", ResourceIds: ["lam-1"], ResourceRegion: HOME };
  },
  "tag.ModifyResourceTags": () => ({
    Resource: `qcs::scf:${HOME}::lam/lam-1`,
    ReplaceTags: [{ TagKey: "stage", TagValue: "dev" }],
  }),
  "tag.TagResources": () => ({ ResourceList: [NO_IMAGE], Tags: [{ TagKey: "release", TagValue: "approved" }] }),
  "tag.UnTagResources": () => ({ ResourceList: [NO_IMAGE], TagKeys: ["release"] }),
  ...SCF_CALLS,
};

/** Lists of what the emulator does not model. */
const ALWAYS_EMPTY = ["Layers", "StatusReasons"];
const named = ACTIONS.filter(({ service, name }) => !SCF_UNANSWERED.includes(`${service}.${name}`));

describe("the answers of all actions", () => {
  it.each(named.map(({ service, name }) => ({ service, name })))("$service $name", ({ service, name }) => {
    const b = bench();
    const params = CALLS[`${service}.${name}`]?.(b) ?? {};
    // The bench compares each answer with the model; here is one that shows every list.
    const answer = b.call(name, params, { service, body: name === "UploadLog" ? LOG_BODY : undefined });
    for (const [member, value] of Object.entries(answer)) {
      if (!ALWAYS_EMPTY.includes(member)) expect(value).not.toEqual([]);
    }
  });

  it("have a call here for each action, and for no other", () => {
    expect(Object.keys(CALLS).sort()).toEqual(named.map(({ service, name }) => `${service}.${name}`).sort());
  });
});

describe("the comparison with the model", () => {
  const image = () => bench().call("DescribeImages").ImageSet[0] ?? {};
  const of = (service: Service, action: string, answer: object) =>
    deviations(service, action, { RequestId: "id", ...answer });

  it.each([
    ["a missing list", { TotalCount: 0 }, ["ImageSet: missing"]],
    ["an unknown member", { ImageSet: [], TotalCount: 0, Colour: 1 }, ["Colour: unknown"]],
    ["null for a member that is never null", { ImageSet: null, TotalCount: 0 }, ["ImageSet: null"]],
    ["one value for a list", { ImageSet: {}, TotalCount: 0 }, ["ImageSet: not a list"]],
    ["text for a number", { ImageSet: [], TotalCount: "0" }, ["TotalCount: not of type int"]],
    ["text for an object", { ImageSet: ["img"], TotalCount: 1 }, ["ImageSet.0: not an object"]],
  ])("finds %s", (_, answer, found) => {
    expect(of("cvm", "DescribeImages", answer)).toEqual(found);
  });

  it("finds them inside, and lets null pass where the model allows it", () => {
    const ImageSet = [image(), { ...image(), SyncPercent: null, ImageName: null, Tags: [{ Key: "k" }] }];
    expect(of("cvm", "DescribeImages", { ImageSet, TotalCount: 2 })).toEqual([
      "ImageSet.1.ImageName: null",
      "ImageSet.1.Tags.0.Value: missing",
    ]);
  });

  it("needs a request id", () => {
    expect(deviations("cvm", "DeleteImages", {})).toEqual(["RequestId: missing"]);
  });
});
