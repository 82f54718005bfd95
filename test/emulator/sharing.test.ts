// Sharing images between accounts in the emulator.
import { describe, expect, it } from "vitest";
import { shareImage } from "../../emulator/control/console.ts";
import { type Bench, bench, GOLDEN, MAIN, MINUTE, THIRD } from "./support.ts";

describe("sharing", () => {
  const share = (b: Bench, ImageId: string, AccountIds: string[], Permission = "SHARE") =>
    b.call("ModifyImageSharePermission", { ImageId, AccountIds, Permission });
  const refusal = (b: Bench, ImageId: string, AccountIds: string[], Permission = "SHARE") =>
    b.refusal("ModifyImageSharePermission", { ImageId, AccountIds, Permission });

  it("shares with an account, lists the share, and ends it", () => {
    const b = bench();
    const id = b.image();
    share(b, id, [GOLDEN.uin]);
    expect(b.call("DescribeImageSharePermission", { ImageId: id })).toMatchObject({
      SharePermissionSet: [{ AccountId: GOLDEN.uin, CreatedTime: "2026-01-15T08:00:00Z" }],
    });
    share(b, id, [GOLDEN.uin], "CANCEL");
    expect(b.look(id, { account: GOLDEN })).toBeUndefined();
    expect(b.call("DescribeImageSharePermission", { ImageId: id }).SharePermissionSet).toEqual([]);
  });

  it("rejects the own account, an unknown account, and an account that has the share already", () => {
    const b = bench();
    const id = b.image();
    expect(refusal(b, id, [MAIN.uin])).toBe("InvalidAccountIs.YourSelf");
    expect(refusal(b, id, ["100000009999"])).toBe("InvalidAccountId.NotFound");
    share(b, id, [GOLDEN.uin]);
    expect(refusal(b, id, [GOLDEN.uin])).toBe("FailedOperation.AccountAlreadyExists");
    expect(refusal(b, id, [GOLDEN.uin], "LEND")).toBe("InvalidParameterValue");
  });

  it("rejects images that cannot be shared", () => {
    const b = bench();
    const code = (order: object) => refusal(b, b.image(order), [GOLDEN.uin]);
    expect(code({ encrypted: true })).toBe("UnsupportedOperation.EncryptedImagesNotSupported");
    expect(code({ licenseType: "BYOL" })).toBe("FailedOperation.BYOLImageShareFailed");
    expect(code({ platform: "RedHat" })).toBe("FailedOperation.RImageShareFailed");
    expect(code({ dataDisks: [10] })).toBe("InvalidParameter.InstanceImageNotSupport");
    expect(code({ state: "CREATING" })).toBe("InvalidParameterValue.InvalidImageState");
    const shared = b.image({ account: GOLDEN.uin });
    shareImage(b.world, { region: "ap-guangzhou", imageId: shared }, [MAIN.uin]);
    expect(refusal(b, shared, [THIRD.uin])).toBe("UnauthorizedOperation.ImageNotBelongToAccount");
  });

  it("allows at most 500 accounts for an image", () => {
    const many = Array.from({ length: 501 }, (_, i) => ({ ...THIRD, uin: `2000000${i}`, secretId: `AKIDmany${i}` }));
    const b = bench({ accounts: [MAIN, ...many] });
    const id = b.image();
    const uins = many.map((account) => account.uin);
    expect(refusal(b, id, uins)).toBe("OverQuota");
    share(b, id, uins.slice(0, 500));
    expect(refusal(b, id, uins.slice(500))).toBe("OverQuota");
  });

  it("counts existing shares once and does not change them", () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ ...THIRD, uin: `2000000${i}`, secretId: `AKIDmany${i}` }));
    const b = bench({ accounts: [MAIN, ...many], switches: { shareTwice: "ignored" } });
    const id = b.image();
    const uins = many.map((account) => account.uin);
    share(b, id, uins.slice(0, 499));
    b.tick(MINUTE);
    share(b, id, uins);
    const { SharePermissionSet: shares } = b.call("DescribeImageSharePermission", { ImageId: id });
    expect([shares.length, shares[0], shares[499]]).toMatchObject([
      500,
      { CreatedTime: "2026-01-15T08:00:00Z" },
      { CreatedTime: "2026-01-15T08:01:00Z" },
    ]);
  });

  it("ends a share that does not exist without an error", () => {
    const b = bench();
    const id = b.image();
    for (let i = 0; i < 2; i += 1) expect(share(b, id, [GOLDEN.uin], "CANCEL")).toHaveProperty("RequestId");
  });

  it("blocks all attribute changes until the last share ends, including family and deprecation", () => {
    const b = bench();
    const ImageId = b.image();
    share(b, ImageId, [GOLDEN.uin]);
    for (const change of [{ ImageFamily: "f" }, { ImageDeprecated: true }, { ImageDescription: "d" }])
      expect(b.refusal("ModifyImageAttribute", { ImageId, ...change })).toBe(
        "UnsupportedOperation.SharedImageModifyUnsupported",
      );
    share(b, ImageId, [GOLDEN.uin], "CANCEL");
    expect(b.call("ModifyImageAttribute", { ImageId, ImageFamily: "f" })).toHaveProperty("RequestId");
  });

  it("never lets the receiver change the image", () => {
    const b = bench({ switches: { modifyWhileShared: "allowed" } });
    const ImageId = b.image();
    share(b, ImageId, [GOLDEN.uin]);
    b.call("ModifyImageAttribute", { ImageId, ImageDeprecated: true });
    expect(b.look(ImageId, { account: GOLDEN })).toMatchObject({ ImageDeprecated: true });
    expect(b.refusal("ModifyImageAttribute", { ImageId, ImageName: "mine" }, { account: GOLDEN })).toBe(
      "UnsupportedOperation.SharedImageModifyUnsupported",
    );
  });
});
