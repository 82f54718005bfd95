// CreateImage, ImportImage, ModifyImageAttribute, DeleteImages and small reads.
import { describe, expect, it } from "vitest";
import { shareImage } from "../../emulator/control/console.ts";
import { type Bench, bench, GOLDEN, MAIN, MINUTE, sync, THIRD } from "./support.ts";

describe("CreateImage", () => {
  const order = { ImageName: "golden", InstanceId: "ins-abcd1234" };

  it("is CREATING for five minutes, then NORMAL, with tags, family and description", () => {
    const b = bench();
    const { ImageId: id } = b.call("CreateImage", {
      ...order,
      ImageDescription: "d",
      ImageFamily: "base",
      TagSpecification: [{ ResourceType: "image", Tags: [{ Key: "k", Value: "v" }] }],
    }) as { ImageId: string };
    expect(id).toMatch(/^img-[0-9a-z]{8}$/);
    expect(b.look(id)).toMatchObject({ ImageState: "CREATING", Tags: [{ Key: "k", Value: "v" }], ImageFamily: "base" });
    b.tick(5 * MINUTE);
    expect(b.look(id)).toMatchObject({ ImageState: "NORMAL", ImageDescription: "d", ImageSize: 50 });
  });

  it("creates a whole-instance image if data disks are given", () => {
    const b = bench();
    const { ImageId: id } = b.call("CreateImage", { ...order, DataDiskIds: ["disk-1"] }) as { ImageId: string };
    expect(b.look(id)?.["SnapshotSet"]).toMatchObject([{ DiskUsage: "SYSTEM_DISK" }, { DiskUsage: "DATA_DISK" }]);
  });

  it.each([
    ["neither instance nor snapshots", { InstanceId: undefined }, "InvalidParameter.SpecifyOneParameter"],
    ["both instance and snapshots", { SnapshotIds: ["snap-abcd1234"] }, "InvalidParameterConflict"],
    ["an instance id of another form", { InstanceId: "ins-1" }, "InvalidInstanceId.NotFound"],
    [
      "snapshot ids of another form",
      { InstanceId: undefined, SnapshotIds: ["x"] },
      "InvalidParameter.SnapshotNotFound",
    ],
    ["ForcePoweroff that is no text", { ForcePoweroff: true }, "InvalidParameter"],
    ["ForcePoweroff with another text", { ForcePoweroff: "maybe" }, "InvalidParameterValue"],
    ["no name", { ImageName: undefined }, "MissingParameter"],
    ["a name of 61 characters", { ImageName: "x".repeat(61) }, "InvalidParameterValue.TooLarge"],
    ["a description of 257 characters", { ImageDescription: "x".repeat(257) }, "InvalidParameterValue.TooLarge"],
    ["tags for something else", { TagSpecification: [{ ResourceType: "host", Tags: [] }] }, "InvalidParameterValue"],
    [
      "a tag without a value",
      { TagSpecification: [{ ResourceType: "image", Tags: [{ Key: "k" }] }] },
      "MissingParameter",
    ],
  ])("rejects %s", (_, change, code) => {
    const params = Object.fromEntries(Object.entries({ ...order, ...change }).filter(([, v]) => v !== undefined));
    expect(bench().refusal("CreateImage", params)).toBe(code);
  });

  it("rejects an existing name, and an image beyond the quota", () => {
    const b = bench({ quota: 1 });
    b.image({ name: "golden" });
    expect(b.refusal("CreateImage", order)).toBe("InvalidImageName.Duplicate");
    expect(b.refusal("CreateImage", { ...order, ImageName: "other" })).toBe("ImageQuotaLimitExceeded");
    expect(b.call("CreateImage", order, { region: "ap-beijing" })).toHaveProperty("ImageId");
  });

  it("creates nothing on a dry run", () => {
    const b = bench();
    expect(b.call("CreateImage", { ...order, DryRun: true })).toMatchObject({ ImageId: "" });
    expect(b.call("DescribeImages", { Filters: [{ Name: "image-name", Values: ["golden"] }] })).toMatchObject({
      TotalCount: 0,
    });
  });
});

