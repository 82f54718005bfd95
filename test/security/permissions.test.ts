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
 * The CAM policies of deploy/cam/ against what the programs, as built, do: the emulator refuses what a policy does not
 * name, and each action that it names has to be called.
 */

const FUNCTIONS: readonly Name[] = ["image-created", "evaluate-policy", "poll-copies"];
const [MAIN, PARTNER, TEAM] = DEFAULT_ACCOUNTS;
/**
 * A plain image, whose copies are shared; one of another account, whose copy in its own region is the source of the next; and one
 * that is encrypted, so that its plain copy is deleted.
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
/** How long a copy takes at most, with the time scale of these tests, ms. */
const COPY = 300;
/** Which image a family points to is asked only where several have it: the last test has that. */
const FAMILY = "cvm:DescribeImageFromFamily";
/** Without these nothing fails: where there is no room the cloud refuses, and what might be in use stays. */
const DISPENSABLE = ["cvm:DescribeImageQuota", "cvm:DeleteImages", "as:DescribeLaunchConfigurations"];

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

/** Invokes a function as its trigger does: how many copies are ready then, and all that it says. */
async function invoke(name: Name): Promise<{ ready: number; said: string }> {
  const events = name === "image-created" ? images : name === "poll-copies" ? [{ Type: "Timer" }] : [{}];
  const outcomes: { answer?: Answer; error?: string }[] = [];
  for (const event of events) outcomes.push(outcomeOf(await invokeFunction(name, event, CONTEXT, env)));
  // Each answer is about the images of its event alone.
  const ready = outcomes.reduce((sum, { answer }) => sum + (answer?.summary["ready"] ?? 0), 0);
  return { ready, said: JSON.stringify(outcomes) };
}

function outcomeOf({ answer, error }: Invoked): { answer?: Answer; error?: string } {
  return error === undefined ? { answer: answer as Answer } : { error: String(error) };
}

/** Invokes a function until every copy is ready, and the plain one that was to be encrypted is gone. */
async function untilReady(name: Name, isEnd = () => !isPlainLeft()): Promise<void> {
  let last = "";
  for (let times = 0; times < 12; times += 1) {
    const { ready, said } = await invoke(name);
    if (ready >= COPIES && isEnd()) return;
    last = said;
    await sleep(COPY);
  }
  expect.fail(`not every copy is ready: ${last}`);
}

function isPlainLeft(): boolean {
  return [...(world.images.get("ap-chengdu")?.values() ?? [])].some(({ name }) => name.includes("--plain-"));
}

it("allow named actions only; what shares and what deletes stands in statements of its own", () => {
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
  it("does all it has to do under its policy, and calls each action in it", async () => {
    allowOnly(world, MAIN.uin, allowedBy(name));
    await untilReady(name);
    expect(calledIn(world.requests)).toEqual(allowedBy(name).filter((action) => action !== FAMILY));
    expect(world.requests.filter(({ result }) => result === "UnauthorizedOperation")).toEqual([]);
  });

  it("finds out under its policy which destination makes a call fail", async () => {
    allowOnly(world, MAIN.uin, allowedBy(name));
    const match = { action: "SyncImages", region: "ap-guangzhou", times: 3 };
    addFault(world, { match, effect: { kind: "error", code: "InvalidRegion.Unavailable" } });
    const { said } = await invoke(name);
    expect(said).toContain("InvalidRegion.Unavailable");
    expect(JSON.stringify(world.requests)).toContain('"DryRun":true');
    for (const action of calledIn(world.requests)) expect(allowedBy(name)).toContain(action);
  });
});

describe("poll-copies without one action of its policy", { timeout: 60_000 }, () => {
  const needed = allowedBy("poll-copies", 1).filter((action) => action !== FAMILY && !DISPENSABLE.includes(action));
  it.each(needed)("%s: names the call that was refused, and why", async (missing) => {
    const rest = allowedBy("poll-copies").filter((action) => action !== missing);
    allowOnly(world, MAIN.uin, rest);
    const runs = [await invoke("poll-copies"), await invoke("poll-copies")];
    expect(runs.map(({ ready }) => ready)).toEqual([0, 0]);
    const [, action] = missing.split(":");
    expect(runs.map(({ said }) => said).join()).toMatch(
      new RegExp(`${action}.*UnauthorizedOperation: the key has no permission for this action`),
    );
    expect(calledIn(world.requests.filter(({ result }) => result === "UnauthorizedOperation"))).toEqual([missing]);
  });

  it.each(DISPENSABLE)("%s: makes all copies all the same", async (missing) => {
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
    return { ...ended, said: ended.stdout + ended.stderr };
  };

  it("applies under its policy, and calls each action in it", async () => {
    allowOnly(world, MAIN.uin, allowedBy("command"));
    expect(await run("apply", "--wait")).toMatchObject({ code: 0 });
    expect((await run("status")).said).toContain(`${COPIES + 1} copies: ${COPIES} ready, 1 retired`);
    expect(calledIn(world.requests)).toEqual(allowedBy("command").filter((action) => action !== FAMILY));
  });

  it("plans and tells the status with leave to read alone, and so does a dry run of evaluate-policy", async () => {
    allowOnly(world, MAIN.uin, allowedBy("plan-only"));
    expect(await run("plan", "--detailed-exitcode")).toMatchObject({ code: 4, stderr: "" });
    expect((await run("status")).code).toBe(0);
    const { answer } = outcomeOf(await invokeFunction("evaluate-policy", { dryRun: true }, CONTEXT, env));
    expect(answer?.plan.create).toHaveLength(3);
    for (const action of calledIn(world.requests)) expect(allowedBy("plan-only")).toContain(action);

    const { code, said } = await run("apply");
    expect(code).toBe(3);
    expect(said).toContain("SyncImages in ap-guangzhou: UnauthorizedOperation");
  });
});

it("no verb of the port to the cloud calls anything else", async () => {
  const { secretId, secretKey } = MAIN;
  const credentials = async () => ({ secretId, secretKey });
  const cloud = tencentCloud({ site: "cn", endpoint: emulator.url, credentials, now: () => Date.now() });
  const [image = { region: "", imageId: "" }] = images;
  const request = { source: image, destinations: ["ap-shanghai"], name: "x", notAfter: Date.now() + 60_000 };
  // A verb that is added has to be added here, or this does not compile.
  const uses: { readonly [Verb in keyof Cloud]: () => Promise<unknown> } = {
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
  for (const use of Object.values(uses)) await use();
  expect(calledIn(world.requests)).toEqual(allowedBy("command"));
});
