// What the command line says about itself: help, version, wrong commands and options.
import { describe, expect, it } from "vitest";
import { declareProgram } from "../../cli/program.ts";
import { runCommand } from "../support/in-process.ts";

const run = (...args: readonly string[]) => runCommand(args, {});

describe("a command that does not exist exits with 2, however it is written", () => {
  it.each([
    [["aply"], "apply"],
    [["help", "aply"], "apply"],
    [["aply", "--help"], "apply"],
    [["--help", "aply"], "apply"],
    [["aply", "--version"], "apply"],
    [["statsu", "--json"], "status"],
    [["frobnicate", "--help"], undefined],
    [["help", "frobnicate"], undefined],
  ])("%j", async (args, meant) => {
    const { code, stderr } = await run(...args);
    const name = args.find((word) => !word.startsWith("-") && word !== "help") ?? "";
    expect(code).toBe(2);
    expect(stderr).toContain(`error: unknown command '${name}'`);
    expect(stderr).toContain("(cvm-replicator --help shows all commands)");
    if (meant === undefined) expect(stderr).not.toContain("Did you mean");
    else expect(stderr).toContain(`(Did you mean ${meant}?)`);
  });
});

it("without a command the help is on standard error, and the exit code is 2: an empty variable must not pass", async () => {
  const { code, stdout, stderr } = await run();
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Usage: cvm-replicator");
});

it("a wrong option is named with the command whose help shows the right ones", async () => {
  const { code, stdout, stderr } = await run("plan", "--jsn");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe(
    "error: unknown option '--jsn'\n(Did you mean --json?)\n(cvm-replicator plan --help shows its options)\n",
  );
});

it("help and --help show the same, in groups, with exit code 0", async () => {
  const [help, option, both] = [await run("help"), await run("--help"), await run("help", "plan")];
  expect(help).toEqual(option);
  expect(help.code).toBe(0);
  const groups = help.stdout.match(/^\w[^:\n]*:$/gm);
  expect(groups).toEqual(["Options:", "Look (changes nothing):", "Change the account:", "On this machine:"]);
  expect(both).toEqual(await run("plan", "--help"));
});

describe("the help of every command", () => {
  const { commands } = declareProgram().program;
  const shown = commands.filter((command) => command.name() !== "policy-names");
  it.each(shown.map((command) => [command.name(), command] as const))(
    "%s has its group and examples whose options exist",
    async (name, command) => {
      const { code, stdout } = await run(name, "--help");
      expect(code).toBe(0);
      expect(command.helpGroup()).toMatch(/:$/);
      const examples = stdout.split("\n").filter((line) => line.startsWith(`  cvm-replicator ${name}`));
      expect(examples.length).toBeGreaterThan(0);
      const declared = command.options.map(({ long }) => long);
      for (const option of examples.flatMap((line) => line.match(/ --[a-z-]+/g) ?? [])) {
        expect(declared).toContain(option.trim());
      }
    },
  );
});

it("version names the program, its build, Node and the platform, as text and as JSON", async () => {
  const text = await run("version");
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^cvm-replicator \d+\.\d+\.\d+, build sources, Node [\d.]+, \w+ \w+\n$/);
  expect(JSON.parse((await run("version", "--json")).stdout)).toEqual({
    schema: "cvm-replicator/version/1",
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    build: null,
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  });
  expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
