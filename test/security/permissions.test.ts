// Each program runs with its CAM policy of deploy/cam/ alone, and needs every action in it.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeImages, shareImage } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { makeUser } from "../../emulator/world/image-users.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { tencentCloud } from "../../lib/adapters/tencent/tencent-cloud.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Answer, Name } from "../e2e/call-function.ts";
import { TOP, temporaryFolder, userEnv } from "../e2e/support.ts";
import { type Invoked, invokeFunction, runCommand } from "../support/in-process.ts";
import { allowedBy, allowOnly, calledIn, readCam } from "../support/permissions.ts";

/**
 * Compares the CAM policies of deploy/cam/ with the calls of the built programs. The emulator
 * refuses each action that a policy does not allow, and each allowed action must be called.
 */

const FUNCTIONS: readonly Name[] = ["image-created", "evaluate-policy", "poll-copies"];
const [MAIN, PARTNER, TEAM] = DEFAULT_ACCOUNTS;
/**
 * Policies that need every action: shared copies of a custom image, copies of a shared image in two
 * steps, and an encrypted copy, for which a plain copy is deleted.
 */
const POLICY = `version: 1
policies:
  - name: golden
    from: [ap-guangzhou]
    select: { name: ["golden-*"], newest: 9 }
    to: [ap-shanghai, ap-beijing]
    copy: { shareWith: ["${TEAM.uin}"] }
  - { name: base, from: [ap-guangzhou], select: { type: shared, creator: ["${PARTNER.uin}"], newest: 9 }, to: [ap-nanjing] }
  - { name: secret, from: [ap-guangzhou], select: { name: [secret-*], newest: 9 }, to: [ap-chengdu], copy: { encrypt: true } }
`;
const COPIES = 5;
const CONTEXT = { getRemainingTimeInMillis: () => 900_000 };
/** The longest duration of a copy with the time scale of these tests, ms. */
const COPY = 300;
/** Called only if several images have the same family: the last test has such a case. */
const FAMILY = "cvm:DescribeImageFromFamily";
/**
 * Copies succeed without these actions: the cloud enforces the quota, and images that may be in use
 * stay.
 */
const OPTIONAL = ["cvm:DescribeImageQuota", "cvm:DeleteImages", "as:DescribeLaunchConfigurations"];

let folder: ReturnType<typeof temporaryFolder>;
let world: World;
let emulator: Emulator;
let env: Record<string, string>;
let images: { region: string; imageId: string }[];

beforeEach(async () => {
  folder = temporaryFolder();
  const policyFile = join(folder.path, "policy.yaml");
  writeFileSync(policyFile, POLICY);
  // A copy takes 0.1 to 0.3 s.
  world = createWorld({ now: () => Date.now(), timeScale: 6_000, rateLimits: false });
  emulator = await startEmulator({ port: 0, world });
  images = [
    ...makeImages(world, { region: "ap-guangzhou", name: "golden-web", description: "as baked", sizeGiB: 20 }),
    ...makeImages(world, { region: "ap-guangzhou", name: "secret-db", description: "as baked", sizeGiB: 20 }),
    ...makeImages(world, { region: "ap-guangzhou", name: "base-os", account: PARTNER.uin, sizeGiB: 20 }),
  ].map(({ region, imageId }) => ({ region, imageId }));
  for (const region of ["ap-chengdu"])
    makeUser(world, { kind: "launch-template", region, imageIds: ["img-00000000"], account: MAIN.uin });
  for (const image of images.slice(2)) shareImage(world, image, [MAIN.uin]);
  env = userEnv(emulator.url, {
    POLICY_FILE: policyFile,
    STATE_URL: `sqlite:${join(folder.path, "state.db")}`,
    NODE_PATH: join(TOP, "node_modules"),
  });
});
afterEach(async () => {
  await emulator.close();
  folder.remove();
});

/**
 * Invokes a function as its trigger does. Returns the number of ready copies, and the outcomes as
 * text.
 */
