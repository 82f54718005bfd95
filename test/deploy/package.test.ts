// Packaging and deploying with the Serverless framework.
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCompiledPolicies } from "../../lib/policy/compiled.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { VERSION } from "../support/compiled-policy.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FUNCTIONS = ["evaluate-policy", "image-created", "poll-copies"];
const POLICY = `version: 1
policies:
  - name: only
    from: [ap-guangzhou]
    select: { name: ["only-*"], newest: 3 }
    to: [ap-shanghai]
`;
const PLANTED = {
  TENCENTCLOUD_SECRET_ID: "planted-id-5hQ2",
  TENCENTCLOUD_SECRET_KEY: "planted-key-8sXw",
  TENCENTCLOUD_TOKEN: "planted-token-1fRz",
  STATE_URL: "postgres://replicator:planted-password-7dKp@db.example/state",
};

const scratch = mkdtempSync(join(tmpdir(), "package-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Is loaded into every program here. Blocks every connection and records its host. */
const connections = join(scratch, "connections");
const noNetwork = join(scratch, "no-network.cjs");
writeFileSync(
  noNetwork,
  `const connect = require("node:net").Socket.prototype.connect;
  require("node:net").Socket.prototype.connect = function (...args) {
    const to = Array.isArray(args[0]) ? args[0][0] : args[0];
    if (to.path) return connect.apply(this, args);
    require("node:fs").appendFileSync(${JSON.stringify(connections)}, to.host + "\\n");
    process.nextTick(() => this.destroy(new Error("getaddrinfo ENOTFOUND " + to.host)));
    return this;
  };`,
);

/** The recorded hosts. */
const hosts = () => (existsSync(connections) ? readFileSync(connections, "utf8").split("\n").filter(Boolean) : []);
/** Those of Tencent. The framework's own telemetry is ignored: it works without an answer. */
const hostsOfTencent = () => hosts().filter((host) => /tencent|qcloud/.test(host));

/** A copy of the files that a deployment needs, with the policy above. */
function copyOfProject(name: string, order = (entries: string[]) => entries): string {
  const copy = join(scratch, name);
  const skipped = new Set(["node_modules", "dist", "test", "docs", "bench", "coverage"]);
  mkdirSync(copy);
  writeFileSync(join(copy, "policy.yaml"), POLICY);
  for (const entry of order(readdirSync(ROOT).sort())) {
    if (!skipped.has(entry) && !entry.startsWith(".") && entry !== "policy.yaml")
      cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Gives every file of a copy the same old date. */
function makeOld(copy: string): void {
  for (const file of readdirSync(copy, { recursive: true, encoding: "utf8" }))
    if (!file.startsWith("node_modules")) utimesSync(join(copy, file), 1_000_000_000, 1_000_000_000);
}

/** Runs Node in a copy with PATH as the only inherited variable. Returns its output. */
const node = (cwd: string, args: readonly string[], env: Record<string, string> = {}) =>
  run(cwd, [process.execPath, ...args], env);

async function run(cwd: string, [program = "", ...args]: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, {
    cwd,
    env: {
      PATH: process.env["PATH"],
      HOME: scratch,
      NODE_OPTIONS: `--require ${noNetwork}`,
      ...NPM_LOOKS_FOR_NOTHING,
      ...env,
    },
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${args.join(" ")} failed:\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}

const build = (copy: string) => node(copy, ["--import", "tsx", "deploy/build.ts"]);
const NPM_RUN_PACKAGE = ["npm", "run", "--silent", "package"];
/** npm looks for a newer npm once a week, and goes on without an answer. That is not ours, and would be recorded. */
const NPM_LOOKS_FOR_NOTHING = { npm_config_update_notifier: "false" };
/** A network of its own, without any device that is up, where the kernel lets users make one. */
const isolated = ["unshare", "--map-root-user", "--net"];
const withoutNetwork = spawnSync(isolated[0] ?? "", [...isolated.slice(1), "true"]).status === 0 ? isolated : [];
const serverless = (copy: string, args: readonly string[], env = {}) =>
  node(copy, ["node_modules/serverless/bin/serverless.js", ...args], env);

/** The files of a zip with their permissions, read through the directory at its end. */
function unzip(file: string): Map<string, { mode: number; text: string }> {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const files = new Map<string, { mode: number; text: string }>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    const text = (bytes.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data)).toString("utf8");
    files.set(bytes.toString("utf8", at + 46, at + 46 + nameLength), {
      mode: bytes.readUInt32LE(at + 38) >>> 16,
      text,
    });
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

interface Printed {
  functions: Record<
    string,
    { handler: string; role?: string; events: { timer?: { parameters: { cronExpression: string } } }[] }
  >;
  provider: { runtime: string; environment: { variables: Record<string, string> } };
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest("hex");
const zipOf = (copy: string, name: string) => readFileSync(join(copy, "dist/functions", `${name}.zip`));

let first: string;
let second: string;

describe("npm run package", { timeout: 60_000 }, () => {
  let output: string;
  let outputOfSecond: string;
  let contacted: string[];

  beforeAll(async () => {
    first = copyOfProject("first");
    output = await run(first, [...withoutNetwork, ...NPM_RUN_PACKAGE]);
    second = copyOfProject("in another folder", (entries) => entries.reverse());
    makeOld(second);
    const shell = ["sh", "-c", `umask 077; exec ${NPM_RUN_PACKAGE.join(" ")}`];
    outputOfSecond = await run(second, shell, { ...PLANTED, TZ: "Pacific/Kiritimati", LC_ALL: "C" });
    contacted = hosts();
  }, 240_000);

  it("needs no network and no credentials, and tries no connection", () => {
    expect(contacted).toEqual([]);
  });

  it.each(FUNCTIONS)("puts the bundle, the policy as data and its origin, readable for all users, into %s", (name) => {
    const files = unzip(join(first, "dist/functions", `${name}.zip`));
    expect([...files.keys()]).toEqual(["index.js", "package.json", "policy.json", "build.json"]);
    expect([...files.values()].map(({ mode }) => mode)).toEqual([0o100644, 0o100644, 0o100644, 0o100644]);
    expect(files.get("index.js")?.text).toBe(readFileSync(join(first, "dist/functions", name, "index.js"), "utf8"));
    expect(JSON.parse(files.get("package.json")?.text ?? "")).toEqual({ type: "commonjs" });
    const { policies } = parsePolicy(POLICY, "policy.yaml");
    expect(readCompiledPolicies(files.get("policy.json")?.text ?? "", "policy.json", VERSION)).toEqual({ policies });
    expect(JSON.parse(files.get("build.json")?.text ?? "")).toEqual({
      function: name,
      version: VERSION,
      target: "node18",
      policy: { file: "policy.yaml", sha256: sha256(POLICY) },
    });
  });

  it("creates the same bytes with other dates, umask, time zone, variables and order of files, in another folder", () => {
    for (const name of FUNCTIONS) expect(sha256(zipOf(second, name)), name).toBe(sha256(zipOf(first, name)));
  });

  it("prints the hash of each zip, as standard tools compute it", () => {
    for (const name of FUNCTIONS)
      expect(output).toMatch(new RegExp(`${name}\\.zip +\\d+  ${sha256(zipOf(first, name))}`));
  });

  it("writes and prints no secret of the environment", () => {
    const written = FUNCTIONS.flatMap((name) => [...unzip(join(second, "dist/functions", `${name}.zip`)).values()]);
    for (const text of [outputOfSecond, ...written.map((file) => file.text)]) expect(text).not.toContain("planted-");
  });

  it("creates zips that other programs accept", async () => {
    const python = "import sys, zipfile; sys.exit(1 if zipfile.ZipFile(sys.argv[1]).testzip() else 0)";
    const zip = join(first, "dist/functions/poll-copies.zip");
    // unzip checks the checksums; if it is not installed, Python does.
    await promisify(execFile)("unzip", ["-tq", zip]).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return promisify(execFile)("python3", ["-c", python, zip]);
      throw error;
    });
  });

  it("packs no invalid policy", async () => {
    writeFileSync(join(second, "policy.yaml"), "version: 1\npolicies: []\nsurprise: true\n");
    await expect(run(second, NPM_RUN_PACKAGE)).rejects.toThrow("surprise");
    expect(readdirSync(join(second, "dist/functions")).filter((file) => file.endsWith(".zip"))).toEqual([]);
  });
});

describe("serverless", { timeout: 60_000 }, () => {
  it("takes the zips that the build has made, without credentials", async () => {
    await serverless(first, ["package"]);
    const taken = readdirSync(join(first, ".serverless")).filter((file) => file.endsWith(".zip"));
    expect(taken).toEqual(FUNCTIONS.map((name) => `${name}.zip`));
    for (const file of taken)
      expect(sha256(readFileSync(join(first, ".serverless", file)))).toBe(sha256(zipOf(first, file.slice(0, -4))));
    expect(hostsOfTencent()).toEqual([]);
  });

  it("uses the handler that the bundle exports, and a timer with seven fields", async () => {
    const printed = JSON.parse(await serverless(first, ["print", "--format", "json"])) as Printed;
    expect(Object.keys(printed.functions).sort()).toEqual(FUNCTIONS);
    for (const { handler } of Object.values(printed.functions)) expect(handler).toBe("index.main_handler");
    const timers = Object.values(printed.functions).flatMap(({ events }) => events.map((event) => event.timer));
    expect(timers.map((timer) => timer?.parameters.cronExpression.split(" "))).toEqual([
      ["0", "*/1", "*", "*", "*", "*", "*"],
    ]);
    // SCF reserves these prefixes.
    const names = Object.keys(printed.provider.environment.variables);
    expect(names.filter((name) => /^(SCF_|QCLOUD_|TENCENTCLOUD_)/.test(name))).toEqual([]);
  });

  it("packs no stale zips: a build alone deletes them, and packaging names the command to run", async () => {
    await build(second);
    await expect(serverless(second, ["package"])).rejects.toThrow("npm run package");
  });

  it("rejects a deployment with a secret in a variable, or without credentials, before any call", async () => {
    await expect(serverless(first, ["deploy"], { STATE_URL: PLANTED.STATE_URL })).rejects.toThrow(
      "STATE_URL: has a password",
    );
    await expect(serverless(first, ["deploy"], { STATE_URL: "" })).rejects.toThrow(
      "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY not set",
    );
    expect(hostsOfTencent()).toEqual([]);
  });
});
