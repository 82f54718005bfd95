// Quotas of custom images in the emulator.
import { describe, expect, it } from "vitest";
import { exportWorld, importWorld } from "../../emulator/control/snapshot.ts";
import { createApp } from "../../emulator/server.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { type Bench, bench, sync } from "./support.ts";

const IMPORT = {
  Architecture: "x86_64",
  OsType: "Ubuntu",
  OsVersion: "22",
  ImageUrl: "https://bucket.cos.ap-guangzhou.myqcloud.com/image.qcow2",
  ImageName: "imported",
};
const quotaIn = (b: Bench, region: string) =>
  (b.call("DescribeImageQuota", {}, { region }) as unknown as { ImageNumQuota: number }).ImageNumQuota;

describe("the quota of a region", () => {
  it("is 500 unless the world or the region has another quota", () => {
    expect(quotaIn(bench(), "ap-beijing")).toBe(500);
    const b = bench({ quota: 7 });
    setQuota(b.world, "ap-beijing", 1);
    expect([quotaIn(b, "ap-beijing"), quotaIn(b, "ap-guangzhou")]).toEqual([1, 7]);
    setQuota(b.world, undefined, 2);
    expect([quotaIn(b, "ap-beijing"), quotaIn(b, "ap-guangzhou")]).toEqual([2, 2]);
    expect(() => setQuota(b.world, "ap-atlantis", 1)).toThrow("region: ap-atlantis does not exist");
  });

  it("applies to all actions that create images in that region only", () => {
    const b = bench();
    for (const region of ["ap-guangzhou", "ap-beijing"]) {
      b.image({ region, name: "full" });
      setQuota(b.world, region, 1);
    }
    const create = { ImageName: "x", InstanceId: "ins-aaaaaaaa" };
    expect(b.refusal("CreateImage", create)).toBe("ImageQuotaLimitExceeded");
    expect(b.refusal("ImportImage", IMPORT)).toBe("ImageQuotaLimitExceeded");
    const source = b.image({ region: "ap-shanghai", name: "source" });
    const to = (...DestinationRegions: string[]) => ({ ImageIds: [source], DestinationRegions });
    const at = { region: "ap-shanghai" };
    expect(b.refusal("SyncImages", to("ap-beijing"), at)).toBe("ImageQuotaLimitExceeded");
    expect(b.call("SyncImages", to("ap-nanjing"), at)).toHaveProperty("RequestId");
    setQuota(b.world, "ap-beijing", 2);
    expect(b.call("CreateImage", create, { region: "ap-shanghai" })).toHaveProperty("ImageId");
    expect(b.call("ImportImage", IMPORT, { region: "ap-beijing" })).toHaveProperty("ImageId");
  });

  it("counts an encrypted copy in the own region as another image", () => {
    const b = bench({ quota: 1 });
    const source = b.image();
    expect(() => sync(b, source, ["ap-guangzhou"], { Encrypt: true })).toThrow("quota");
  });

  it("is set and shown by the control API, and is exported", async () => {
    const b = bench();
    const app = createApp(b.world);
    const put = (body: object) => app.request("/_emulator/quota", { method: "PUT", body: JSON.stringify(body) });
    expect(await (await put({ region: "ap-tokyo", quota: 3 })).json()).toEqual({ quotas: { "ap-tokyo": 3 } });
    expect((await put({ region: "ap-atlantis", quota: 3 })).status).toBe(400);
    expect((await put({ region: "ap-tokyo", quota: -1 })).status).toBe(400);
    expect(await (await app.request("/_emulator/world")).json()).toMatchObject({
      quota: 500,
      quotas: { "ap-tokyo": 3 },
    });
    const other = bench();
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect([quotaIn(other, "ap-tokyo"), quotaIn(other, "ap-seoul")]).toEqual([3, 500]);
    await put({ quota: 9 });
    expect(quotaIn(b, "ap-tokyo")).toBe(9);
  });
});