async function invoke(name: Name): Promise<{ ready: number; text: string }> {
  const events = name === "image-created" ? images : name === "poll-copies" ? [{ Type: "Timer" }] : [{}];
  const outcomes: { answer?: Answer; error?: string }[] = [];
  for (const event of events) outcomes.push(outcomeOf(await invokeFunction(name, event, CONTEXT, env)));
  // Each answer covers only the images of its event.
  const ready = outcomes.reduce((sum, { answer }) => sum + (answer?.summary["ready"] ?? 0), 0);
  return { ready, text: JSON.stringify(outcomes) };
}

function outcomeOf({ answer, error }: Invoked): { answer?: Answer; error?: string } {
  return error === undefined ? { answer: answer as Answer } : { error: String(error) };
}

/**
 * Invokes a function until every copy is ready and `isEnd` holds: by default, the plain
 * intermediate copy is deleted.
 */
async function untilReady(name: Name, isEnd = () => !isPlainLeft()): Promise<void> {
  let last = "";
  for (let times = 0; times < 12; times += 1) {
    const { ready, text } = await invoke(name);
    if (ready >= COPIES && isEnd()) return;
    last = text;
    await sleep(COPY);
  }
  expect.fail(`not every copy is ready: ${last}`);
}

function isPlainLeft(): boolean {
  return [...(world.images.get("ap-chengdu")?.values() ?? [])].some(({ name }) => name.includes("--plain-"));
}

it("the CAM policies allow only named actions, with separate statements for sharing and for deletions", () => {
  const files = readdirSync(join(TOP, "deploy/cam")).map((file) => file.replace(/\.json$/, ""));
  expect(files.sort()).toEqual([...FUNCTIONS, "command", "plan-only", "role-trust"].sort());
  for (const file of files) {
    const { version, statement } = readCam(file);
    expect(version).toBe("2.0");
    const forbidden = [/Delete|Share|Create|UnTag/, /Delete|Create|UnTag/, /Modify|Create|UnTag/];
    for (const [index, { effect, action }] of statement.entries()) {
      expect(effect).toBe("allow");
      for (const name of action) expect(name).toMatch(/^(name\/)?(cvm|tag|sts|as):[A-Z][A-Za-z]+$/);
      expect(action.join()).not.toMatch(forbidden[index] ?? /./);
    }
  }
});

describe.each(FUNCTIONS)("%s", { timeout: 60_000 }, (name) => {
  it("completes its work with its policy, and calls each action in it", async () => {
    allowOnly(world, MAIN.uin, allowedBy(name));
    await untilReady(name);
    expect(calledIn(world.requests)).toEqual(allowedBy(name).filter((action) => action !== FAMILY));
    expect(world.requests.filter(({ result }) => result === "UnauthorizedOperation")).toEqual([]);
  });

  it("finds with its policy the destination that makes a call fail", async () => {
    allowOnly(world, MAIN.uin, allowedBy(name));
    const match = { action: "SyncImages", region: "ap-guangzhou", times: 3 };
    addFault(world, { match, effect: { kind: "error", code: "InvalidRegion.Unavailable" } });
    const { text } = await invoke(name);
    expect(text).toContain("InvalidRegion.Unavailable");
    expect(JSON.stringify(world.requests)).toContain('"DryRun":true');
    for (const action of calledIn(world.requests)) expect(allowedBy(name)).toContain(action);
  });
});

