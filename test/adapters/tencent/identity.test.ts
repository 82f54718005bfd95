// One cloud works for one account, though its credentials may change.
import { afterAll, describe, expect, it } from "vitest";
import { makeImages } from "../../../emulator/control/console.ts";
import { startEmulator } from "../../../emulator/server.ts";
import { type Account, DEFAULT_ACCOUNTS } from "../../../emulator/settings/accounts.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { tencentCloud } from "../../../lib/adapters/tencent/tencent-cloud.ts";
import type { Credentials } from "../../../lib/adapters/tencent/transport/credentials.ts";
import type { Cloud } from "../../../lib/model/ports.ts";
import { failure, IN_TIME, imagesAnswer, type Reaction, serve, signer, syncRequest } from "./api-server.ts";

const [A, B] = DEFAULT_ACCOUNTS;
const GZ = "ap-guangzhou";
const CHANGED = { name: "CloudError", code: "AccountChanged", outcome: "requeue", about: "account", effect: "none" };
const me: Reaction = { answer: { AccountId: A.uin } };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const keyOf = ({ secretId, secretKey, token }: Account): Credentials =>
  token === undefined ? { secretId, secretKey } : { secretId, secretKey, token };

const running: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(running.map((emulator) => emulator.close())));

/**
 * The emulator with 230 images in each of two accounts; the n-th read of the credentials gives
 * keys[n].
 */
async function emulated(keys: readonly Account[], accounts: readonly Account[] = DEFAULT_ACCOUNTS) {
  const world = createWorld({ now: Date.now, accounts });
  for (const { uin } of [A, B]) makeImages(world, { region: GZ, name: `of-${uin}`, count: 230, account: uin });
  const emulator = await startEmulator({ port: 0, world });
  running.push(emulator);
  const left = [...keys];
  const credentials = async () => keyOf(left.shift() ?? A);
  const cloud = tencentCloud({ endpoint: emulator.url, site: "cn", credentials, now: Date.now });
  const requests = (uin: string) => world.requests.filter((r) => r.account === uin).map((r) => r.action);
  return { cloud, requests };
}

describe.concurrent("a cloud whose credentials become those of another account", () => {
  it("stops reading a list, even if the credentials change back", async () => {
    const { cloud, requests } = await emulated([A, A, B, A]);
    expect(await cloud.account()).toBe(A.uin);
    const error = await failure(cloud.images(GZ, "custom"));
    expect(error).toMatchObject({ ...CHANGED, action: "DescribeImages", region: GZ });
    expect(error.message).toContain(`expected account ${A.uin}, got ${B.uin}`);
    expect(error.remedy).toContain("expected account");
    expect(requests(A.uin)).toEqual(["GetCallerIdentity", "DescribeImages"]);
    expect(requests(B.uin)).toEqual(["GetCallerIdentity"]);
    expect(await cloud.account()).toBe(A.uin);
    const creators = (await cloud.images(GZ, "custom")).map(({ creator }) => creator);
    expect(creators).toEqual(Array.from({ length: 230 }, () => A.uin));
  });

  const image = { region: GZ, imageId: "img-0001" };
  it.each<[string, (cloud: Cloud) => Promise<unknown>]>([
    ["images", (cloud) => cloud.images(GZ, "custom")],
    ["imagesById", (cloud) => cloud.imagesById(GZ, ["img-0001"])],
    ["syncImage", (cloud) => cloud.syncImage(syncRequest())],
    ["trySyncImage", (cloud) => cloud.trySyncImage(syncRequest())],
    ["tag", (cloud) => cloud.tag(image, A.uin, { a: "b" }, IN_TIME)],
    ["modify", (cloud) => cloud.modify(image, { name: "name" }, IN_TIME)],
    ["sharedWith", (cloud) => cloud.sharedWith(image)],
    ["share", (cloud) => cloud.share(image, [B.uin], IN_TIME)],
    ["unshare", (cloud) => cloud.unshare(image, [B.uin], IN_TIME)],
    ["deleteImage", (cloud) => cloud.deleteImage(image, IN_TIME)],
    ["quota", (cloud) => cloud.quota(GZ)],
    ["familyImage", (cloud) => cloud.familyImage(GZ, "golden")],
    ["uses", (cloud) => cloud.uses(GZ, ["img-0001"], "all")],
    ["account", (cloud) => cloud.account()],
  ])("sends nothing for %s, and inquires once about the new key", async (_, call) => {
    const { cloud, requests } = await emulated([A, B, B]);
    await cloud.imagesById(GZ, ["img-00000000"]);
    for (const error of [await failure(call(cloud)), await failure(call(cloud))]) expect(error).toMatchObject(CHANGED);
    expect(requests(B.uin)).toEqual(["GetCallerIdentity"]);
  });

  it("is bound to the account of the first inquiry that succeeded", async () => {
    const uins = ["", B.uin, A.uin];
    const api = await serve(
      () => imagesAnswer(),
      (_request, n) => ({ answer: { AccountId: uins[n - 1] } }),
    );
    const keys = [A, B, A].map(keyOf);
    const cloud = api.cloud({ credentials: async () => keys.shift() ?? keyOf(B) });
    expect(await failure(cloud.images(GZ, "custom"))).toMatchObject({ code: "BadAnswer", effect: "none" });
    await cloud.images(GZ, "custom");
    expect(await failure(cloud.images(GZ, "custom"))).toMatchObject(CHANGED);
    expect(await cloud.account()).toBe(B.uin);
  });
});

