import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { makeImages } from "../../emulator/control/console.ts";
import { type Emulator, startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { openState } from "../../lib/adapters/state/open.ts";
import { accountIn, callerIdentity } from "../../lib/adapters/tencent/transport/account-guard.ts";
import { transport } from "../../lib/adapters/tencent/transport/transport.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { postgres, tellSkipped } from "../adapters/state/places.ts";
import type { Name } from "../e2e/call-function.ts";
import { cli, TOP, temporaryFolder } from "../e2e/support.ts";
import { invokeFunction, runCommand, withShortWaits } from "../support/in-process.ts";

/**
 * Secrets are given to every program in every way there is, in good and bad circumstances; then all that it printed,
 * answered, threw and stored is searched for them. Each secret has the mark at its beginning and at its end, and at
 * both sides of every character that a URL could be cut at.
 */
const MARK = "planted";
const KEY = `${MARK}-key-8f3a-${MARK}`;
const TOKEN = `${MARK}-token-51c0-${MARK}`;
const PASSWORD = `${MARK}#${MARK}/${MARK}@${MARK}:${MARK}?${MARK}%${MARK}`;
const ID = "AKIDofTheSecretsTest0001";

const POLICY = `version: 1
policies: [{ name: p, from: [ap-guangzhou], select: { name: ["golden-*"], newest: 9 }, to: [ap-shanghai, ap-beijing] }]
`;
const WRONG_URLS = [
  `postgres://replicator:${PASSWORD}@127.0.0.1:1/state`,
  `postgres://replicator:${MARK}#x@127.0.0.1:1/state`,
  `postgres://replicator:1#${MARK}@127.0.0.1:1/state`,
  `postgres://replicator:1/${MARK}@127.0.0.1:1/state`,
  `postgres://replicator:1?${MARK}@127.0.0.1:1/state`,
  `postgres://replicator:1%${MARK}@127.0.0.1:1/state`,
  `postgres://replicator:${MARK} x@127.0.0.1:1/state`,
  `postgres://replicator@127.0.0.1:1/state?password=${MARK}&schema=No`,
  `postgres://replicator:${MARK}@/state`,
  `postgres:replicator:${MARK}@127.0.0.1/state`,
  `postgres//replicator:${MARK}@127.0.0.1/state`,
  `mysql://replicator:${MARK}@127.0.0.1/state`,
  `sqlite://replicator:${MARK}@127.0.0.1/state`,
  `sqlite:replicator:${MARK}@127.0.0.1/`,
  `file://replicator:${MARK}@127.0.0.1:5432/state`,
  `replicator:${MARK}@127.0.0.1/state`,
];
/** Every command that ends by itself, as the program lists them, each with and without `--json`. */
const { stdout: help } = await cli(["--help"], { PATH: process.env["PATH"] ?? "" });
const COMMANDS = [...help.matchAll(/^ {2}([a-z]+) .*\S {2,}\S/gm)]
  .map(([, name]) => name ?? "")
  .filter((name) => !["emulator", "demo", "help"].includes(name))
  .flatMap((name) => [[name], [name, "--json"]]);
/** Enough where all would say the same. */
const SOME = [["validate", "--json"], ["plan"], ["apply", "--json"], ["status"]];
type Commands = readonly (readonly string[])[];
interface Programs {
  readonly commands?: Commands;
  readonly functions?: readonly Name[];
  readonly processes?: Commands;
}
const FUNCTIONS: readonly Name[] = ["image-created", "evaluate-policy", "poll-copies"];

const folder = temporaryFolder();
let cwd: string;
let runs = 0;
let world: World;
let emulator: Emulator;
let imageId: string;

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
/** No fault, and no copy but those that the test makes. */
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

const BY_HAND = { TENCENTCLOUD_SECRET_ID: ID, TENCENTCLOUD_SECRET_KEY: KEY, TENCENTCLOUD_TOKEN: TOKEN };
const OF_A_ROLE = { TENCENTCLOUD_SECRETID: ID, TENCENTCLOUD_SECRETKEY: KEY, TENCENTCLOUD_SESSIONTOKEN: TOKEN };

/** The environment of a run: nothing of this process's own but what programs need. */
const envOf = (more: Record<string, string>): Record<string, string> => ({
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

/** Invokes a function and tells all that comes of it as a careless runtime would: every field, hidden ones and causes too. */
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
 * Runs commands and functions one after the other in this process; answers what each said. A few are started as
 * processes, too: what the runtime itself prints, such as a warning, shows there alone.
 */
async function sayings(
  env: Record<string, string>,
  { commands = COMMANDS, functions = FUNCTIONS, processes = [] }: Programs = {},
): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const args of commands) {
    const { code, stdout, stderr } = await runCommand(args, env, cwd);
    said[args.join(" ")] = `exit ${code}\n${stdout}${stderr}`;
  }
  for (const name of functions) said[name] = await invoke(name, env);
  for (const args of processes) {
    const { code, stdout, stderr } = await cli(args, env, cwd);
    said[`process ${args.join(" ")}`] = `exit ${code}\n${stdout}${stderr}`;
  }
  return said;
}

/** All that is stored in the folder of a run, but what the test itself put there. */
function stored(): Record<string, string> {
  const files = readdirSync(cwd, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.startsWith("state.db") && statSync(join(cwd, file)).size > 0,
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(cwd, file), "latin1")]));
}

