import { describe, expect, it } from "vitest";
import { callAction } from "../../emulator/call.ts";
import { createApp } from "../../emulator/server.ts";
import { makeUser } from "../../emulator/users.ts";
import { setQuota } from "../../emulator/world.ts";
import { exportWorld, importWorld } from "../../emulator/world-json.ts";
import { type Bench, bench, GOLDEN, MAIN, sync } from "./support.ts";

const HOME = "ap-guangzhou";
const ask = (b: Bench, action: string, params: object = {}, service: "cvm" | "as" = "cvm", account = MAIN) =>
  callAction(b.world, {
    account,
    service,
    action,
    version: service === "as" ? "2018-04-19" : "2017-03-12",
    region: HOME,
    params: { ...params },
  });

describe("what uses images", () => {
  it("is shown by its kind, to its account and in its region alone", () => {
    const b = bench();
    const imageIds = [b.image()];
    const instance = makeUser(b.world, { kind: "instance", region: HOME, imageIds });
    const template = makeUser(b.world, {
      kind: "launch-template",
      region: HOME,
      imageIds: [...imageIds, "img-other000"],
    });
    const configuration = makeUser(b.world, {
      kind: "launch-configuration",
      region: HOME,
      imageIds: [],
      imageFamily: "f",
    });
    makeUser(b.world, { kind: "instance", region: "ap-beijing", imageIds });
    expect(ask(b, "DescribeInstances")).toMatchObject({
      TotalCount: 1,
      InstanceSet: [{ InstanceId: instance.id, ImageId: imageIds[0], InstanceState: "RUNNING" }],
    });
    expect(ask(b, "DescribeLaunchTemplates")).toMatchObject({
      LaunchTemplateSet: [{ LaunchTemplateId: template.id, LatestVersionNumber: 2, LaunchTemplateVersionCount: 2 }],
    });
    expect(ask(b, "DescribeLaunchConfigurations", {}, "as")).toMatchObject({
      LaunchConfigurationSet: [{ LaunchConfigurationId: configuration.id, ImageId: "", ImageFamily: "f" }],
    });
    for (const action of ["DescribeInstances", "DescribeLaunchTemplates"])
      expect(ask(b, action, {}, "cvm", GOLDEN)).toMatchObject({ TotalCount: 0 });
  });

  it("comes in pages of 20 unless told otherwise, and of 100 at most", () => {
    const b = bench();
    for (let i = 0; i < 25; i += 1) makeUser(b.world, { kind: "instance", region: HOME, imageIds: ["img-aaaaaaaa"] });
    expect((ask(b, "DescribeInstances")["InstanceSet"] as unknown[]).length).toBe(20);
    expect((ask(b, "DescribeInstances", { Offset: 20 })["InstanceSet"] as unknown[]).length).toBe(5);
    expect(() => ask(b, "DescribeInstances", { Limit: 101 })).toThrow("Limit");
    expect(() => ask(b, "DescribeInstances", { Filters: [{ Name: "image-id", Values: ["x"] }] })).toThrow("image-id");
  });

  it("has of a template the versions 0 to 30 only, where no range is given", () => {
    const b = bench();
    const imageIds = Array.from({ length: 35 }, (_, i) => `img-${String(i).padStart(8, "0")}`);
    const { id } = makeUser(b.world, { kind: "launch-template", region: HOME, imageIds });
    const count = (range: object) =>
      ask(b, "DescribeLaunchTemplateVersions", { LaunchTemplateId: id, ...range })["TotalCount"];
    expect([count({}), count({ MinVersion: 0, MaxVersion: 35 }), count({ LaunchTemplateVersions: [33] })]).toEqual([
      30, 35, 1,
    ]);
    expect(() => count({ LaunchTemplateId: "lt-none0000" })).toThrow("does not exist");
  });

  it("does not keep an image from being deleted, with its snapshots or without", () => {
    const b = bench();
    const [used, other] = [b.image(), b.image()];
    makeUser(b.world, { kind: "instance", region: HOME, imageIds: [used] });
    ask(b, "DeleteImages", { ImageIds: [used], DeleteBindedSnap: true });
    expect(b.world.leftSnapshots).toEqual([]);
    ask(b, "DeleteImages", { ImageIds: [other] });
    expect(b.world.leftSnapshots).toHaveLength(1);
  });

  it("is made, shown and taken away by the control API, and survives an export", async () => {
    const b = bench();
    const app = createApp(b.world);
    const post = async (path: string, method: string, body?: object) =>
      (
        await app.request(`/_emulator${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
      ).json() as Promise<Record<string, unknown>>;
    const made = await post("/users", "POST", { kind: "instance", region: HOME, imageIds: ["img-aaaaaaaa"] });
    expect(await post("/world", "GET")).toMatchObject({ users: [{ id: made["id"], kind: "instance" }] });
    const copy = bench();
    importWorld(copy.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(copy.world.users).toEqual(b.world.users);
    await post(`/users/${HOME}/${String(made["id"])}`, "DELETE");
    expect(b.world.users).toEqual([]);
    expect(await post("/users", "POST", { kind: "car", region: HOME, imageIds: [] })).toHaveProperty("error");
  });
});

describe("a quota of its own", () => {
  it("holds for one region, for all that makes images there", () => {
    const b = bench();
    setQuota(b.world, "ap-beijing", 1);
    const quota = (region: string) =>
      callAction(b.world, {
        account: MAIN,
        service: "cvm",
        action: "DescribeImageQuota",
        version: "2017-03-12",
        region,
        params: {},
      });
    expect([quota("ap-beijing"), quota(HOME)]).toMatchObject([{ ImageNumQuota: 1 }, { ImageNumQuota: 500 }]);
    sync(b, b.image({ name: "1" }), ["ap-beijing"]);
    expect(() => sync(b, b.image({ name: "2" }), ["ap-beijing"])).toThrow("quota");
    setQuota(b.world, undefined, 2);
    sync(b, b.image({ name: "3" }), ["ap-beijing"]);
    expect(() => ask(b, "CreateImage", { ImageName: "x", InstanceId: "ins-aaaaaaaa" })).toThrow("quota");
  });
});

describe("keys", () => {
  it("belong to a region", () => {
    const key = "01234567-89ab-cdef-0123-456789abcdef";
    const b = bench({ kmsKeys: { [HOME]: [key] } });
    const encrypt = (KmsKeyId: string) => sync(b, b.image(), [HOME], { Encrypt: true, KmsKeyId });
    expect(() => encrypt("11234567-89ab-cdef-0123-456789abcdef")).toThrow("KMS key");
    expect(Object.keys(encrypt(key))).toEqual([HOME]);
  });
});
