// Operating the built programs: timer health, retry, rebuild of a damaged state, a full disk.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ended, runCommand } from "../support/in-process.ts";
import { call } from "./call-function.ts";
import { type Emulated, startCli, startEmulatorProgram, TOP, temporaryFolder, userEnv } from "./support.ts";

const POLICY = `version: 1
policies: [{ name: p, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 50 }, to: [ap-shanghai, ap-beijing] }]
`;

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
  writeFileSync(join(cwd, "policy.yaml"), POLICY);
  env = userEnv(cloud.url, { STATE_URL: `sqlite:${join(cwd, "state.db")}`, POLICY_FILE: join(cwd, "policy.yaml") });
});

const run = (args: string[], more: Record<string, string> = {}): Promise<Ended> =>
  runCommand(args, { ...env, ...more }, cwd);
const bake = () => cloud.control("POST", "images", { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 });
const poll = () => call("poll-copies", {}, { ...env, NODE_PATH: join(TOP, "node_modules") }, {});
const jsonOf = ({ stdout }: Ended) => JSON.parse(stdout) as Record<string, unknown>;

/** Runs SQL on the state, without the program. */
function sql(statement: string): void {
  const database = new Database(join(cwd, "state.db"));
  database.exec(statement);
  database.close();
}

describe("status", { timeout: 60_000 }, () => {
  it("shows when the timer ran, and requires manual action if its last run is too long ago", async () => {
    await bake();
    expect((await run(["apply", "--wait"])).code).toBe(0);
    const without = await run(["status"]);
    expect(without.code).toBe(0);
    expect(without.stdout).toMatch(/^timer: has not run yet/m);
    expect(jsonOf(await run(["status", "--json"]))).toMatchObject({ timer: { ranAt: null, late: false } });

    expect((await poll()).error).toBeUndefined();
    expect((await run(["status"])).stdout).toMatch(/^timer: ran (just now|\d+ s ago)$/m);

    sql(
      "update replicator_accounts set body = json_set(body, '$.heartbeatAt', json_extract(body, '$.heartbeatAt') - 3600000)",
    );
    const late = await run(["status"]);
    expect(late.code).toBe(3);
    expect(late.stdout).toMatch(
      /^problem: the timer has not finished a run since \S+Z, 60 min ago; check the trigger/m,
    );
    const { timer, summary } = jsonOf(await run(["status", "--json"]));
    expect(timer).toMatchObject({ late: true });
    expect(summary).toMatchObject({ problems: [{ code: "timer-late" }] });
    expect((await run(["status"], { SWEEP_EVERY: "2h" })).code).toBe(0);
  });

  it("watches a state that is created meanwhile, until Ctrl-C ends it with 130", async () => {
    await bake();
    const watching = startCli(["status", "--watch"], env, cwd);
    const isPrinted = (text: RegExp) =>
      new Promise<void>((done) => {
        let printed = "";
        watching.stdout?.on("data", (data: Buffer) => text.test((printed += data.toString())) && done());
      });
    await isPrinted(/UTC {2}0 copies\n/);
    const change = isPrinted(/golden-web \(img-\w+\) → ap-shanghai: new → /);
    await run(["apply"]);
    await change;
    watching.kill("SIGINT");
    expect(await watching.ended).toMatchObject({ code: 130, stderr: "" });
  });

  it.skipIf(!existsSync("/dev/full"))("reports in one line that its output cannot be written", async () => {
    await bake();
    await run(["apply"]);
    const full = openSync("/dev/full", "w");
    const main = join(TOP, "dist/cli/main.js");
    const child = spawn(process.execPath, [main, "status"], { env, cwd, stdio: ["ignore", full, "pipe"] });
    let stderr = "";
    child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
    const code = await new Promise((done) => child.once("close", done));
    closeSync(full);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: cannot write .*ENOSPC.*\n$/) as string,
    });
  });
});

describe("the timer", { timeout: 60_000 }, () => {
  it("skips a run while the last run is in progress, and reports this in its answer, not as an error", async () => {
    env["SWEEP_EVERY"] = "1ms";
    await poll();
    await bake();
    const match = { action: "DescribeImages", times: 2 };
    await cloud.control("POST", "faults", { match, effect: { kind: "delay", ms: 3_000 } });
    const answers = await Promise.all([poll(), poll()]);
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
    const skipped = answers.map(({ answer }) => (answer?.run as { skipped?: string }).skipped);
    expect(skipped.sort()).toEqual(["another timer run is in progress", undefined]);
    const { lastRun, timer } = jsonOf(await run(["status", "--json"]));
    expect(lastRun).toMatchObject({ skipped: null });
    expect(timer).toMatchObject({ late: false });
  });
});

describe("retry", { timeout: 60_000 }, () => {
  it("retries blocked copies at once, and reports filters that match no copy", async () => {
    await bake();
    const match = { action: "SyncImages", times: 0 };
    await cloud.control("POST", "faults", { match, effect: { kind: "error", code: "ImageQuotaLimitExceeded" } });
    expect((await run(["apply"])).code).toBe(3);
    await cloud.control("DELETE", "faults");
    expect((await run(["apply"])).code).toBe(3);

    const wrong = await run(["retry", "img-8toqc6s3", "--only", "gold", "--region", "ap-tokyo"]);
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 2, stdout: "" });
    expect(wrong.stderr.split("\n").map((line) => line.replace(/ fits no copy.*/, ""))).toEqual([
      'error: --only: "gold"',
      'error: --region: "ap-tokyo"',
      'error: IMAGE: "img-8toqc6s3"',
      "",
    ]);
    expect(await cloud.syncs()).toBe(0);

    const one = await run(["retry", "--region", "ap-beijing", "--json"]);
    expect(one.stderr).toContain("retrying 1 failed, retrying or blocked copy\n");
    expect(jsonOf(one)).toMatchObject({ summary: { blocked: 1 } });
    const all = await run(["retry", "golden-web", "--only", "p", "--wait"]);
    expect(all.code).toBe(0);
    expect(await cloud.copies()).toHaveLength(2);
    const none = await run(["retry"]);
    expect(none.code).toBe(0);
    expect(none.stderr).toContain("retrying 0 failed, retrying or blocked copies\n");
  });
});

