// The package as another machine gets it: no repository around it, and no packages but those that it declares.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Emulated, startEmulatorProgram, TOP, temporaryFolder, userEnv } from "./support.ts";

const NAME = "cvm-image-replicator";
const POLICY = `version: 1
policies: [{ name: golden, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 3 }, to: [ap-shanghai] }]
`;

const folder = temporaryFolder();
const modules = join(folder.path, "prefix/lib/node_modules");
const elsewhere = join(folder.path, "elsewhere");
let cloud: Emulated;
beforeAll(async () => {
  const packed = ["pack", "--silent", "--pack-destination", folder.path];
  const file = execFileSync("npm", packed, { cwd: TOP, encoding: "utf8" }).trim();
  mkdirSync(join(modules, NAME), { recursive: true });
  mkdirSync(elsewhere);
  execFileSync("tar", ["xzf", join(folder.path, file), "--strip-components=1", "-C", join(modules, NAME)]);
  const { dependencies } = JSON.parse(readFileSync(join(modules, NAME, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(TOP, "node_modules", name), join(modules, name));
  }
  cloud = await startEmulatorProgram(600, {}, join(modules, NAME, "dist/cli/main.js"));
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});

const run = (args: readonly string[], input?: string) =>
  execFileSync(process.execPath, [join(modules, NAME, "dist/cli/main.js"), ...args], {
    cwd: elsewhere,
    encoding: "utf8",
    env: userEnv(cloud.url),
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(input !== undefined && { input }),
  });

it("works in another folder: emulator, plan of a policy on standard input, apply, status", async () => {
  await cloud.control("POST", "images", { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 });
  expect(run(["version"])).toMatch(/^cvm-replicator \d+\.\d+\.\d+, build \d/);
  expect(run(["plan", "--policy", "-", "--json"], POLICY)).toContain('"schema": "cvm-replicator/plan/1"');
  writeFileSync(join(elsewhere, "policy.yaml"), POLICY);
  expect(JSON.parse(run(["apply", "--wait", "--json"]))).toMatchObject({ summary: { total: 1, ready: 1 } });
  expect(run(["status"])).toContain("1 copy: 1 ok");
  expect(existsSync(join(elsewhere, ".cvm-replicator/state.db"))).toBe(true);
});

it("has what demo needs, and nothing of the repository besides", () => {
  for (const name of ["dist/functions/poll-copies/index.js", "policy.example.yaml", "policy.schema.json", "README.md"])
    expect(existsSync(join(modules, NAME, name))).toBe(true);
  for (const name of ["test", "lib", "cli", "deploy"]) expect(existsSync(join(modules, NAME, name))).toBe(false);
});
