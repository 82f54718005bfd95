// Encrypted copies and KMS keys in the emulator.
import { describe, expect, it } from "vitest";
import { shareImage } from "../../emulator/control/console.ts";
import { exportWorld, importWorld } from "../../emulator/control/snapshot.ts";
import { createApp } from "../../emulator/server.ts";
import { setKmsKeys } from "../../emulator/world/world.ts";
import { type Bench, bench, GOLDEN, MAIN, MINUTE, sync } from "./support.ts";

const HOME = "ap-guangzhou";
const KEY = "01234567-89ab-cdef-0123-456789abcdef";
const OTHER = "11234567-89ab-cdef-0123-456789abcdef";

const refusal = (b: Bench, imageId: string, DestinationRegions: string[], more: object = { Encrypt: true }) =>
  b.refusal("SyncImages", { ImageIds: [imageId], DestinationRegions, ...more });
const stored = (b: Bench, imageId: string | undefined) => b.world.images.get(HOME)?.get(imageId ?? "");

describe("encrypted copies", () => {
  it("are created in the image's own region, with the given key or the default key", () => {
    const b = bench({ switches: { sourceBusyWhileCopying: "no" } });
    const source = b.image();
    const named = sync(b, source, [HOME], { Encrypt: true, KmsKeyId: KEY, ImageName: "named" })[HOME];
    const withDefaultKey = sync(b, source, [HOME], { Encrypt: true, ImageName: "own" })[HOME];
    const plain = sync(b, source, ["ap-beijing"], { KmsKeyId: "ignored without Encrypt" });
    expect(stored(b, named)).toMatchObject({ encrypted: true, kmsKeyId: KEY, copiedFrom: { imageId: source } });
    expect(stored(b, withDefaultKey)).toMatchObject({ encrypted: true, kmsKeyId: "" });
    expect(b.world.images.get("ap-beijing")?.get(plain["ap-beijing"] ?? "")).toMatchObject({ encrypted: false });
    expect(stored(b, source)).toMatchObject({ encrypted: false });
  });

  it("cannot go to another region or to several regions", () => {
    const b = bench();
    const source = b.image();
    for (const regions of [["ap-beijing"], [HOME, "ap-beijing"], ["ap-beijing", "ap-shanghai"]])
      expect(refusal(b, source, regions)).toBe("InvalidParameterValue.InvalidRegion");
  });

  it("can be neither copied nor shared", () => {
    const b = bench();
    const encrypted = sync(b, b.image(), [HOME], { Encrypt: true })[HOME] ?? "";
    b.tick(31 * MINUTE);
    expect(refusal(b, encrypted, ["ap-beijing"], {})).toBe("UnsupportedOperation.EncryptedImagesNotSupported");
    expect(refusal(b, encrypted, [HOME])).toBe("UnsupportedOperation.SyncEncryptImageNotSupport");
    const share = { ImageId: encrypted, AccountIds: [GOLDEN.uin], Permission: "SHARE" };
    expect(b.refusal("ModifyImageSharePermission", share)).toBe("UnsupportedOperation.EncryptedImagesNotSupported");
  });
});

describe("encrypting an image shared by another account", () => {
  it("needs two steps: the image must become a custom image first", () => {
    const b = bench();
    const imageId = b.image({ account: GOLDEN.uin });
    shareImage(b.world, { region: HOME, imageId }, [MAIN.uin]);
    expect(refusal(b, imageId, [HOME])).toBe("UnsupportedOperation.SyncEncryptImageNotSupport");
    const own = sync(b, imageId, [HOME], { ImageName: "own" })[HOME] ?? "";
    b.tick(31 * MINUTE);
    expect(sync(b, own, [HOME], { Encrypt: true })).toHaveProperty(HOME);
  });
});

describe("KMS keys", () => {
  it("can be any UUID until keys are set for a region", () => {
    const b = bench();
    for (const KmsKeyId of ["", "key", KEY.slice(1), `${KEY}0`])
      expect(refusal(b, b.image(), [HOME], { Encrypt: true, KmsKeyId })).toBe("InvalidParameter.InvalidKmsKeyId");
    expect(sync(b, b.image(), [HOME], { Encrypt: true, KmsKeyId: OTHER })).toHaveProperty(HOME);
  });

  it("belong to one region and are unknown elsewhere", () => {
    const b = bench({ kmsKeys: { "ap-beijing": [KEY], "ap-shanghai": [OTHER] } });
    const encrypt = (KmsKeyId: string, region: string) => {
      const imageId = b.image({ region, name: `${region} ${KmsKeyId}` });
      const params = { ImageIds: [imageId], DestinationRegions: [region], Encrypt: true, KmsKeyId };
      return b.call("SyncImages", params, { region });
    };
    expect(encrypt(KEY, "ap-beijing")).toHaveProperty("RequestId");
    expect(encrypt(OTHER, "ap-shanghai")).toHaveProperty("RequestId");
    expect(() => encrypt(KEY, "ap-shanghai")).toThrow(KEY);
    expect(() => encrypt(KEY, HOME)).toThrow(KEY);
  });

  it("are set and shown by the control API, with the key of each image, and are exported", async () => {
    const b = bench();
    const app = createApp(b.world);
    const put = (body: object) => app.request("/_emulator/kms-keys", { method: "PUT", body: JSON.stringify(body) });
    expect(await (await put({ region: HOME, keys: [KEY] })).json()).toEqual({ kmsKeys: { [HOME]: [KEY] } });
    expect((await put({ region: "ap-atlantis", keys: [] })).status).toBe(400);
    expect((await put({ region: HOME, keys: ["key"] })).status).toBe(400);
    sync(b, b.image(), [HOME], { Encrypt: true, KmsKeyId: KEY });
    expect(await (await app.request("/_emulator/world")).json()).toMatchObject({
      kmsKeys: { [HOME]: [KEY] },
      images: [
        { encrypted: false, kmsKeyId: null },
        { encrypted: true, kmsKeyId: KEY },
      ],
    });
    const other = bench();
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(refusal(other, other.image(), [HOME], { Encrypt: true, KmsKeyId: OTHER })).toBe(
      "InvalidParameter.InvalidKmsKeyId",
    );
    setKmsKeys(other.world, HOME, [OTHER]);
    expect(sync(other, other.image(), [HOME], { Encrypt: true, KmsKeyId: OTHER })).toHaveProperty(HOME);
  });
});
