// The adapter against the emulator, with every switch at every value.
import { afterAll, describe, expect, it } from "vitest";
import { addFault } from "../../../emulator/api/faults.ts";
import { type ImageSpec, makeImages, shareImage } from "../../../emulator/control/console.ts";
import { startEmulator } from "../../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../../emulator/settings/accounts.ts";
import { ALL_SWITCHES } from "../../../emulator/settings/switches.ts";
import type { WorldOptions } from "../../../emulator/world/types.ts";
import { advance, createWorld } from "../../../emulator/world/world.ts";
import { verdictOf } from "../../../lib/adapters/tencent/errors/verdicts.ts";
import { type TencentOptions, tencentCloud } from "../../../lib/adapters/tencent/tencent-cloud.ts";
import { CloudError } from "../../../lib/model/errors.ts";
import { IN_TIME } from "./api-server.ts";

const [me, other] = DEFAULT_ACCOUNTS;
const GZ = "ap-guangzhou";
const running: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(running.map((emulator) => emulator.close())));

async function begin(options: Partial<WorldOptions> = {}, more: Partial<TencentOptions> = {}) {
  const world = createWorld({ now: Date.now, ...options });
  const emulator = await startEmulator({ port: 0, world });
  running.push(emulator);
  const cloud = tencentCloud({
    endpoint: emulator.url,
    site: "cn",
    credentials: async () => ({ secretId: me.secretId, secretKey: me.secretKey }),
    now: Date.now,
    ...more,
  });
  const image = (name: string, order: Partial<ImageSpec> = {}) => {
    const [made] = makeImages(world, { region: GZ, name, ...order });
    if (!made) throw new Error("no image was made");
    return { region: made.region, imageId: made.imageId };
  };
  const copies = (region: string) =>
    [...(world.images.get(region)?.values() ?? [])].filter(({ copiedFrom }) => copiedFrom);
  return { world, cloud, image, copies };
}
const sync = (source: { region: string; imageId: string }, ...destinations: string[]) => ({
  source,
  destinations,
  name: "golden--copying-abc-1",
  notAfter: IN_TIME,
});
const errorOf = (call: Promise<unknown>): Promise<CloudError> =>
  call.then(
    () => expect.fail("expected an error"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(CloudError);
      return error as CloudError;
    },
  );

/** Every switch at every value, with the other switches at their defaults. */
const READINGS = Object.entries(ALL_SWITCHES).flatMap(([name, { values }]) =>
  values.map((value) => [`${name}: ${value}`, { [name]: value }] as const),
);

describe.concurrent("against the emulator, with each unverified behaviour", () => {
  it.each(READINGS)("copies, finds, tags and modifies (%s)", async (_, switches) => {
    const { world, cloud, image, copies } = await begin({ switches });
    const source = image("golden", { tags: { env: "prod" }, description: "words" });
    expect(await cloud.account()).toBe(me.uin);
    expect((await cloud.images(GZ, "custom")).map(({ name }) => name)).toEqual(["golden"]);

    await cloud.trySyncImage(sync(source, "ap-beijing"));
    expect(copies("ap-beijing")).toHaveLength(0);
    const { imageIds } = await cloud.syncImage(sync(source, "ap-beijing", "ap-shanghai"));
    const ids = ["ap-beijing", "ap-shanghai"].map((region) => copies(region).map(({ imageId }) => imageId));
    expect(ids.map(({ length }) => length)).toEqual([1, 1]);
    for (const id of imageIds.values()) expect(ids).toContainEqual([id]);

    advance(world, 40 * 60_000);
    const imageId = ids[0]?.[0] ?? "";
    const found = await cloud.imagesById("ap-beijing", ["img-00000000", imageId, "img-11111111"]);
    expect(found).toMatchObject([{ imageId, name: "golden--copying-abc-1", state: "NORMAL", type: "custom" }]);

    const tags = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`cvm-replicator:${i}`, `${i}`]));
    await cloud.tag({ region: "ap-beijing", imageId }, me.uin, tags, IN_TIME);
    await cloud.modify({ region: "ap-beijing", imageId }, { name: "golden-final", description: "described" }, IN_TIME);
    advance(world, 10_000);
    const [copy] = await cloud.imagesById("ap-beijing", [imageId]);
    expect(copy).toMatchObject({ name: "golden-final", description: "described", tags, creator: me.uin, sizeGiB: 50 });
  });
});