describe.concurrent("a cloud whose temporary key is replaced by another of its account", () => {
  it("continues, and inquires once for each key", async () => {
    const keys = [1, 2, 3].map((n) => ({
      ...A,
      secretId: `AKIDtemporary${n}`,
      secretKey: `temporary-key-${n}`,
      token: `temporary-token-${n}`,
    }));
    const [one, two, three] = keys as [Account, Account, Account];
    const { cloud, requests } = await emulated([one, one, two, two, three, three, three], [A, B, ...keys]);
    expect(await cloud.account()).toBe(A.uin);
    expect(await cloud.images(GZ, "custom")).toHaveLength(230); // three pages: the key changes after the first
    expect(await cloud.account()).toBe(A.uin);
    expect(await cloud.imagesById(GZ, ["img-00000000"])).toEqual([]);
    expect(await cloud.account()).toBe(A.uin);
    expect(requests(A.uin).filter((action) => action === "GetCallerIdentity")).toHaveLength(3);
  });
});

describe.concurrent("the inquiry whose key it is", () => {
  it("is shared by calls that come while it is under way, and is a line in the log of its own", async () => {
    const api = await serve(
      () => imagesAnswer(),
      () => sleep(100).then(() => me),
    );
    const lines: string[] = [];
    const cloud = api.cloud({ log: ({ action, code }) => lines.push(`${action} ${code}`) });
    const regions = Array.from({ length: 10 }, (_, i) => `region-${i}`);
    await Promise.all(regions.map((region) => cloud.images(region, "custom")));
    expect(await cloud.account()).toBe(A.uin);
    expect(api.requests).toHaveLength(10);
    expect(api.inquiries).toHaveLength(1);
    expect(lines).toEqual(["GetCallerIdentity ok", ...regions.map(() => "DescribeImages ok")]);
  });

  it("is made with the key that then signs the call", async () => {
    const api = await serve(
      () => imagesAnswer(),
      () => sleep(20).then(() => me),
    );
    let n = 0;
    const cloud = api.cloud({ credentials: async () => ({ secretId: `AKID${++n}`, secretKey: "k" }) });
    await Promise.all([cloud.images(GZ, "custom"), cloud.images(GZ, "shared")]);
    const keys = ["AKID1", "AKID2"];
    expect(api.inquiries.map(signer).sort()).toEqual(keys);
    expect(api.requests.map(signer).sort()).toEqual(keys);
    expect(n).toBe(2);
  });

  it.each<[string, Reaction, string]>([
    ["an error", { error: "InternalError" }, "InternalError"],
    ["a refusal", { error: "AuthFailure.TokenFailure" }, "AuthFailure.TokenFailure"],
    ["a lost connection", { cut: true }, "Network"],
    ["an answer without an account", { answer: {} }, "BadAnswer"],
    ["silence", { hang: true }, "Timeout"],
  ])(
    "fails the calls that wait for it, without effect, and is repeated by the next call: %s",
    async (_, sendFailure, code) => {
      const api = await serve(
        () => ({ answer: {} }),
        (_request, n) => (n === 1 ? sendFailure : me),
      );
      const cloud = api.cloud({ timeoutMs: 1000 });
      const errors = await Promise.all([
        failure(cloud.syncImage(syncRequest())),
        failure(cloud.syncImage(syncRequest())),
      ]);
      for (const error of errors) expect(error).toMatchObject({ name: "CloudError", code, effect: "none" });
      expect(api.requests).toHaveLength(0);
      expect(api.inquiries).toHaveLength(1);
      await cloud.syncImage(syncRequest());
      expect(api.requests).toHaveLength(1);
      expect(api.inquiries).toHaveLength(2);
    },
  );

  it("is retried for calls that may be repeated", async () => {
    const api = await serve(
      () => imagesAnswer(),
      (_request, n) => (n === 1 ? { status: 502 } : me),
    );
    expect(await api.cloud().images(GZ, "custom")).toEqual([]);
    expect(api.inquiries).toHaveLength(2);
  });

  it("counts against the time limit of the call", async () => {
    const api = await serve(
      () => ({ hang: true }),
      () => sleep(1700).then(() => me),
    );
    const began = Date.now();
    const error = await failure(api.cloud({ timeoutMs: 4000 }).syncImage(syncRequest()));
    expect(error).toMatchObject({ action: "SyncImages", code: "Timeout", effect: "unknown" });
    expect(error.message).toContain("4000 ms");
    expect(Date.now() - began).toBeLessThan(5500);
  });

  it("does not make a call leave after its last moment", async () => {
    const api = await serve(
      () => ({ answer: {} }),
      () => sleep(300).then(() => me),
    );
    const late = api.cloud().syncImage({ ...syncRequest(), notAfter: Date.now() + 100 });
    expect(await failure(late)).toMatchObject({
      action: "SyncImages",
      code: "NotSent",
      outcome: "requeue",
      effect: "none",
    });
    expect(api.requests).toHaveLength(0);
  });

  it.each<[string, (cloud: Cloud) => Promise<unknown>]>([
    ["syncImage", (cloud) => cloud.syncImage(syncRequest())],
    ["modify", (cloud) => cloud.modify({ region: GZ, imageId: "img-0001" }, { name: "name" }, IN_TIME)],
  ])("stops with the run, and the call has no effect: %s", async (_, call) => {
    const run = new AbortController();
    const api = await serve(
      () => ({ answer: {} }),
      () => {
        run.abort();
        return { hang: true };
      },
    );
    const cloud = api.cloud({ signal: run.signal });
    expect(await failure(call(cloud))).toMatchObject({ code: "Aborted", outcome: "requeue", effect: "none" });
    expect(api.requests).toHaveLength(0);
  });

  it("does not let the calls that waited for it exceed the rate limit", async () => {
    const arrivals: number[] = [];
    const api = await serve(
      () => {
        arrivals.push(Date.now());
        return imagesAnswer();
      },
      () => sleep(1200).then(() => me),
    );
    const cloud = api.cloud();
    await Promise.all(Array.from({ length: 9 }, () => cloud.images(GZ, "custom")));
    expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThan(900);
  });
});
