// The built commands: their output, its streams, and their exit codes.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ended, runCommand, withShortWaits } from "../support/in-process.ts";
import { cli, type Emulated, startCli, startEmulatorProgram, temporaryFolder, userEnv } from "./support.ts";

const BAD_POLICY = `version: 1
polices: []
policies:
  - name: "gold en"
    from: [ap-guangzho]
    select: { type: custum, newest: 0 }
    to: [mainlnd]
`;
const POLICY = `version: 1
policies: [{ name: p, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 50 }, to: [ap-shanghai, ap-beijing] }]
`;
const DESTINATIONS = 2;

const folder = temporaryFolder();
let cloud: Emulated;
let env: Record<string, string>;
let cwd: string;
let tests = 0;
let empty: Record<string, unknown>;

beforeAll(async () => {
  cloud = await startEmulatorProgram();
  empty = await cloud.control("GET", "export");
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});
/** Each test starts with an empty cloud and a folder that contains only a policy. */
beforeEach(async () => {
  await cloud.control("PUT", "import", empty);
  cwd = join(folder.path, `test-${++tests}`);
  mkdirSync(cwd);
  env = userEnv(cloud.url);
  writeFileSync(join(cwd, "policy.yaml"), POLICY);
});

/**
 * Runs a command. Its output must contain no stack trace and no secret, and in a pipe no colours
 * and cursor codes.
 */
async function run(args: string[], more: Record<string, string> = {}, start = runCommand): Promise<Ended> {
  const ended = await start(args, { ...env, ...more }, cwd);
  for (const text of [ended.stdout, ended.stderr]) {
    expect(text).not.toMatch(/^\s+at .*\d+:\d+\)?$/m);
    expect(text).not.toContain("Internal error");
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("planted");
  }
  return ended;
}

/** Runs a command in its own process, as a user starts it. */
const runProcess = (args: string[], more: Record<string, string> = {}): Promise<Ended> => run(args, more, cli);

const bake = (name: string, count = 1) =>
  cloud.control("POST", "images", { region: "ap-guangzhou", name: `golden-${name}`, sizeGiB: 20, count });