describe.concurrent("against the emulator", () => {
  it("reads hundreds of images, and shared and public images separately", async () => {
    const { world, cloud, image } = await begin();
    image("mine", { count: 230 });
    shareImage(world, image("theirs", { account: other.uin }), [me.uin]);
    expect(await cloud.images(GZ, "custom")).toHaveLength(230);
    expect(await cloud.images(GZ, "shared")).toMatchObject([{ name: "theirs", type: "shared", creator: other.uin }]);
    const kinds = new Set((await cloud.images(GZ, "public")).map(({ type }) => type));
    expect([...kinds]).toEqual(["public"]);
  });

  it("relates a refusal to the source or the destination, without effect", async () => {
    const { world, cloud, image, copies } = await begin({
      quota: 1,
      maxCopyGiB: 100,
      unsyncableRegions: ["ap-nanjing"],
    });
    makeImages(world, { region: "ap-shanghai", name: "full" });
    const small = image("small");
    const tries: [Parameters<typeof sync>[0], string, string][] = [
      [small, "ap-shanghai", "destination"],
      [small, "ap-nanjing", "destination"],
      [small, "ap-atlantis", "destination"],
      [small, "ap-tokyo", "destination"],
      [{ region: GZ, imageId: "img-00000000" }, "ap-beijing", "source"],
      [image("big", { sizeGiB: 200 }), "ap-beijing", "source"],
      [image("secret", { encrypted: true }), "ap-beijing", "source"],
      [image("whole", { dataDisks: [100] }), "ap-beijing", "source"],
    ];
    for (const [source, region, about] of tries) {
      const tried = await errorOf(cloud.trySyncImage(sync(source, region)));
      const among = await errorOf(cloud.syncImage(sync(source, ...new Set(["ap-beijing", region]))));
      for (const { code, effect } of [tried, among]) {
        expect([region, code, effect, verdictOf(code).about]).toEqual([region, code, "none", about]);
      }
    }
    expect(copies("ap-beijing")).toHaveLength(0);
  });

  it("shares an image with accounts of which one has it already, and stops sharing", async () => {
    const third = { ...other, uin: "100000000099", secretId: "AKIDthird", secretKey: "third-key" };
    const { cloud, image } = await begin({ accounts: [...DEFAULT_ACCOUNTS, third] });
    const golden = image("golden");
    expect(await cloud.sharedWith(golden)).toEqual([]);
    await cloud.share(golden, [other.uin], IN_TIME);
    await cloud.share(golden, [other.uin, third.uin], IN_TIME);
    expect((await cloud.sharedWith(golden)).sort()).toEqual([other.uin, third.uin].sort());
    await cloud.share(golden, [other.uin, third.uin], IN_TIME);
    await cloud.unshare(golden, [other.uin], IN_TIME);
    await cloud.unshare(golden, [other.uin], IN_TIME);
    expect(await cloud.sharedWith(golden)).toEqual([third.uin]);
    const { refused } = await cloud.share(golden, ["123", other.uin], IN_TIME);
    expect(refused.get("123")).toMatchObject({ code: "InvalidAccountId.NotFound" });
    expect((await cloud.sharedWith(golden)).sort()).toEqual([other.uin, third.uin].sort());
  });

  it("deletes an image that is not shared, and succeeds if it is deleted already", async () => {
    const { cloud, image } = await begin();
    const golden = image("golden");
    await cloud.share(golden, [other.uin], IN_TIME);
    expect(await errorOf(cloud.deleteImage(golden, IN_TIME))).toMatchObject({
      code: "InvalidImageId.InShared",
      outcome: "terminal",
      effect: "none",
    });
    await cloud.unshare(golden, [other.uin], IN_TIME);
    expect(await cloud.deleteImage(golden, IN_TIME)).not.toBe("");
    expect(await cloud.imagesById(GZ, [golden.imageId])).toEqual([]);
    expect(await cloud.deleteImage(golden, IN_TIME)).not.toBe("");
  });

  it("moves a family, and answers its image and the quota", async () => {
    const { world, cloud, image } = await begin({ quota: 7 });
    expect(await cloud.quota(GZ)).toBe(7);
    const old = image("old");
    advance(world, 60_000);
    const young = image("young");
    expect(await cloud.familyImage(GZ, "golden")).toBeUndefined();
    for (const one of [old, young]) await cloud.modify(one, { family: "golden" }, IN_TIME);
    expect(await cloud.familyImage(GZ, "golden")).toBe(young.imageId);
    await cloud.modify(young, { deprecated: true }, IN_TIME);
    expect(await cloud.familyImage(GZ, "golden")).toBe(old.imageId);
    await cloud.modify(young, { deprecated: false }, IN_TIME);
    expect(await cloud.familyImage(GZ, "golden")).toBe(young.imageId);
    await cloud.modify(young, { family: "" }, IN_TIME);
    expect(await cloud.familyImage(GZ, "golden")).toBe(old.imageId);
    expect(await cloud.imagesById(GZ, [young.imageId])).not.toHaveProperty("0.family");
  });

  it("recognises whole-instance images", async () => {
    const { cloud, image } = await begin();
    image("plain");
    image("whole", { dataDisks: [100] });
    const found = (await cloud.images(GZ, "custom")).map(({ name, wholeMachine }) => [name, wholeMachine]);
    expect(Object.fromEntries(found)).toEqual({ plain: false, whole: true });
  });

  it("creates an encrypted copy in the region of its source only", async () => {
    const { cloud, image, copies } = await begin();
    const golden = image("golden");
    await cloud.trySyncImage({ ...sync(golden, GZ), encrypt: {} });
    const { imageIds } = await cloud.syncImage({ ...sync(golden, GZ), encrypt: {} });
    expect(copies(GZ)).toMatchObject([{ encrypted: true, imageId: imageIds.get(GZ) }]);
    const wrong = await errorOf(cloud.syncImage({ ...sync(golden, "ap-beijing"), encrypt: {} }));
    expect(wrong).toMatchObject({ effect: "none" });
  });

  it("requeues for a busy source", async () => {
    const { cloud, image } = await begin({ switches: { sourceBusyWhileCopying: "refuses" } });
    const source = image("golden");
    await cloud.syncImage(sync(source, "ap-beijing"));
    expect(await errorOf(cloud.syncImage(sync(source, "ap-shanghai")))).toMatchObject({
      outcome: "requeue",
      effect: "none",
    });
  });

  it.each([
    [{ kind: "error", code: "InternalError" } as const, "InternalError", 0],
    [{ kind: "error", code: "InternalError", after: true } as const, "InternalError", 1],
    [{ kind: "http", status: 502, after: true } as const, "HttpStatus", 1],
    [{ kind: "drop-before" } as const, "Network", 0],
    [{ kind: "drop-after" } as const, "Network", 1],
    [{ kind: "hold-after" } as const, "Timeout", 1],
    [{ kind: "not-json" } as const, "BadAnswer", 1],
  ])("sends once, and the effect is unknown after %j", async (effect, code, made) => {
    const { world, cloud, image, copies } = await begin({}, { timeoutMs: 4_000 });
    addFault(world, { match: { action: "SyncImages" }, effect });
    expect(await errorOf(cloud.syncImage(sync(image("golden"), "ap-beijing")))).toMatchObject({
      code,
      effect: "unknown",
    });
    expect(copies("ap-beijing")).toHaveLength(made);
    expect(world.requests.filter(({ action }) => action === "SyncImages").length).toBeLessThanOrEqual(1);
  });

  it("retries repeatable calls after throttling, errors and lost connections", async () => {
    const { world, cloud, image } = await begin();
    const source = image("golden");
    addFault(world, { match: { action: "DescribeImages" }, effect: { kind: "drop-before" } });
    addFault(world, { match: { action: "ModifyImageAttribute" }, effect: { kind: "drop-after" } });
    addFault(world, { match: { action: "TagResources" }, effect: { kind: "error", code: "RequestLimitExceeded" } });
    await cloud.tag(source, me.uin, { a: "b" }, IN_TIME);
    await cloud.modify(source, { name: "renamed" }, IN_TIME);
    expect(await cloud.images(GZ, "custom")).toMatchObject([{ name: "renamed", tags: { a: "b" } }]);
  });

  it("is accepted with a temporary key, and refused with a wrong one", async () => {
    const temporary = { ...me, secretId: "AKIDtemporary", secretKey: "temporary-key", token: "temporary-token" };
    const { secretId, secretKey, token } = temporary;
    const options = { accounts: [...DEFAULT_ACCOUNTS, temporary] };
    const { cloud } = await begin(options, { credentials: async () => ({ secretId, secretKey, token }) });
    expect(await cloud.account()).toBe(me.uin);
    const without = await begin(options, { credentials: async () => ({ secretId, secretKey }) });
    expect(await errorOf(without.cloud.account())).toMatchObject({ outcome: "terminal" });
    const wrong = await begin({}, { credentials: async () => ({ secretId: me.secretId, secretKey: "planted" }) });
    const error = await errorOf(wrong.cloud.account());
    expect(error).toMatchObject({ code: "AuthFailure.SignatureFailure", outcome: "terminal" });
    expect(error.message).not.toContain("planted");
  });
});