describe("retry of a region that cannot be read", { timeout: 60_000 }, () => {
  it("says that the copy waits, not that it failed", async () => {
    await bake();
    const match = { action: "DescribeImages", region: "ap-beijing", times: 0 };
    await cloud.control("POST", "faults", { match, effect: { kind: "error", code: "InternalError" } });
    await run(["apply"]);
    const { stderr, stdout } = await run(["retry", "--region", "ap-beijing"]);
    await cloud.control("DELETE", "faults");
    expect(stderr).toContain("retrying 1 copy waiting for an unreadable region, which is read now\n");
    expect(stdout).toMatch(/problem: .*; it is read again after 20.*run cvm-replicator retry\n/);
  });
});

describe("what only shows something", { timeout: 60_000 }, () => {
  it.each(["status", "plan", "explain img-00000000", "rollback web --dry-run"])("%s creates no state", async (line) => {
    await run(line.split(" "));
    expect(existsSync(join(cwd, "state.db"))).toBe(false);
  });
});

describe("rebuild", { timeout: 60_000 }, () => {
  it("shows its effect and does nothing without a confirmation", async () => {
    await bake();
    await run(["apply", "--wait"]);
    const { code, stdout, stderr } = await run(["rebuild"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^error: rebuild: deletes the records of 2 copies of account \d+ in sqlite:\S+ and finds .*; confirm with --yes\n$/,
    );
    expect(jsonOf(await run(["status", "--json"]))).toMatchObject({ lastRun: { trigger: "apply" } });
  });

  it("takes over the id of an installation whose state is lost, and only an id", async () => {
    await bake();
    await run(["apply", "--wait"]);
    const before = await cloud.copies();
    delete env["REPLICATOR_INSTALLATION"];
    env["STATE_URL"] = `sqlite:${join(cwd, "new.db")}`;
    const lost = await run(["apply"]);
    expect(lost.code).toBe(3);
    expect(lost.stdout).toMatch(
      /^problem: the state was empty and met 2 copies of installation lab; .*REPLICATOR_INSTALLATION=lab, or run cvm-replicator rebuild --take-over lab;/m,
    );
    expect((await run(["status"])).code).toBe(3);
    expect((await run(["rebuild", "--yes"])).code).toBe(3);
    expect((await run(["plan"])).stdout).toContain("2 copies are of installation lab");
    expect((await run(["explain", before[0]?.imageId ?? ""])).stdout).toContain("of installation lab");
    const wrong = await run(["rebuild", "--yes", "--take-over", "Lab"]);
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/^error: --take-over: "Lab" is not the id of an installation; /);
    const unknown = await run(["rebuild", "--yes", "--take-over", "nope1"]);
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(
      /^error: --take-over: no copy in the regions of the policy is of installation "nope1"; use one of lab$/m,
    );
    expect((await run(["plan"])).stdout).toContain("2 copies are of installation lab");
    expect((await run(["rebuild", "--yes", "--take-over", "lab"])).code).toBe(0);
    expect((await run(["apply"])).code).toBe(0);
    expect(await cloud.copies()).toEqual(before);
  });

  it.each([
    ["a copy", "update replicator_copies set body = substr(body, 1, 20)", "status"],
    ["the account", "update replicator_accounts set body = '[]'", "apply"],
    [
      "an awaited image",
      "insert into replicator_awaited select account, 'ap-guangzhou', 'img-x', 'x' from replicator_accounts",
      "apply",
    ],
    [
      "everything",
      "update replicator_accounts set body = ''; update replicator_copies set phase = 'x', body = ''",
      "status",
    ],
  ])("repairs a state in which %s is damaged, as the error advises", async (_, damage, command) => {
    await bake();
    await run(["apply", "--wait"]);
    const before = await cloud.copies();
    sql(damage);
    const broken = await run([command]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(
      /^error: the state sqlite:\S+ holds a damaged record, .*; run `cvm-replicator rebuild`/,
    );
    const rebuilt = await run(["rebuild", "--yes"]);
    expect({ code: rebuilt.code, stdout: rebuilt.stdout }).toEqual({
      code: 0,
      stdout: "Found in the cloud: 2 ready, 0 unfinished.\n",
    });
    expect((await run(["status"])).code).toBe(0);
    await bake();
    const { copies, uncertainUntil } = jsonOf(await run(["rebuild", "--yes", "--json"]));
    expect(Date.parse(String(uncertainUntil))).toBeGreaterThan(Date.now() + 300_000);
    expect((copies as { state: string }[]).map(({ state }) => state).sort()).toEqual([
      "ready",
      "ready",
      "waiting",
      "waiting",
    ]);
    expect(await cloud.copies()).toEqual(before);
    expect(await cloud.syncs()).toBe(1);
  });
});