describe("an error", { timeout: 30_000 }, () => {
  it("in the policy is reported with all others, with its place and the allowed values; exit 2", async () => {
    writeFileSync(join(cwd, "bad.yaml"), BAD_POLICY);
    const lines = [
      'error: bad.yaml:2:1: polices: unknown key; did you mean "policies"?',
      /^error: bad\.yaml:4:11: policies\[0\]\.name: must be letters, .*, not "gold en"$/,
      /^error: bad\.yaml:5:12: policies\[0\]\.from\[0\]: "ap-guangzho" is not a known region.*"ap-guangzhou"\?$/,
      /^error: bad\.yaml:6:21: policies\[0\]\.select\.type: must be custom or shared, not "custum"/,
      /^error: bad\.yaml:6:37: policies\[0\]\.select\.newest: must be a whole number, at least 1, not 0$/,
      /^error: bad\.yaml:7:10: policies\[0\]\.to\[0\]: "mainlnd" is not a known region or group.*"mainland"\?$/,
    ];
    const commands = ["validate", "plan", "apply"];
    for (const command of commands) {
      const { code, stdout, stderr } = await run([command, "--policy", "bad.yaml"]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr.trimEnd().split("\n")).toEqual(
        lines.map((line) => (typeof line === "string" ? line : (expect.stringMatching(line) as string))),
      );
    }
    const { code, stdout } = await run(["validate", "--policy", "bad.yaml", "--json"]);
    expect(code).toBe(2);
    const { problems } = JSON.parse(stdout) as { problems: { where: string; field: string }[] };
    expect(problems).toHaveLength(6);
    expect(problems[0]).toMatchObject({ where: "bad.yaml:2:1", field: "polices" });
  });

  it.each([
    ["nothing.yaml", "there is no such file"],
    [".", "it is a folder"],
  ])("in the name of the policy file is reported: %s", async (file, why) => {
    const { code, stderr } = await run(["plan", "--policy", file]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${file}: cannot read the policy: ${why}; name the file with --policy or POLICY_FILE\n`,
    });
  });

  it("in the credentials is reported: none, incomplete or wrong ones", async () => {
    const none = await run(["apply"], { TENCENTCLOUD_SECRET_ID: "", TENCENTCLOUD_SECRET_KEY: "" });
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/no credentials: .*set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY/);
    const half = await run(["plan"], { TENCENTCLOUD_SECRET_ID: "", TENCENTCLOUD_SECRET_KEY: "planted" });
    expect(half.code).toBe(2);
    expect(half.stderr).toMatch(/^error: TENCENTCLOUD_SECRET_ID: not set although TENCENTCLOUD_SECRET_KEY is set/);
    const wrong = await run(["plan"], { TENCENTCLOUD_SECRET_KEY: "planted" });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/AuthFailure\.SignatureFailure: .*\n {2}check TENCENTCLOUD_SECRET_ID/);
  });

  it("in the environment is reported with all others", async () => {
    const { code, stderr } = await run(["apply"], {
      STATE_URL: "mysql://u:planted@h/d",
      SETTLE: "soon",
      LOG_LEVEL: "loud",
      REPLICATOR_ENDPOINT: "127.0.0.1",
    });
    expect(code).toBe(2);
    expect(stderr.match(/^error: \w+/gm)).toEqual([
      "error: REPLICATOR_ENDPOINT",
      "error: STATE_URL",
      "error: SETTLE",
      "error: LOG_LEVEL",
    ]);
  });

  it("in the endpoint is reported with the address and a remedy", async () => {
    const { code, stderr } = await withShortWaits(() => run(["plan"], { REPLICATOR_ENDPOINT: "http://127.0.0.1:1" }));
    expect(code).toBe(1);
    expect(stderr).toMatch(/GetCallerIdentity.*Network.*ECONNREFUSED/);
    expect(stderr).toContain("REPLICATOR_ENDPOINT=http://127.0.0.1:1: start the server at this address, or correct or");
  });

  it("in the state is reported: an impossible path, a server that is down", async () => {
    writeFileSync(join(cwd, "file"), "");
    // Root may read and write everything, but a file cannot contain a folder.
    const below = await run(["apply"], { STATE_URL: "sqlite:file/below/state.db" });
    expect(below.code).toBe(1);
    expect(below.stderr).toMatch(/^error: the state sqlite:file\/below\/state\.db cannot be opened .*STATE_URL/);
    const wrong = await run(["status"], { STATE_URL: "cos://images/state" });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: STATE_URL: .* NAME-APPID /) as string,
    });
    const down = await runProcess(["status"], { STATE_URL: "postgres://u:planted@127.0.0.1:1/db" });
    expect(down.code).toBe(1);
    expect(down.stderr).toMatch(/^error: the state postgres:\/\/u@127\.0\.0\.1:1\/db cannot be reached .*STATE_URL/);
  });

  it.each([
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["aply"], "Did you mean apply?"],
    [["plan", "--frob"], "unknown option '--frob'"],
    [["plan", "extra"], "too many arguments for 'plan'"],
    [["apply", "--policy"], "argument missing"],
    [[], "Usage: cvm-replicator"],
  ])("on the command line is reported: %j", async (args, text) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(text);
    expect(stderr).toContain("--help");
  });

  it("in the emulator's options is reported with all others, and a port in use is, too", async () => {
    const wrong = await run(["emulator", "--port", "99999", "--time-scale", "0", "--seed", "x"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toBe(
      'error: --port: "99999" is not a port from 0 to 65535\n' +
        'error: --time-scale: "0" is not a number above 0, such as 60\n' +
        'error: --seed: "x" is not a whole number\n',
    );
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address() as { port: number };
    const taken = await run(["emulator", "--port", String(port)]);
    server.close();
    expect(taken.code).toBe(1);
    expect(taken.stderr).toMatch(/^error: cannot listen on 127\.0\.0\.1:\d+: the port is already in use; stop/);
    const exposed = await run(["emulator", "--port", "0", "--host", "0.0.0.0", "--run-functions"]);
    expect(exposed).toMatchObject({ code: 1, stdout: "" });
    expect(exposed.stderr).toMatch(/^error: functions run on loopback only, .* 0\.0\.0\.0; use the host 127\.0\.0\.1/);
  });
});

describe("the commands", { timeout: 60_000 }, () => {
  it("have a help text", async () => {
    const commands = ["validate", "plan", "apply", "status", "emulator", "demo"];
    const helps = await Promise.all(commands.map((command) => runProcess([command, "--help"])));
    for (const [i, { code, stdout, stderr }] of helps.entries()) {
      const command = commands[i] ?? "";
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^Usage: cvm-replicator ${command} .*\n\n\\w`));
    }
    expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run(["--help"])).stdout).toContain(
      "Exit codes: 0 success; 1 error; 2 bad usage or policy; 3 manual action required,\n",
    );
  });

  it("validate shows the policies as text and as JSON, without credentials", async () => {
    const bare = { TENCENTCLOUD_SECRET_ID: "", TENCENTCLOUD_SECRET_KEY: "" };
    const text = await run(["validate"], bare);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toContain("policy.yaml: 1 policy, no errors\n  p: ap-guangzhou → ap-shanghai, ap-beijing\n");
    // The only source region gets no copies, even if `to` names it.
    writeFileSync(join(cwd, "own.yaml"), POLICY.replace("to: [", "to: [ap-guangzhou, "));
    const own = await run(["validate", "--policy", "own.yaml"], bare);
    expect(own.stdout).toContain("\n  p: ap-guangzhou → ap-shanghai, ap-beijing\n");
    const json = await run(["validate", "--json"], bare);
    expect(JSON.parse(json.stdout)).toMatchObject({ policies: [{ name: "p" }], warnings: [], problems: [] });
  });

  it("status, plan and apply work from an empty cloud until nothing is left to do", async () => {
    const empty = await run(["status"]);
    expect(empty).toMatchObject({ code: 0, stderr: "" });
    expect(empty.stdout).toContain("No copies recorded for this account yet. Run cvm-replicator apply.");
    expect(JSON.parse((await run(["status", "--json"])).stdout)).toMatchObject({ copies: [], lastRun: null });
    expect((await run(["plan", "--detailed-exitcode"])).code).toBe(0);

    await bake("web");
    const plan = await runProcess(["plan", "--detailed-exitcode"]);
    expect(plan.code).toBe(4);
    expect(plan.stdout).toMatch(
      /^ {2}\+ "golden-web-1" \(img-\w+\) ap-guangzhou → ap-beijing, 20 GiB\n {2}\+ .* → ap-shanghai, 20 GiB\n/m,
    );
    const json = JSON.parse((await run(["plan", "--json"])).stdout) as { create: object[] };
    expect(json.create).toHaveLength(DESTINATIONS);

    const apply = await runProcess(["apply", "--wait", "--json"]);
    expect(apply.code).toBe(0);
    expect(JSON.parse(apply.stdout)).toMatchObject({ summary: { total: DESTINATIONS, ready: DESTINATIONS } });
    expect(apply.stderr).toMatch(/→ ap-shanghai: ready\n/);

    expect((await run(["plan", "--detailed-exitcode"])).code).toBe(0);
    expect((await run(["apply"])).stdout).toBe("2 copies: 2 ready\nApplied: 0 created, 0 changed, 0 deleted.\n");
    const status = await runProcess(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/2 copies: 2 ok\nlast run: apply, \d{4}-/);
  });

  it("escape control characters in names, and exit with 3 if manual action is required", async () => {
    await bake("\u001b[31mred\u0007\nfake: ready\u202e");
    for (const args of [["plan"], ["apply", "--wait"], ["status"]]) {
      const { code, stdout, stderr } = await run(args);
      expect(stdout + stderr).toContain("\\u001b[31mred\\u0007\\u000afake: ready\\u202e");
      expect(code).toBe(args[0] === "plan" ? 0 : 3);
    }
    const { code, stdout } = await run(["apply", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { blocked: DESTINATIONS } });
  });

  it("say what to do if the account cannot be found because of a fault that passes", async () => {
    const match = { action: "GetCallerIdentity", times: 0 };
    await cloud.control("POST", "faults", { match, effect: { kind: "error", code: "InternalError" } });
    const { code, stderr } = await run(["plan"]);
    await cloud.control("DELETE", "faults");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: GetCallerIdentity.*InternalError.*\n {2}Run it again in a minute/);
  });

  it("finish with their exit code when their output is closed", async () => {
    await bake("web");
    const plan = startCli(["plan", "--detailed-exitcode"], env, cwd);
    plan.stdout?.destroy();
    expect(await plan.ended).toMatchObject({ code: 4, stderr: "" });
    const apply = startCli(["apply", "--wait", "--json"], env, cwd);
    apply.stderr?.destroy();
    const { code, stdout } = await apply.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { ready: DESTINATIONS } });
  });
});