describe("ImportImage", () => {
  const order = {
    Architecture: "arm_64",
    OsType: "Ubuntu",
    OsVersion: "22",
    ImageUrl: "https://bucket.cos.ap-guangzhou.myqcloud.com/image.qcow2",
    ImageName: "imported",
  };

  it("is IMPORTING for ten minutes, then NORMAL", () => {
    const b = bench();
    const { ImageId: id } = b.call("ImportImage", { ...order, LicenseType: "BYOL" }) as { ImageId: string };
    expect(b.look(id)).toMatchObject({ ImageState: "IMPORTING", SyncPercent: null });
    b.tick(10 * MINUTE);
    expect(b.look(id)).toMatchObject({
      ImageState: "NORMAL",
      ImageSource: "EXTERNAL_IMPORT",
      Architecture: "arm",
      Platform: "Ubuntu",
      LicenseType: "BYOL",
    });
  });

  it.each([
    [{ Architecture: "riscv" }, "InvalidParameterValue"],
    [{ ImageUrl: "image.qcow2" }, "InvalidParameter.InvalidParameterUrlError"],
    [{ LicenseType: "GPL" }, "InvalidParameterValue.InvalidLicenseType"],
    [{ BootMode: "PXE" }, "InvalidParameterValue.InvalidBootMode"],
  ])("rejects %o", (change, code) => {
    expect(bench().refusal("ImportImage", { ...order, ...change })).toBe(code);
  });
});

describe("ModifyImageAttribute", () => {
  it("changes the given attributes only", () => {
    const b = bench();
    const id = b.image({ description: "old", family: "base" });
    b.call("ModifyImageAttribute", { ImageId: id, ImageName: "new", ImageDeprecated: true });
    expect(b.look(id)).toMatchObject({
      ImageName: "new",
      ImageDescription: "old",
      ImageFamily: "base",
      ImageDeprecated: true,
    });
  });

  it("accepts the image's own name, but not the name of another image", () => {
    const b = bench();
    const id = b.image({ name: "one" });
    b.image({ name: "two" });
    expect(b.call("ModifyImageAttribute", { ImageId: id, ImageName: "one" })).toHaveProperty("RequestId");
    expect(b.refusal("ModifyImageAttribute", { ImageId: id, ImageName: "two" })).toBe("InvalidImageName.Duplicate");
  });

  it("rejects an image that does not exist, is not NORMAL, or is shared", () => {
    const b = bench();
    const modify = (ImageId: string, account = MAIN) =>
      b.refusal("ModifyImageAttribute", { ImageId, ImageName: "x" }, { account });
    expect(modify("img-00000000")).toBe("InvalidImageId.NotFound");
    expect(modify("img-eb30mz89")).toBe("InvalidImageId.NotFound");
    expect(modify(b.image({ state: "CREATING" }))).toBe("InvalidImageId.IncorrectState");
    const shared = b.image();
    shareImage(b.world, { region: "ap-guangzhou", imageId: shared }, [THIRD.uin]);
    expect(modify(shared)).toBe("UnsupportedOperation.SharedImageModifyUnsupported");
    expect(modify(shared, THIRD)).toBe("UnsupportedOperation.SharedImageModifyUnsupported");
  });
});

