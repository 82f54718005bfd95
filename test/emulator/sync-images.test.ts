// SyncImages in the emulator.
import { describe, expect, it } from "vitest";
import { deleteImage, makeImages, shareImage } from "../../emulator/control/console.ts";
import { type Bench, bench, GOLDEN, MAIN, MINUTE, sync } from "./support.ts";

const copyTo = (b: Bench, imageId: string, DestinationRegions: string[], more: object = {}) =>
  b.refusal("SyncImages", { ImageIds: [imageId], DestinationRegions, ...more });

const count = (b: Bench, region: string) =>
  b.call("DescribeImages", { Filters: [{ Name: "image-type", Values: ["PRIVATE_IMAGE"] }] }, { region }).TotalCount;

describe("SyncImages: copies", () => {
  it("creates one copy in each region, each with its own id, and returns the ids only on request", () => {
    const b = bench();
    const source = b.image({ name: "golden", description: "v1", sizeGiB: 30, family: "base" });
    const copies = sync(b, source, ["ap-shanghai", "ap-beijing"]);
    expect(Object.keys(copies)).toEqual(["ap-shanghai", "ap-beijing"]);
    expect(b.look(copies["ap-shanghai"] ?? "", { region: "ap-shanghai" })).toMatchObject({
      ImageName: "golden",
      ImageSize: 30,
      ImageState: "SYNCING",
      ImageType: "PRIVATE_IMAGE",
      ImageSource: "CREATE_IMAGE",
      Tags: [],
    });
    const withoutIds = b.call("SyncImages", {
      ImageIds: [b.image({ name: "other" })],
      DestinationRegions: ["ap-nanjing"],
    });
    expect(withoutIds.ImageSet).toEqual([]);
    expect(count(b, "ap-nanjing")).toBe(1);
  });

  it("gives the copy another name on request, and creates a second copy if called twice: there is no client token", () => {
    const b = bench({ switches: { sourceBusyWhileCopying: "no" } });
    const source = b.image();
    sync(b, source, ["ap-shanghai"], { ImageName: "other" });
    sync(b, source, ["ap-shanghai"], { ImageName: "other" });
    expect(count(b, "ap-shanghai")).toBe(2);
  });

  it("takes 10 to 30 minutes while SyncPercent increases from 0, and is then NORMAL", () => {
    const b = bench();
    const id = sync(b, b.image(), ["ap-shanghai"])["ap-shanghai"] ?? "";
    const seen: number[] = [];
    let minutes = 0;
    while (b.look(id, { region: "ap-shanghai" })?.["ImageState"] === "SYNCING") {
      seen.push(b.look(id, { region: "ap-shanghai" })?.["SyncPercent"] as number);
      b.tick(MINUTE);
      minutes += 1;
    }
    expect(minutes).toBeGreaterThanOrEqual(10);
    expect(minutes).toBeLessThanOrEqual(31);
    expect(seen[0]).toBe(0);
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect(seen.at(-1)).toBeLessThan(100);
    expect(b.look(id, { region: "ap-shanghai" })).toMatchObject({ ImageState: "NORMAL" });
  });

  it("takes as long as the time scale and the configuration say", () => {
    const b = bench({ timeScale: 60, copyMinutes: [20, 20] });
    const id = sync(b, b.image(), ["ap-shanghai"])["ap-shanghai"] ?? "";
    b.tick(19_000);
    expect(b.look(id, { region: "ap-shanghai" })).toMatchObject({ ImageState: "SYNCING", SyncPercent: 95 });
    b.tick(1_000);
    expect(b.look(id, { region: "ap-shanghai" })).toMatchObject({ ImageState: "NORMAL" });
  });

  it("is the same for the same seed, and different for another", () => {
    const run = (seed: number) => {
      const b = bench({ seed });
      return sync(b, b.image(), ["ap-shanghai", "ap-beijing"]);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it("does not keep a source busy whose copy was deleted", () => {
    const b = bench();
    const source = b.image();
    const imageId = sync(b, source, ["ap-shanghai"])["ap-shanghai"] ?? "";
    deleteImage(b.world, { region: "ap-shanghai", imageId });
    expect(b.look(source)).toMatchObject({ ImageState: "NORMAL" });
    expect(sync(b, source, ["ap-shanghai"])).toHaveProperty("ap-shanghai");
  });

  it("copies a deprecated image; the copy is not deprecated", () => {
    const b = bench();
    const copy = sync(b, b.image({ deprecated: true }), ["ap-shanghai"])["ap-shanghai"] ?? "";
    expect(b.look(copy, { region: "ap-shanghai" })).toMatchObject({ ImageDeprecated: false });
  });

  it("copies a shared image to a custom image in its own region, which can then be copied on", () => {
    const b = bench();
    const shared = b.image({ account: GOLDEN.uin });
    shareImage(b.world, { region: "ap-guangzhou", imageId: shared }, [MAIN.uin]);
    expect(copyTo(b, shared, ["ap-shanghai"])).toBe("InvalidParameterValue.InvalidRegion");
    expect(copyTo(b, shared, ["ap-guangzhou", "ap-shanghai"])).toBe("InvalidParameterValue.InvalidRegion");
    const customCopy = sync(b, shared, ["ap-guangzhou"])["ap-guangzhou"] ?? "";
    expect(b.look(customCopy)).toMatchObject({ ImageType: "PRIVATE_IMAGE", ImageCreator: MAIN.uin });
    expect(b.look(shared, { account: GOLDEN })).toMatchObject({ ImageState: "NORMAL" });
    b.tick(31 * MINUTE);
    expect(sync(b, customCopy, ["ap-shanghai"])).toHaveProperty("ap-shanghai");
  });

  it("encrypts in the image's own region only", () => {
    const b = bench();
    const source = b.image();
    expect(copyTo(b, source, ["ap-shanghai"], { Encrypt: true })).toBe("InvalidParameterValue.InvalidRegion");
    expect(copyTo(b, source, ["ap-guangzhou"], { Encrypt: true, KmsKeyId: "key" })).toBe(
      "InvalidParameter.InvalidKmsKeyId",
    );
    const encrypted = sync(b, source, ["ap-guangzhou"], { Encrypt: true })["ap-guangzhou"] ?? "";
    b.tick(31 * MINUTE);
    expect(copyTo(b, encrypted, ["ap-shanghai"])).toBe("UnsupportedOperation.EncryptedImagesNotSupported");
    expect(copyTo(b, encrypted, ["ap-guangzhou"], { Encrypt: true })).toBe(
      "UnsupportedOperation.SyncEncryptImageNotSupport",
    );
  });
});

describe("SyncImages: rejected calls", () => {
  it.each([
    ["no destination", [], {}, "InvalidParameterValue"],
    ["its own region", ["ap-guangzhou"], {}, "InvalidParameterValue.InvalidRegion"],
    ["a region that does not exist", ["ap-atlantis"], {}, "InvalidRegion.NotFound"],
    ["a region twice", ["ap-beijing", "ap-beijing"], {}, "InvalidParameterValue"],
    ["the other side of the border", ["ap-singapore"], {}, "UnsupportedOperation.Region"],
    ["a finance region", ["ap-shanghai-fsi"], {}, "UnsupportedOperation.Region"],
    ["an unsupported region", ["ap-xian-ec"], {}, "InvalidRegion.Unavailable"],
    ["a name of 61 characters", ["ap-beijing"], { ImageName: "x".repeat(61) }, "InvalidParameterValue.TooLarge"],
    ["an empty name", ["ap-beijing"], { ImageName: "" }, "InvalidParameterValue"],
  ])("%s", (_, destinations, more, code) => {
    const b = bench({ unsyncableRegions: ["ap-xian-ec"] });
    expect(copyTo(b, b.image(), destinations, more)).toBe(code);
  });

  it("two images in one call", () => {
    const b = bench();
    const params = { ImageIds: [b.image(), b.image({ name: "b" })], DestinationRegions: ["ap-beijing"] };
    expect(b.refusal("SyncImages", params)).toBe("InvalidParameterValue.LimitExceeded");
  });

  it("an image that does not exist, is malformed, is public, or belongs to another account", () => {
    const b = bench();
    expect(copyTo(b, "img-00000000", ["ap-beijing"])).toBe("InvalidImageId.NotFound");
    expect(copyTo(b, "img-x", ["ap-beijing"])).toBe("InvalidImageId.Malformed");
    expect(copyTo(b, "img-eb30mz89", ["ap-beijing"])).toBe("InvalidParameterValue.InvalidImageId");
    expect(copyTo(b, b.image({ account: GOLDEN.uin }), ["ap-beijing"])).toBe("InvalidImageId.NotFound");
  });

  it.each([
    ["CREATING", "InvalidImageId.IncorrectState"],
    ["IMPORTING", "InvalidImageId.IncorrectState"],
    ["CREATEFAILED", "InvalidImageId.IncorrectState"],
    ["SYNCING", "FailedOperation.InvalidImageState"],
  ] as const)("an image that is %s", (state, code) => {
    const b = bench();
    expect(copyTo(b, b.image({ state }), ["ap-beijing"])).toBe(code);
  });

  it("a whole-instance image, an encrypted image and a too large image; but not BYOL", () => {
    const b = bench({ maxCopyGiB: 100 });
    expect(copyTo(b, b.image({ dataDisks: [100] }), ["ap-beijing"])).toBe("InvalidParameter.InstanceImageNotSupport");
    expect(copyTo(b, b.image({ encrypted: true }), ["ap-beijing"])).toBe(
      "UnsupportedOperation.EncryptedImagesNotSupported",
    );
    expect(copyTo(b, b.image({ sizeGiB: 101 }), ["ap-beijing"])).toBe("InvalidImageId.TooLarge");
    expect(sync(b, b.image({ licenseType: "BYOL" }), ["ap-beijing"])).toHaveProperty("ap-beijing");
  });

  it("all destinations if one quota is exceeded, without any effect", () => {
    const b = bench({ quota: 2 });
    makeImages(b.world, { region: "ap-beijing", name: "full", count: 2, silent: true });
    const source = b.image();
    expect(copyTo(b, source, ["ap-shanghai", "ap-beijing"])).toBe("ImageQuotaLimitExceeded");
    expect(count(b, "ap-shanghai")).toBe(0);
    expect(b.look(source)).toMatchObject({ ImageState: "NORMAL" });
  });

  it("crossing the border only where the account is not approved", () => {
    const b = bench({ accounts: [{ ...MAIN, crossBorderApproved: true }] });
    const account = b.world.config.accounts[0] as typeof MAIN;
    const params = { ImageIds: [b.image()], DestinationRegions: ["ap-singapore"], ImageSetRequired: true };
    expect(b.call("SyncImages", params, { account }).ImageSet).toHaveLength(1);
    const finance = { ...params, DestinationRegions: ["ap-shanghai-fsi"], ImageIds: [b.image()] };
    expect(b.refusal("SyncImages", finance, { account })).toBe("UnsupportedOperation.Region");
  });

  it("changes nothing on a dry run", () => {
    const b = bench();
    const params = { ImageIds: [b.image()], DestinationRegions: ["ap-beijing"], DryRun: true, ImageSetRequired: true };
    expect(b.call("SyncImages", params).ImageSet).toEqual([]);
    expect(count(b, "ap-beijing")).toBe(0);
    expect(b.refusal("SyncImages", { ...params, DestinationRegions: ["ap-guangzhou"] })).toBe(
      "InvalidParameterValue.InvalidRegion",
    );
    expect(b.world.events).toEqual([]);
  });
});
