// No output, answer or stored file of a program contains a secret, nor does a built function.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { accountIn, callerIdentity } from "../../lib/adapters/tencent/transport/account-guard.ts";
import { transport } from "../../lib/adapters/tencent/transport/transport.ts";
import { TOP } from "../e2e/support.ts";
import { runCommand } from "../support/in-process.ts";
import {
  BY_HAND,
  BY_ROLE,
  COMMANDS,
  cwd,
  emulator,
  envOf,
  expectNoSecret,
  FUNCTIONS,
  ID,
  KEY,
  MARK,
  outputsOf,
  storedFiles,
  TOKEN,
  useEmulator,
  world,
} from "./planted-secrets.ts";

useEmulator();

it("reads the commands from the help text", () => {
  const names = COMMANDS.map(([name]) => name);
  for (const name of ["validate", "plan", "apply", "status"]) expect(names).toContain(name);
});

describe("no secret is printed, answered, thrown or stored", { timeout: 60_000 }, () => {
  it.each([
    ["the environment", BY_HAND, COMMANDS, FUNCTIONS],
    ["a function's role", BY_ROLE, [["status"]], FUNCTIONS],
    ["a profile of tccli", {}, [["plan"], ["apply", "--json"]], []],
  ] as const)("when every call succeeds, with the key from %s", async (_, credentials, commands, functions) => {
    const profile = { secretId: ID, secretKey: KEY, token: TOKEN };
    writeFileSync(join(cwd, ".tccli/default.credential"), JSON.stringify(profile));
    const env = envOf(credentials);
    const first = await runCommand(["apply", "--wait"], env, cwd);
    expect(first.stdout).toMatch(/^2 copies: 2 ready\n/);
    const outputs: Record<string, string> = {
      ...(await outputsOf(env, { commands, functions, processes: [["plan"], ["apply", "--json"], ["status"]] })),
      first: first.stdout + first.stderr,
    };
    if (functions.length > 0) expect(outputs["poll-copies"]).toContain("answered");
    expectNoSecret({ ...outputs, ...storedFiles() });
    expect(Object.keys(storedFiles())).toContain("state.db");
    const pages = ["world", "requests", "events", "export"];
    for (const page of pages)
      expect(await (await fetch(`${emulator.url}/_emulator/${page}`)).text()).not.toContain(MARK);
  });

  it("when the cloud quotes secrets in its errors", async () => {
    const quoting = `signed with ${KEY} and ${TOKEN}`;
    for (const action of ["GetCallerIdentity", "SyncImages", "DescribeImages"]) {
      endFaults(world);
      const effect = { kind: "error" as const, code: `FailedOperation.${KEY}`, message: quoting };
      addFault(world, { match: { action, times: 0 }, effect });
      // The function and the commands have separate states, so that both get the error.
      const [first, second] = ["state.db", "state.db-2"].map((name) =>
        envOf({ ...BY_HAND, STATE_URL: `sqlite:${join(cwd, name)}` }),
      ) as [Record<string, string>, Record<string, string>];
      const outputs = {
        ...(await outputsOf(first, { commands: [], functions: ["evaluate-policy"] })),
        ...(await outputsOf(second, { commands: [["plan"], ["apply", "--json"], ["status"]], functions: [] })),
      };
      expect(JSON.stringify(outputs)).toContain("signed with *** and ***");
      expectNoSecret({ ...outputs, ...storedFiles() });
    }
  });

  // Users copy a token with its line break, and the HTTP client quotes it. Tested once here, since
  // programs retry.
  it("when an id or token is not valid in an HTTP header", async () => {
    const { signal } = new AbortController();
    const odd = { secretId: `${ID}\n`, secretKey: KEY, token: `${TOKEN}\n` };
    const credentials = async () => odd;
    const send = transport({ endpoint: new URL(emulator.url), site: "cn", credentials, signal, now: () => Date.now() });
    const error: unknown = await send(callerIdentity("cn", 1_000), accountIn).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("***") as string });
    expectNoSecret({ thrown: inspect(error, { depth: 12, showHidden: true }) });
  });
});

it.each(FUNCTIONS)("the bundle of %s contains no key, not even one of the emulator", (name) => {
  const text = readFileSync(join(TOP, "dist/functions", name, "index.js"), "utf8");
  for (const { secretId, secretKey } of DEFAULT_ACCOUNTS) {
    expect(text.includes(secretId) || text.includes(secretKey)).toBe(false);
  }
  expect(text.match(/AKID[0-9A-Za-z]{13,40}|-----BEGIN [A-Z ]*KEY/)?.[0]).toBeUndefined();
});
