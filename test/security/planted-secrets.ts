// Plants secrets in the settings of the programs, and searches their output and state for them.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { endFaults } from "../../emulator/api/faults.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import type { Name } from "../e2e/call-function.ts";
import { cli, TOP, temporaryFolder } from "../e2e/support.ts";
import { invokeFunction, runCommand } from "../support/in-process.ts";

/**
 * The secrets. Each contains this text at its beginning and at its end, and on both sides of every
 * character at which a URL could be cut.
 */
export const MARK = "planted";
export const KEY = `${MARK}-key-8f3a-${MARK}`;
export const TOKEN = `${MARK}-token-51c0-${MARK}`;
export const PASSWORD = `${MARK}#${MARK}/${MARK}@${MARK}:${MARK}?${MARK}%${MARK}`;
export const ID = "AKIDofTheSecretsTest0001";

const POLICY = `version: 1
policies: [{ name: p, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 9 }, to: [ap-shanghai, ap-beijing] }]
`;

const { stdout: help } = await cli(["--help"], { PATH: process.env["PATH"] ?? "" });
/** Every command of the help text that ends by itself, each with and without `--json`. */
export const COMMANDS = [...help.matchAll(/^ {2}([a-z]+)(?: \S+)? {2,}\S/gm)]
  .map(([, name]) => name ?? "")
  .filter((name) => !["emulator", "demo", "completion", "version", "help"].includes(name))
  .flatMap((name) => [[name], [name, "--json"]]);
/** A selection of the commands, for cases in which all print the same. */
export const SOME = [["validate", "--json"], ["plan"], ["apply", "--json"], ["status"]];
export type Commands = readonly (readonly string[])[];

/**
 * The programs to run: commands and functions in this process, and commands as processes of their
 * own.
 */
export interface Programs {
  readonly commands?: Commands;
  readonly functions?: readonly Name[];
  readonly processes?: Commands;
}
export const FUNCTIONS: readonly Name[] = ["image-created", "evaluate-policy", "poll-copies"];

/** The folder in which the programs of the current test run. */
export let cwd: string;
export let world: World;
export let emulator: Emulator;
let imageId: string;

/**
 * Starts an emulator for the tests of a file. Each test begins in an empty folder, without faults
 * and copies.
 */
export function useEmulator(): void {
  const folder = temporaryFolder();
  let runs = 0;
  beforeAll(async () => {
    const account = { uin: "100000000001", appId: "1250000001", secretId: ID, secretKey: KEY, token: TOKEN };
    world = createWorld({
      now: () => Date.now(),
      timeScale: 6_000,
      rateLimits: false,
      accounts: [account],
    });
    emulator = await startEmulator({ port: 0, world });
    imageId = makeImages(world, { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20 })[0]?.imageId ?? "";
  });
  afterAll(async () => {
    await emulator.close();
    folder.remove();
  });
  beforeEach(() => {
    endFaults(world);
    world.copies.clear();
    for (const shelf of world.images.values()) {
      for (const [id, { copiedFrom }] of shelf) if (copiedFrom) shelf.delete(id);
    }
    cwd = join(folder.path, `run-${++runs}`);
    mkdirSync(join(cwd, ".tccli"), { recursive: true });
    writeFileSync(join(cwd, "policy.yaml"), POLICY);
  });
}

/** The secrets in the variables that a user sets. */
export const BY_HAND = { TENCENTCLOUD_SECRET_ID: ID, TENCENTCLOUD_SECRET_KEY: KEY, TENCENTCLOUD_TOKEN: TOKEN };
/** The secrets in the variables that SCF sets from the role of a function. */
export const BY_ROLE = { TENCENTCLOUD_SECRETID: ID, TENCENTCLOUD_SECRETKEY: KEY, TENCENTCLOUD_SESSIONTOKEN: TOKEN };

/** The environment of a run: the variables that programs need, and no others of this process. */
export const envOf = (more: Record<string, string>): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: cwd,
  NODE_PATH: join(TOP, "node_modules"),
  REPLICATOR_ENDPOINT: emulator.url,
  POLICY_FILE: join(cwd, "policy.yaml"),
  STATE_URL: `sqlite:${join(cwd, "state.db")}`,
  SETTLE: "1s",
  LOG_LEVEL: "debug",
  ...more,
});

/**
 * Invokes a function. Answers its output and its answer or error, with all fields, also hidden ones
 * and causes.
 */
async function invoke(name: Name, env: Record<string, string>): Promise<string> {
  const event = name === "image-created" ? { region: "ap-guangzhou", imageId } : {};
  const context = { getRemainingTimeInMillis: () => 60_000 };
  const { answer, error, stdout, stderr } = await invokeFunction(name, event, context, env);
  const end =
    answer === undefined
      ? `threw ${String(error)} ${inspect(error, { depth: 12, showHidden: true })} ${JSON.stringify(error)}`
      : `answered ${JSON.stringify(answer)}`;
  return `${stdout}${stderr}${end}`;
}

/**
 * Runs commands and functions one after the other in this process; answers the output of each. A
 * few commands run as processes, too: only a process shows what the runtime itself prints, such as
 * a warning.
 */
export async function outputsOf(
  env: Record<string, string>,
  { commands = COMMANDS, functions = FUNCTIONS, processes = [] }: Programs = {},
): Promise<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const args of commands) {
    const { code, stdout, stderr } = await runCommand(args, env, cwd);
    outputs[args.join(" ")] = `exit ${code}\n${stdout}${stderr}`;
  }
  for (const name of functions) outputs[name] = await invoke(name, env);
  for (const args of processes) {
    const { code, stdout, stderr } = await cli(args, env, cwd);
    outputs[`process ${args.join(" ")}`] = `exit ${code}\n${stdout}${stderr}`;
  }
  return outputs;
}

/** All files that the programs stored in the folder of the current test. */
export function storedFiles(): Record<string, string> {
  const files = readdirSync(cwd, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.startsWith("state.db") && statSync(join(cwd, file)).size > 0,
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(cwd, file), "latin1")]));
}

/**
 * Expects that no text contains a secret, plain or encoded. The keys say where each text comes
 * from.
 */
export function expectNoSecret(places: Record<string, string>): void {
  const encoded = [KEY, TOKEN, PASSWORD].flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [bytes.toString("base64").slice(0, -4), bytes.toString("base64url").slice(0, -4), bytes.toString("hex")];
  });
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, `${place} has a text`).toBeGreaterThan(0);
    const leaked = [MARK, ...encoded].filter((secret) => text.toLowerCase().includes(secret.toLowerCase()));
    expect(leaked.length === 0 ? "" : text, place).toBe("");
  }
}
