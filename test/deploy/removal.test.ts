// What a removal takes away, and what it keeps.
import { afterEach, describe, expect, it } from "vitest";
import type { Call } from "../../deploy/account/call.ts";
import { whatStays } from "../../deploy/account/remove.ts";
import { removeLogs } from "../../deploy/account/resources/logs.ts";
import { zip } from "../../deploy/zip.ts";
import { addFault } from "../../emulator/api/faults.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { storeObject } from "../../emulator/world/services/bucket.ts";
import { type AccountWorld, accountWorld, MAIN } from "./account-world.ts";

const HOME = "ap-guangzhou";
const BUCKET = `cvm-image-replicator-${MAIN.appId}`;
const ROLE = "cvm-image-replicator-dev";

let at: AccountWorld;
afterEach(() => at.close());

const rules = () => [...at.world.eventBuses.values()].flatMap((bus) => [...bus.rules.values()]);

/** Stores an object in the bucket of the states. */
function put(key: string): void {
  const object = { body: new Uint8Array(), etag: '"0"', modifiedAt: 0, headers: {}, listedFrom: 0 };
  const bucket = at.world.buckets.get(BUCKET);
  if (bucket) storeObject(bucket, key, object);
}

describe("a removal", () => {
  it("of a stage that does not exist claims nothing, and warns", async () => {
    at = await accountWorld();
    await at.remove();
    expect(at.reported()).toEqual([]);
    expect(at.warnings[0]).toMatch(/no function of stage dev in ap-guangzhou.*check --stage/);
  });

  it("leaves state, logs and images", async () => {
    at = await accountWorld();
    await at.deploy();
    makeImages(at.world, { region: HOME, name: "golden-web" });
    await at.remove();
    expect([at.world.cam.roles, at.world.cam.policies, rules()]).toEqual([[], [], []]);
    expect([at.world.buckets.has(BUCKET), at.world.logTopics.size]).toEqual([true, 2]);
    expect(
      whatStays(at.deployment, { hasOwnRole: false, withState: false, withLogs: false, isElsewhere: false }).join("\n"),
    ).toMatch(/state.*--with-state[\s\S]*logset.*--with-logs[\s\S]*sls-cloudfunction/);
    await at.deploy(); // Makes again what is gone, and finds the rest.
    expect(at.reported()).toContain(`unchanged state bucket ${BUCKET} in ${HOME}`);
  });

  it("deletes the state of its own stage alone, if told", async () => {
    at = await accountWorld();
    await at.deploy();
    const ofState = ["epoch", "check", `heads/${"a".repeat(24)}/999999999998`, "history/9999999999998-aaaa-1"];
    for (const name of ofState) put(`dev/1/${name}`);
    const others = ["dev/1/notes.txt", "dev/team/1/epoch", "dev2/1/epoch", "prod/1/epoch"];
    for (const name of others) put(name);
    await at.remove({ withState: true, withLogs: true });
    expect([...(at.world.buckets.get(BUCKET)?.objects.keys() ?? [])].sort()).toEqual(others);
    expect(at.warnings.at(-1)).toMatch(/2 objects .* stay/);
    expect([at.world.logTopics.size, at.world.logsets.size]).toEqual([0, 0]);
  });

  it("deletes no log topic of other people, though the filter of the list finds it", async () => {
    at = await accountWorld();
    await at.deploy();
    const { LogsetId } = await at.call<{ LogsetId: string }>("cls", "CreateLogset", HOME, { LogsetName: "others" });
    await at.call("cls", "CreateTopic", HOME, { LogsetId, TopicName: "journal" });
    // The one reading of a filter: it is passed over.
    const call: Call = (service, action, region, params) =>
      at.call(service, action, region, action === "DescribeTopics" ? { ...params, Filters: [] } : params);
    await removeLogs({ ...at.deployment, call });
    expect([...at.world.logTopics.values()].map(({ logsetId }) => logsetId)).toEqual([LogsetId]);
  });

  it("keeps the role while image-created of another region's deployment needs it", async () => {
    at = await accountWorld("ap-shanghai");
    await at.deploy();
    const Code = { ZipFile: Buffer.from(zip([{ name: "index.js", data: Buffer.from("") }])).toString("base64") };
    const settings = { Handler: "index.main_handler", Runtime: "Nodejs18.15" };
    await at.call("scf", "CreateFunction", HOME, { FunctionName: `${ROLE}-image-created`, Code, ...settings });
    await at.remove();
    expect(at.world.cam.roles).toHaveLength(1);
    expect(at.warnings.at(-1)).toMatch(/another region, so the role .* stay/);
  });

  it("from a region where the stage is not, keeps role and state, however often it is repeated", async () => {
    at = await accountWorld("ap-shanghai");
    await at.deploy();
    put("dev/1/epoch");
    for (let times = 0; times < 2; times += 1) {
      await at.remove({ withState: true, withLogs: true }, HOME);
      expect(at.world.cam.roles[0]?.attached).toHaveLength(3);
      expect([at.world.buckets.get(BUCKET)?.objects.size, at.world.logTopics.size]).toEqual([1, 2]);
      expect(at.warnings.at(-1)).toMatch(/another region.*TENCENTCLOUD_REGION/);
    }
    await at.remove({ withState: true, withLogs: true });
    expect([at.world.cam.roles.length, at.world.buckets.size, at.world.logTopics.size]).toEqual([0, 0, 0]);
  });

  it.each(["drop-before", "drop-after"] as const)(
    "is completed by repeating it, wherever it was broken off: %s",
    async (kind) => {
      at = await accountWorld("ap-shanghai");
      await at.deploy();
      put("dev/1/epoch");
      const actions = ["DetachRolePolicy", "DeletePolicy", "DeleteRole", "DeleteTopic", "DeleteLogset"];
      for (const action of actions) addFault(at.world, { match: { action }, effect: { kind } });
      let failures = 0;
      while (failures < 20) {
        const error = await at.remove({ withState: true, withLogs: true }).then(
          () => undefined,
          (thrown: Error) => thrown,
        );
        if (!error) break;
        failures += 1;
      }
      expect(failures).toBe(5);
      const { cam, buckets, logsets, logTopics } = at.world;
      expect([cam.roles, cam.policies, buckets.size, logsets.size, logTopics.size]).toEqual([[], [], 0, 0, 0]);
    },
  );

  it("says what is left if a step fails", async () => {
    at = await accountWorld();
    await at.deploy();
    addFault(at.world, { match: { action: "DeleteRole" }, effect: { kind: "error", code: "InternalError" } });
    await expect(at.remove()).rejects.toThrow(/not everything is removed:\ncam DeleteRole/);
  });
});
