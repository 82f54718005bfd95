// The commands of the README, run by a shell as a newcomer copies them.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Emulated, notExactlyOne, startEmulatorProgram, TOP, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const readme = readFileSync(join(TOP, "README.md"), "utf8");
let cloud: Emulated;
beforeAll(async () => {
  // The README has a slower one, in which a newcomer can watch.
  cloud = await startEmulatorProgram(6000);
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});

/** The block of commands that contains a text. */
function blockWith(text: string): string {
  const block = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)]
    .map(([, found = ""]) => found)
    .find((one) => one.includes(text));
  return block?.replaceAll("http://127.0.0.1:9900", cloud.url) ?? "";
}

/** Runs commands in an empty folder, with the built program behind `npx`. */
function shell(commands: string): { status: number | null; output: string } {
  const npx = `npx() { shift; "${process.execPath}" "${join(TOP, "dist/cli/main.js")}" "$@"; }`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder.path, SETTLE: "1s" };
  const ended = spawnSync("bash", ["-euc", `${npx}\n${commands}`], { cwd: folder.path, env, encoding: "utf8" });
  return { status: ended.status, output: `${ended.stdout}\n${ended.stderr}` };
}

it("make one copy in each region, and none more when they are run again, also without the state", {
  timeout: 120_000,
}, async () => {
  copyFileSync(join(TOP, "policy.example.yaml"), join(folder.path, "policy.example.yaml"));
  const commands = blockWith("_emulator/images");
  const first = shell(commands);
  expect(first.status, first.output).toBe(0);
  // What the README shows as the end of the output.
  const [, total = ""] = /^(\d+ copies: \d+ ready)$/m.exec(readme) ?? [];
  expect(first.output).toContain(total);
  expect(await cloud.copies()).toHaveLength(16);

  const state = join(folder.path, ".cvm-replicator");
  expect(existsSync(state)).toBe(true);
  rmSync(state, { recursive: true });
  const again = shell(commands.replace(/^curl .*$/m, ""));
  expect(again.status, again.output).toBe(0);
  expect(again.output).toContain(total);
  const copies = await cloud.copies();
  expect(copies).toHaveLength(16);
  expect(notExactlyOne(copies)).toEqual([]);
});

it("name scripts and commands that exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const used = [...readme.matchAll(/\bnpm (?:run )?([a-z:]+)/g)].map(([, name = ""]) => name);
  expect(used.filter((name) => name !== "ci" && !(name in scripts))).toEqual([]);
  const { output } = shell("npx cvm-replicator --help");
  const rows = readme.slice(readme.indexOf("| command |")).matchAll(/^\| `([a-z]+)/gm);
  for (const [, name] of rows) expect(output).toMatch(new RegExp(`^  ${name} `, "m"));
});