function expectNoSecret(places: Record<string, string>): void {
  const encoded = [KEY, TOKEN, PASSWORD].flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [bytes.toString("base64").slice(0, -4), bytes.toString("base64url").slice(0, -4), bytes.toString("hex")];
  });
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, `${place} says something`).toBeGreaterThan(0);
    const found = [MARK, ...encoded].filter((secret) => text.toLowerCase().includes(secret.toLowerCase()));
    expect(found.length === 0 ? "" : text, place).toBe("");
  }
}

const serverUrl = (port: number) =>
  `postgres://replicator:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/state?schema=x`;

it("knows the commands", () => {
  const names = COMMANDS.map(([name]) => name);
  for (const name of ["validate", "plan", "apply", "status"]) expect(names).toContain(name);
});

describe("no secret is printed, answered, thrown or stored", { timeout: 60_000 }, () => {
  it.each([
    ["the environment", BY_HAND, COMMANDS, FUNCTIONS],
    ["a function's role", OF_A_ROLE, [["status"]], FUNCTIONS],
    ["a profile of tccli", {}, [["plan"], ["apply", "--json"]], []],
  ] as const)("when everything is fine, with the key from %s", async (_, credentials, commands, functions) => {
    const profile = { secretId: ID, secretKey: KEY, token: TOKEN };
    writeFileSync(join(cwd, ".tccli/default.credential"), JSON.stringify(profile));
    const env = envOf(credentials);
    const first = await runCommand(["apply", "--wait"], env, cwd);
    expect(first.stdout).toMatch(/^2 copies: 2 ready\n/);
    const said: Record<string, string> = {
      ...(await sayings(env, { commands, functions, processes: [["plan"], ["apply", "--json"], ["status"]] })),
      first: first.stdout + first.stderr,
    };
    if (functions.length > 0) expect(said["poll-copies"]).toContain("answered");
    expectNoSecret({ ...said, ...stored() });
    expect(Object.keys(stored())).toContain("state.db");
    const pages = ["world", "requests", "events", "export"];
    for (const page of pages)
      expect(await (await fetch(`${emulator.url}/_emulator/${page}`)).text()).not.toContain(MARK);
  });

  it.each([
    ["a wrong key", () => ({ TENCENTCLOUD_SECRET_KEY: `${KEY}-wrong` }), /SignatureFailure/, COMMANDS],
    ["a wrong token", () => ({ TENCENTCLOUD_TOKEN: `${TOKEN}-wrong` }), /TokenFailure/, SOME],
    ["a key without its id", () => ({ TENCENTCLOUD_SECRET_ID: "" }), /TENCENTCLOUD_SECRET_ID: not set/, SOME],
    ["nobody at the endpoint", () => ({ REPLICATOR_ENDPOINT: "http://127.0.0.1:1" }), /ECONNREFUSED/, COMMANDS],
    [
      "a password in the endpoint",
      () => ({ REPLICATOR_ENDPOINT: `http://${MARK}:${encodeURIComponent(PASSWORD)}@127.0.0.1:1` }),
      /a user or password in the URL is not allowed/,
      SOME,
    ],
    [
      "a password in an endpoint without a scheme",
      () => ({ REPLICATOR_ENDPOINT: `proxy:${MARK}@127.0.0.1:1` }),
      /a user or password in the URL is not allowed/,
      SOME,
    ],
    [
      "no database",
      () => ({ STATE_URL: serverUrl(1) }),
      /replicator@127\.0\.0\.1:1\/state.*cannot be reached/,
      COMMANDS,
    ],
    [
      "a policy that is the file of the key",
      () => ({ POLICY_FILE: join(cwd, ".tccli/default.credential") }),
      /unknown key/,
      SOME,
    ],
    [
      "a policy that is no YAML",
      () => ({ POLICY_FILE: join(cwd, ".tccli/broken.credential") }),
      /broken\.credential:\d/,
      SOME,
    ],
  ])("when there is %s", async (what, change, told, commands) => {
    // Every call is repeated then, and a process cannot be made to wait for a shorter time.
    const isRepeated = what === "nobody at the endpoint";
    const processes: Commands = isRepeated ? [] : [["plan"]];
    const profile = JSON.stringify({ secretId: ID, secretKey: KEY, token: TOKEN });
    writeFileSync(join(cwd, ".tccli/default.credential"), profile);
    writeFileSync(join(cwd, ".tccli/broken.credential"), profile.replaceAll(",", ",,").replace("}", ": ["));
    const programs: Programs = { commands, functions: ["poll-copies"], processes };
    const say = () => sayings(envOf({ ...BY_HAND, ...change() }), programs);
    const said = await (isRepeated ? withShortWaits(say) : say());
    expect(`${said["plan"]}`).toMatch(told);
    expect(said["poll-copies"]).toMatch(told);
    expectNoSecret({ ...said, ...stored() });
  });

  it("when the profile is broken", async () => {
    writeFileSync(join(cwd, ".tccli/default.credential"), `{"secretId": "${ID}", "secretKey": "${KEY}", ${TOKEN}`);
    const said = await sayings(envOf({}), { commands: [["plan"], ["status", "--json"]], functions: ["poll-copies"] });
    expect(said["plan"]).toContain("not JSON");
    expectNoSecret(said);
  });

  it("when the cloud quotes them in its errors", async () => {
    const quoting = `signed with ${KEY} and ${TOKEN}`;
    for (const action of ["GetCallerIdentity", "SyncImages", "DescribeImages"]) {
      endFaults(world);
      const effect = { kind: "error" as const, code: `FailedOperation.${KEY}`, message: quoting };
      addFault(world, { match: { action, times: 0 }, effect });
      // Each with a state of its own, so that each meets the error itself.
      const [first, second] = ["state.db", "state.db-2"].map((name) =>
        envOf({ ...BY_HAND, STATE_URL: `sqlite:${join(cwd, name)}` }),
      ) as [Record<string, string>, Record<string, string>];
      const said = {
        ...(await sayings(first, { commands: [], functions: ["evaluate-policy"] })),
        ...(await sayings(second, { commands: [["plan"], ["apply", "--json"], ["status"]], functions: [] })),
      };
      expect(JSON.stringify(said)).toContain("signed with *** and ***");
      expectNoSecret({ ...said, ...stored() });
    }
  });

  // Many copy a token with the end of its line; the HTTP client then quotes it. Once here, since programs try again.
  it("when a key or token is no text for a header", async () => {
    const { signal } = new AbortController();
    const odd = { secretId: `${ID}\n`, secretKey: KEY, token: `${TOKEN}\n` };
    const credentials = async () => odd;
    const send = transport({ endpoint: new URL(emulator.url), site: "cn", credentials, signal, now: () => Date.now() });
    const error: unknown = await send(callerIdentity("cn", 1_000), accountIn).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("***") as string });
    expectNoSecret({ thrown: inspect(error, { depth: 12, showHidden: true }) });
  });

  it("when STATE_URL is wrong", async () => {
    const url = `sqlite://replicator:${MARK}@127.0.0.1/state`;
    expectNoSecret(
      await sayings(envOf({ ...BY_HAND, STATE_URL: url }), { commands: SOME, functions: ["poll-copies"] }),
    );
    for (const wrong of WRONG_URLS) {
      const thrown: unknown[] = [];
      const keep = (error: unknown) => thrown.push(error);
      await openState(wrong).then((state) => state.close(), keep);
      for (const onScf of ["SCF", ""]) {
        try {
          readConfig({ STATE_URL: wrong, TENCENTCLOUD_RUNENV: onScf });
        } catch (error) {
          keep(error);
        }
      }
      expect(thrown.length, wrong).toBeGreaterThan(0);
      const said = thrown.map((error) => inspect(error, { depth: 12, showHidden: true })).join("\n");
      expectNoSecret({ [wrong]: said });
    }
  });

  it.runIf(postgres)("when PostgreSQL does not take the password", async () => {
    const { port } = new URL(postgres ?? "");
    const env = envOf({ ...BY_HAND, STATE_URL: serverUrl(Number(port)) });
    const commands = [["status"], ["apply", "--json"]];
    const said = await sayings(env, { commands, functions: ["poll-copies"], processes: [["status"]] });
    expect(said["status"]).toMatch(/password/);
    expectNoSecret(said);
  });
});

it.each(FUNCTIONS)("the bundle of %s holds no key, not even of the emulator", (name) => {
  const text = readFileSync(join(TOP, "dist/functions", name, "index.js"), "utf8");
  for (const { secretId, secretKey } of DEFAULT_ACCOUNTS) {
    expect(text.includes(secretId) || text.includes(secretKey)).toBe(false);
  }
  expect(text.match(/AKID[0-9A-Za-z]{13,40}|-----BEGIN [A-Z ]*KEY/)?.[0]).toBeUndefined();
});

tellSkipped("a password that is not taken");
it.runIf(process.env["REQUIRE_ALL_TESTS"])("has all that these tests need", () => {
  expect(Boolean(postgres), "TEST_POSTGRES_URL").toBe(true);
});
