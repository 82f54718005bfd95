// Packaging and deploying with the Serverless framework.
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

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

/**
 * The recorded hosts of Tencent. The framework's own telemetry is ignored: it works without an
 * answer.
 */
function hostsOfTencent(): string[] {
  const hosts = existsSync(connections) ? readFileSync(connections, "utf8").split("\n") : [];
  return hosts.filter((host) => /tencent|qcloud/.test(host));
}

/** A copy of the files that a deployment needs, with the policy above. */
function copyOfProject(name: string): string {
  const copy = join(scratch, name);
  const skipped = new Set(["node_modules", "dist", "test", "docs", "bench", "coverage"]);
  mkdirSync(copy);
  for (const entry of readdirSync(ROOT)) {
    if (!skipped.has(entry) && !entry.startsWith("."))
      cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, "policy.yaml"), POLICY);
  return copy;
}

/** Runs Node in a copy with PATH as the only inherited variable. Returns its output. */
async function node(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd,
    env: { PATH: process.env["PATH"], HOME: scratch, NODE_OPTIONS: `--require ${noNetwork}`, ...env },
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${args.join(" ")} failed:\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}

const build = (copy: string, ...args: string[]) => node(copy, ["--import", "tsx", "deploy/build.ts", ...args]);
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

describe("serverless package", () => {
  let first: string;
  let second: string;
  let output: string;

  beforeAll(async () => {
    [first, second] = [copyOfProject("first"), copyOfProject("second")];
    await build(first, "--package");
    await serverless(first, ["package"]);
    await build(second, "--package");
    output = await serverless(second, ["package"], PLANTED);
  }, 240_000);

  it("creates one zip for each function, without credentials", () => {
    expect(readdirSync(join(first, ".serverless")).filter((file) => file.endsWith(".zip"))).toEqual(
      FUNCTIONS.map((name) => `${name}.zip`),
    );
  });

  it("contacts no host of the provider's plugin", () => {
    expect(hostsOfTencent()).toEqual([]);
  });

  it.each(FUNCTIONS)("puts only the bundle and the policy, readable for all users, into %s", (name) => {
    const files = unzip(join(first, ".serverless", `${name}.zip`));
    expect([...files.keys()]).toEqual(["index.js", "package.json", "policy.yaml"]);
    expect([...files.values()].map(({ mode }) => mode & 0o444)).toEqual([0o444, 0o444, 0o444]);
    expect(files.get("index.js")?.text).toBe(readFileSync(join(first, "dist/functions", name, "index.js"), "utf8"));
    expect(JSON.parse(files.get("package.json")?.text ?? "")).toEqual({ type: "commonjs" });
    expect(files.get("policy.yaml")?.text).toBe(POLICY);
  });

  it("creates the same bytes in another folder and with other variables", () => {
    for (const name of FUNCTIONS) {
      const [one, two] = [first, second].map((copy) => readFileSync(join(copy, ".serverless", `${name}.zip`)));
      expect(one?.equals(two ?? Buffer.alloc(0)), name).toBe(true);
    }
  });

  it("writes and prints no secret of the environment", () => {
    const written = readdirSync(join(second, ".serverless")).map((file) =>
      readFileSync(join(second, ".serverless", file), "latin1"),
    );
    for (const text of [output, ...written]) expect(text).not.toContain("planted-");
  });

  it("creates zips that other programs accept", async () => {
    const python = "import sys, zipfile; sys.exit(1 if zipfile.ZipFile(sys.argv[1]).testzip() else 0)";
    const zip = join(first, ".serverless/poll-copies.zip");
    // unzip checks the checksums; if it is not installed, Python does.
    await promisify(execFile)("unzip", ["-tq", zip]).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return promisify(execFile)("python3", ["-c", python, zip]);
      throw error;
    });
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

  it("packs no stale zips: a build without --package deletes them, and packaging names the command to run", async () => {
    await build(second);
    await expect(serverless(second, ["package"])).rejects.toThrow("npm run build -- --package");
  });

  it("rejects a deployment without a state, a role and credentials, before any call", async () => {
    await expect(serverless(first, ["deploy"], { REPLICATOR_ROLE: "" })).rejects.toThrow(
      /REPLICATOR_ROLE: not set[\s\S]*STATE_URL: not set/,
    );
    await expect(serverless(first, ["deploy"], { STATE_URL: PLANTED.STATE_URL })).rejects.toThrow(
      "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY not set",
    );
    expect(hostsOfTencent()).toEqual([]);
  });

  it("packs no invalid policy", async () => {
    writeFileSync(join(second, "policy.yaml"), "version: 1\npolicies: []\nsurprise: true\n");
    await expect(build(second, "--package")).rejects.toThrow("surprise");
    expect(readdirSync(join(second, "dist/functions")).filter((file) => file.endsWith(".zip"))).toEqual([]);
  });
});
