// A policy on standard input: --policy - and POLICY_FILE=-.
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { startEmulator } from "../../emulator/server.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { temporaryFolder, userEnv } from "../e2e/support.ts";
import { runCommand } from "../support/in-process.ts";

const POLICY =
  "version: 1\npolicies: [{ name: golden, from: [ap-guangzhou], select: { newest: 1 }, to: [ap-tokyo] }]\n";

let url: string;
const folder = temporaryFolder();
const STATE_URL = `sqlite:${join(folder.path, "state.db")}`;
beforeAll(async () => {
  const emulator = await startEmulator({ port: 0, world: createWorld({ now: () => Date.now() }) });
  url = emulator.url;
  return async () => {
    await emulator.close();
    folder.remove();
  };
});
afterEach(() => vi.restoreAllMocks());

/** Stands for a terminal in place of a text. */
const TERMINAL = "terminal";

/** Runs a command with this text on standard input, or with a terminal there. */
function run(args: readonly string[], input: string, env: Record<string, string> = {}) {
  const stream = Readable.from([Buffer.from(input)]);
  const stdin = Object.assign(stream, { fd: 0, isTTY: input === TERMINAL });
  vi.spyOn(process, "stdin", "get").mockReturnValue(stdin as unknown as typeof process.stdin);
  return runCommand(args, env);
}

it("is read by validate and by plan, whose messages call it standard input", async () => {
  const valid = await run(["validate", "--policy", "-"], POLICY);
  expect(valid).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^standard input: 1 policy, no errors/) as string,
  });
  expect(await run(["validate"], POLICY, { POLICY_FILE: "-" })).toEqual(valid);
  const env = userEnv(url, { STATE_URL });
  expect((await run(["plan", "--policy", "-"], POLICY, env)).code).toBe(0);
  const { code, stderr } = await run(["plan", "--policy", "-"], POLICY.replace("newest", "newst"), env);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: standard input:2:\d+: policies\[0\]\.select\.newst: unknown key; did you mean "newest"/,
  );
});

it.each([
  ["a terminal", TERMINAL, "standard input is a terminal, so there is no policy to read; pipe the file into"],
  ["empty", " \n", "standard input is empty; check the command before the pipe"],
])("is refused if it is %s", async (_, input, text) => {
  const { code, stdout, stderr } = await run(["validate", "--policy", "-"], input);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`error: standard input: ${text}`);
});

it("leaves no answers for a prompt: rebuild has to be confirmed with --yes", async () => {
  const env = userEnv(url, { STATE_URL });
  const { code, stderr } = await run(["rebuild", "--policy", "-"], POLICY, env);
  expect(code).toBe(2);
  expect(stderr).toContain("confirm with --yes");
});
