// No output, answer or stored file of a program contains a secret, nor does a built function.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { accountIn, callerIdentity } from "../../lib/adapters/tencent/transport/account-guard.ts";
import { transport } from "../../lib/adapters/tencent/transport/transport.ts";
import { InputError } from "../../lib/model/errors.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { serve } from "../adapters/tencent/api-server.ts";
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
    ["a profile of the SDKs", {}, [["plan"], ["apply", "--json"]], []],
  ] as const)("when every call succeeds, with the key from %s", async (from, credentials, commands, functions) => {
    if (from === "a profile of the SDKs") {
      const profile = `[default]\nsecret_id = ${ID}\nsecret_key = ${KEY}\ntoken = ${TOKEN}\n`;
      mkdirSync(join(cwd, ".tencentcloud"));
      writeFileSync(join(cwd, ".tencentcloud/credentials"), profile, { mode: 0o644 });
    } else {
      const profile = { secretId: ID, secretKey: KEY, token: TOKEN };
      writeFileSync(join(cwd, ".tccli/default.credential"), JSON.stringify(profile));
    }
    const env = envOf(credentials);
    const first = await runCommand(["apply", "--wait"], env, cwd);
    expect(first.stdout).toMatch(/^2 copies: 2 ready\n/);
    const outputs: Record<string, string> = {
      ...(await outputsOf(env, { commands, functions, processes: [["plan"], ["apply", "--json"], ["status"]] })),
      first: first.stdout + first.stderr,
    };
    if (functions.length > 0) expect(outputs["poll-copies"]).toContain("answered");
    else expect(outputs["plan"]).toContain("other users of this machine can read the key in this file; run chmod 600");
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

  // Programs retry these failures, so that one call stands for all.
  it.each([
    ["an answer that begins with them", [KEY, TOKEN], {}, /BadAnswer.*\(the answer is not JSON\)/],
    ["an answer that is one of them in quotes", [`"${KEY}"`, `"${TOKEN}"`], {}, /the answer has no Response/],
    ["an answer with a field of the wrong type", [answer({ AccountId: { text: KEY } })], {}, /wrong type: object/],
    ["an answer with an id that is one of them", [`{"Response": {"RequestId": "${KEY}"}}`], {}, /AccountId is absent/],
    // Users copy a token with its line break, and the HTTP client quotes it.
    ["a token that is not valid in an HTTP header", [""], { token: `${TOKEN}\n` }, /that HTTP cannot carry/],
    ["an id that is not valid in an HTTP header", [""], { secretId: `${MARK}\n` }, /that HTTP cannot carry/],
  ])("when there is %s", async (_, answers, change, expected) => {
    for (const raw of answers) {
      const api = await serve(
        () => ({ raw }),
        () => ({ raw }),
      );
      const { signal } = new AbortController();
      const lines: unknown[] = [];
      const send = transport({
        endpoint: new URL(api.url),
        site: "cn",
        credentials: async () => ({ secretId: ID, secretKey: KEY, token: TOKEN, ...change }),
        signal,
        now: () => Date.now(),
        log: (line) => lines.push(line),
      });
      const error: unknown = await send(callerIdentity("cn", 1_000), accountIn).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ message: expect.stringMatching(expected) as string });
      expectNoSecret({ thrown: inspect(error, { depth: 12, showHidden: true }), log: JSON.stringify(lines) });
    }
  });

  it("when credentials fail with an error that is not ours", async () => {
    const { signal } = new AbortController();
    const credentials = () => Promise.reject(new SyntaxError(`Unexpected token in ${KEY}`));
    const send = transport({ endpoint: undefined, site: "cn", credentials, signal, now: () => Date.now() });
    const error: unknown = await send(callerIdentity("cn", 1_000), accountIn).catch((thrown: unknown) => thrown);
    expectNoSecret({ thrown: inspect(error, { depth: 12, showHidden: true }) });
  });
});

describe("a file in place of the policy is not quoted", () => {
  it.each([
    ["a file of variables", `TENCENTCLOUD_SECRET_KEY=${KEY}\nTENCENTCLOUD_TOKEN=${TOKEN}\n`],
    ["a profile of the SDKs", `[default]\nsecret_key = ${KEY}\n`],
    ["a text", `${KEY}\n`],
    ["a text in quotes", `"${KEY}\n`],
    ["an unknown escape", `"\\${KEY}"\n`],
    ["an unknown tag", `!${KEY} x\n`],
    ["an unknown directive", `%${KEY}\n---\n`],
    ["a block", `a: |${KEY}\n`],
    ["text after a map", `{a: 1} ${KEY}\n`],
    ["text after a list", `[a] ${KEY}: "\n`],
  ])("%s", (_, text) => {
    const error = thrownBy(() => parsePolicy(text, "policy.yaml"));
    expect(error).toBeInstanceOf(InputError);
    expectNoSecret({ error: inspect(error, { depth: 12, showHidden: true }) });
  });
});

function answer(fields: object): string {
  return JSON.stringify({ Response: { RequestId: "req-1", ...fields } });
}

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it.each(FUNCTIONS)("the bundle of %s contains no key, not even one of the emulator", (name) => {
  const text = readFileSync(join(TOP, "dist/functions", name, "index.js"), "utf8");
  for (const { secretId, secretKey } of DEFAULT_ACCOUNTS) {
    expect(text.includes(secretId) || text.includes(secretKey)).toBe(false);
  }
  expect(text.match(/AKID[0-9A-Za-z]{13,40}|-----BEGIN [A-Z ]*KEY/)?.[0]).toBeUndefined();
});
