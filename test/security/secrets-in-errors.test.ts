// No error about credentials, endpoints, policies, profiles or state URLs contains a secret.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { openState } from "../../lib/adapters/state/open.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { postgres, tellSkipped } from "../adapters/state/places.ts";
import { withShortWaits } from "../support/in-process.ts";
import {
  BY_HAND,
  COMMANDS,
  type Commands,
  cwd,
  envOf,
  expectNoSecret,
  ID,
  KEY,
  MARK,
  outputsOf,
  PASSWORD,
  type Programs,
  SOME,
  storedFiles,
  TOKEN,
  useEmulator,
} from "./planted-secrets.ts";

useEmulator();

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

const serverUrl = (port: number) =>
  `postgres://replicator:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/state?schema=x`;

/** What a function says of a file that no package holds. */
const NOT_COMPILED = /\.credential: not a compiled policy/;

describe("no secret is printed, answered, thrown or stored", { timeout: 60_000 }, () => {
  it.each([
    ["a wrong key", () => ({ TENCENTCLOUD_SECRET_KEY: `${KEY}-wrong` }), /SignatureFailure/, COMMANDS],
    ["a wrong token", () => ({ TENCENTCLOUD_TOKEN: `${TOKEN}-wrong` }), /TokenFailure/, SOME],
    ["a key without its id", () => ({ TENCENTCLOUD_SECRET_ID: "" }), /TENCENTCLOUD_SECRET_ID: not set/, SOME],
    ["no server at the endpoint", () => ({ REPLICATOR_ENDPOINT: "http://127.0.0.1:1" }), /ECONNREFUSED/, COMMANDS],
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
      "a credentials file in place of the policy",
      () => ({ POLICY_FILE: join(cwd, ".tccli/default.credential") }),
      /unknown key/,
      SOME,
      NOT_COMPILED,
    ],
    [
      "a policy that is not YAML",
      () => ({ POLICY_FILE: join(cwd, ".tccli/broken.credential") }),
      /broken\.credential:\d/,
      SOME,
      NOT_COMPILED,
    ],
  ])("when there is %s", async (what, change, expected, commands, ofFunction = expected) => {
    // Every call is retried then, and the waits of a process cannot be shortened.
    const isRetried = what === "no server at the endpoint";
    const processes: Commands = isRetried ? [] : [["plan"]];
    const profile = JSON.stringify({ secretId: ID, secretKey: KEY, token: TOKEN });
    writeFileSync(join(cwd, ".tccli/default.credential"), profile);
    writeFileSync(join(cwd, ".tccli/broken.credential"), profile.replaceAll(",", ",,").replace("}", ": ["));
    const programs: Programs = { commands, functions: ["poll-copies"], processes };
    const runAll = () => outputsOf(envOf({ ...BY_HAND, ...change() }), programs);
    const outputs = await (isRetried ? withShortWaits(runAll) : runAll());
    expect(`${outputs["plan"]}`).toMatch(expected);
    expect(outputs["poll-copies"]).toMatch(ofFunction);
    expectNoSecret({ ...outputs, ...storedFiles() });
  });

  it("when the profile is broken", async () => {
    writeFileSync(join(cwd, ".tccli/default.credential"), `{"secretId": "${ID}", "secretKey": "${KEY}", ${TOKEN}`);
    const outputs = await outputsOf(envOf({}), {
      commands: [["plan"], ["status", "--json"]],
      functions: ["poll-copies"],
    });
    expect(outputs["plan"]).toContain("not JSON");
    expectNoSecret(outputs);
  });

  it("when STATE_URL is wrong", async () => {
    const url = `sqlite://replicator:${MARK}@127.0.0.1/state`;
    expectNoSecret(
      await outputsOf(envOf({ ...BY_HAND, STATE_URL: url }), { commands: SOME, functions: ["poll-copies"] }),
    );
    for (const wrong of WRONG_URLS) {
      const thrown: unknown[] = [];
      const collect = (error: unknown) => thrown.push(error);
      await openState(wrong).then((state) => state.close(), collect);
      for (const onScf of ["SCF", ""]) {
        try {
          readConfig({ STATE_URL: wrong, TENCENTCLOUD_RUNENV: onScf });
        } catch (error) {
          collect(error);
        }
      }
      expect(thrown.length, wrong).toBeGreaterThan(0);
      const outputs = thrown.map((error) => inspect(error, { depth: 12, showHidden: true })).join("\n");
      expectNoSecret({ [wrong]: outputs });
    }
  });

  it.runIf(postgres)("when PostgreSQL rejects the password", async () => {
    const { port } = new URL(postgres ?? "");
    const env = envOf({ ...BY_HAND, STATE_URL: serverUrl(Number(port)) });
    const commands = [["status"], ["apply", "--json"]];
    const outputs = await outputsOf(env, { commands, functions: ["poll-copies"], processes: [["status"]] });
    expect(outputs["status"]).toMatch(/password/);
    expectNoSecret(outputs);
  });
});

tellSkipped("a password that PostgreSQL rejects");
it.runIf(process.env["REQUIRE_ALL_TESTS"])("has a database for these tests", () => {
  expect(Boolean(postgres), "TEST_POSTGRES_URL").toBe(true);
});
