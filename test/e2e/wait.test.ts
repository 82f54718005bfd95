// The built command apply --wait: it ends, and not before a sweep finds nothing to do.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Ended, runCommand } from "../support/in-process.ts";
import { type Emulated, end, startCli, startEmulatorProgram, temporaryFolder, userEnv } from "./support.ts";

const folder = temporaryFolder();
let cloud: Emulated;
let empty: Record<string, unknown>;
let env: Record<string, string>;
let cwd: string;
let tests = 0;

beforeAll(async () => {
  cloud = await startEmulatorProgram();
  empty = await cloud.control("GET", "export");
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});
beforeEach(async () => {
  await cloud.control("PUT", "import", empty);
  cwd = join(folder.path, `test-${++tests}`);
  mkdirSync(cwd);
  env = userEnv(cloud.url, { POLICY_FILE: join(cwd, "policy.yaml"), STATE_URL: `sqlite:${join(cwd, "state.db")}` });
});

const run = (...args: string[]): Promise<Ended> => runCommand(args, env, cwd);

function writePolicy(more = ""): void {
  const select = 'select: { name: ["golden-*"], newest: 1 }';
  const policy = `{ name: p, from: [ap-guangzhou], ${select}, to: [ap-shanghai]${more} }`;
  writeFileSync(join(cwd, "policy.yaml"), `version: 1\npolicies:\n  - ${policy}\n`);
}

async function bake(): Promise<string> {
  const body = { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20, family: "web" };
  const { images } = (await cloud.control("POST", "images", body)) as unknown as { images: { imageId: string }[] };
  return images[0]?.imageId ?? "";
}

describe("apply --wait", { timeout: 30_000 }, () => {
  it("ends after a recall that leaves no other version of the family", async () => {
    writePolicy();
    const imageId = await bake();
    expect((await run("apply", "--wait")).code).toBe(0);
    await cloud.control("PATCH", `images/ap-guangzhou/${imageId}`, { deprecated: true });
    const { code, stdout } = await run("apply", "--wait");
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^problem: img-\w+ in ap-shanghai stays in the family web .*\n1 copy: 1 retired\nApplied: 0 created, 1 changed, 0 deleted \(calls: modified 1\)\.\n$/,
    );
    expect((await run("status")).stdout).not.toContain("being repaired");
  });

  it("ends although another program finished the copies that it waits for", async () => {
    writePolicy();
    await bake();
    const waiting = startCli(["apply", "--wait"], env, cwd);
    const isCopying = async () => (await run("status")).stdout.includes(" copying");
    while (!(await isCopying())) await sleep(50);
    onTestFinished(() => end(waiting, "SIGKILL"));
    await sleep(200); // Until its run has ended, and it pauses.
    waiting.kill("SIGSTOP");
    await cloud.control("POST", "clock", { advanceMs: 60_000 });
    expect((await run("apply", "--wait")).stdout).toContain("1 copy: 1 ready\n");
    waiting.kill("SIGCONT");
    const { code, stdout } = await waiting.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^1 copy: 1 ready\n/) as string });
  });

  it("exits with 3 from the first run on if an account is refused, and explain names the account", async () => {
    writePolicy(', copy: { shareWith: ["999999999999"] }');
    await bake();
    const first = await run("apply", "--wait", "--json");
    expect(first.code).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({ summary: { ready: 1, problems: [{ code: "account-refused" }] } });
    expect((await run("status")).code).toBe(3);
    const [copy] = await cloud.copies();
    expect((await run("explain", copy?.imageId ?? "")).stdout).toContain("999999999999");
  });
});