describe("poll-copies without one action of its policy", { timeout: 60_000 }, () => {
  const needed = allowedBy("poll-copies", 1).filter((action) => action !== FAMILY && !OPTIONAL.includes(action));
  it.each(needed)("%s: reports the refused call and the reason", async (missing) => {
    const rest = allowedBy("poll-copies").filter((action) => action !== missing);
    allowOnly(world, MAIN.uin, rest);
    const runs = [await invoke("poll-copies"), await invoke("poll-copies")];
    expect(runs.map(({ ready }) => ready)).toEqual([0, 0]);
    const [, action] = missing.split(":");
    expect(runs.map(({ text }) => text).join()).toMatch(
      new RegExp(`${action}.*UnauthorizedOperation: the key has no permission for this action`),
    );
    expect(calledIn(world.requests.filter(({ result }) => result === "UnauthorizedOperation"))).toEqual([missing]);
  });

  it.each(OPTIONAL)("%s: makes all copies", async (missing) => {
    allowOnly(
      world,
      MAIN.uin,
      allowedBy("poll-copies").filter((action) => action !== missing),
    );
    await untilReady("poll-copies", () => true);
    expect(isPlainLeft()).toBe(missing !== "cvm:DescribeImageQuota");
  });
});

describe("the command", { timeout: 60_000 }, () => {
  const run = async (...args: string[]) => {
    const ended = await runCommand(args, env, folder.path);
    return { ...ended, text: ended.stdout + ended.stderr };
  };

  it("runs apply with its policy, and calls each action in it", async () => {
    allowOnly(world, MAIN.uin, allowedBy("command"));
    expect(await run("apply", "--wait")).toMatchObject({ code: 0 });
    expect((await run("status")).text).toContain(`${COPIES + 1} copies: ${COPIES} ready, 1 retired`);
    expect(calledIn(world.requests)).toEqual(allowedBy("command").filter((action) => action !== FAMILY));
  });

  it("runs plan and status with the read-only policy; so does a dry run of evaluate-policy", async () => {
    allowOnly(world, MAIN.uin, allowedBy("plan-only"));
    expect(await run("plan", "--detailed-exitcode")).toMatchObject({ code: 4, stderr: "" });
    expect((await run("status")).code).toBe(0);
    const { answer } = outcomeOf(await invokeFunction("evaluate-policy", { dryRun: true }, CONTEXT, env));
    expect(answer?.plan.create).toHaveLength(3);
    for (const action of calledIn(world.requests)) expect(allowedBy("plan-only")).toContain(action);

    const { code, text } = await run("apply");
    expect(code).toBe(3);
    expect(text).toContain("SyncImages in ap-guangzhou: UnauthorizedOperation");
  });
});

it("the methods of the cloud port call exactly the actions in the policy of the command", async () => {
  const { secretId, secretKey } = MAIN;
  const credentials = async () => ({ secretId, secretKey });
  const cloud = tencentCloud({ site: "cn", endpoint: emulator.url, credentials, now: () => Date.now() });
  const [image = { region: "", imageId: "" }] = images;
  const request = { source: image, destinations: ["ap-shanghai"], name: "x", notAfter: Date.now() + 60_000 };
  // A new method must be added here; otherwise this does not compile.
  const calls: { readonly [Method in keyof Cloud]: () => Promise<unknown> } = {
    account: () => cloud.account(),
    images: () => cloud.images("ap-guangzhou", "custom"),
    imagesById: () => cloud.imagesById("ap-guangzhou", [image.imageId]),
    trySyncImage: () => cloud.trySyncImage(request),
    tag: () => cloud.tag(image, MAIN.uin, { a: "b" }, request.notAfter),
    modify: () => cloud.modify(image, { description: "as baked" }, request.notAfter),
    share: () => cloud.share(image, [PARTNER.uin], request.notAfter),
    sharedWith: () => cloud.sharedWith(image),
    unshare: () => cloud.unshare(image, [PARTNER.uin], request.notAfter),
    quota: () => cloud.quota("ap-guangzhou"),
    familyImage: () => cloud.familyImage("ap-guangzhou", "golden"),
    uses: () => cloud.uses("ap-chengdu", [image.imageId]),
    syncImage: () => cloud.syncImage(request),
    deleteImage: () => cloud.deleteImage(image, request.notAfter).catch(() => {}),
  };
  for (const call of Object.values(calls)) await call();
  expect(calledIn(world.requests)).toEqual(allowedBy("command"));
});