describe("DeleteImages", () => {
  const remove = (b: Bench, ImageIds: string[], more: object = {}) => b.call("DeleteImages", { ImageIds, ...more });

  it("deletes all or none, and keeps the snapshots by default", () => {
    const b = bench();
    const [one, two] = [b.image({ name: "1" }), b.image({ name: "2" })];
    expect(b.refusal("DeleteImages", { ImageIds: [one, "img-00000000"] })).toBe("InvalidImageId.NotFound");
    remove(b, [one]);
    expect(b.look(one)).toBeUndefined();
    expect(b.world.leftSnapshots).toHaveLength(1);
    remove(b, [two], { DeleteBindedSnap: true });
    expect(b.world.leftSnapshots).toHaveLength(1);
  });

  it("rejects images that are being created, copied or shared, and images of other accounts", () => {
    const b = bench();
    const code = (imageId: string) => b.refusal("DeleteImages", { ImageIds: [imageId] });
    expect(code(b.image({ state: "CREATING" }))).toBe("InvalidImageId.IncorrectState");
    expect(code(b.image({ state: "SYNCING" }))).toBe("InvalidImageId.IncorrectState");
    expect(code(b.image({ state: "IMPORTING" }))).toBe("InvalidImageId.IncorrectState");
    const source = b.image({ name: "s" });
    sync(b, source, ["ap-beijing"]);
    expect(code(source)).toBe("InvalidImageId.IncorrectState");
    const shared = b.image({ name: "sh" });
    shareImage(b.world, { region: "ap-guangzhou", imageId: shared }, [THIRD.uin]);
    expect(code(shared)).toBe("InvalidImageId.InShared");
    expect(code("img-eb30mz89")).toBe("InvalidParameterValue.InvalidImageId");
    expect(code(b.image({ account: GOLDEN.uin }))).toBe("InvalidImageId.NotFound");
  });

  it("deletes nothing on a dry run", () => {
    const b = bench();
    const id = b.image();
    remove(b, [id], { DryRun: true });
    expect(b.look(id)).toBeDefined();
  });
});

describe("small reads", () => {
  it("DescribeImageQuota returns the limit", () => {
    expect(bench().call("DescribeImageQuota")).toMatchObject({ ImageNumQuota: 500 });
  });

  it("DescribeImageFromFamily returns the newest usable image, or null", () => {
    const b = bench();
    const family = (ImageFamily: string) => b.call("DescribeImageFromFamily", { ImageFamily }).Image;
    expect(family("base")).toBeNull();
    const old = b.image({ name: "1", family: "base" });
    b.tick(1000);
    const newest = b.image({ name: "2", family: "base" });
    b.image({ name: "3", family: "base", state: "CREATING" });
    expect(family("base")).toMatchObject({ ImageId: newest });
    b.call("ModifyImageAttribute", { ImageId: newest, ImageDeprecated: true });
    expect(family("base")).toMatchObject({ ImageId: old });
  });

  it("DescribeRegions lists the same regions in both products, with the fields of each", () => {
    const b = bench();
    const older = b.call("DescribeRegions");
    const newer = b.call("DescribeRegions", { Product: "cvm" }, { service: "region", region: "" });
    expect(newer.TotalCount).toBe(21);
    expect(newer.RegionSet[0]).toEqual({
      Region: "ap-guangzhou",
      RegionName: "华南地区(广州)",
      RegionState: "AVAILABLE",
      RegionTypeMC: null,
      LocationMC: null,
      RegionNameMC: null,
      RegionIdMC: null,
    });
    expect(Object.keys(older.RegionSet[0] as object)).toEqual(["Region", "RegionName", "RegionState"]);
    expect(older.RegionSet).toHaveLength(21);
    expect(b.refusal("DescribeRegions", {}, { service: "region" })).toBe("MissingParameter");
  });

  it("GetCallerIdentity returns the account, and the role of temporary credentials", () => {
    const b = bench();
    const { uin } = GOLDEN;
    expect(b.call("GetCallerIdentity", {}, { service: "sts", account: GOLDEN })).toMatchObject({
      AccountId: uin,
      UserId: uin,
      PrincipalId: uin,
      Arn: `qcs::cam:${uin}:uin/${uin}`,
      Type: "CAMUser",
    });
    const temporary = { ...GOLDEN, token: "t" };
    expect(b.call("GetCallerIdentity", {}, { service: "sts", account: temporary })).toMatchObject({
      AccountId: uin,
      Type: "CAMRole",
    });
  });
});
