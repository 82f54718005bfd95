// The completion scripts, run by the shells that they are for.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SHELLS, type Shell } from "../../cli/completion/shells.ts";
import { declareProgram } from "../../cli/program.ts";
import { runCommand } from "../support/in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "cvm-replicator-completion-"));
const scriptOf = (shell: Shell) => join(folder, `script.${shell}`);
beforeAll(async () => {
  writeFileSync(join(folder, "policy.yaml"), "");
  for (const shell of SHELLS) writeFileSync(scriptOf(shell), (await runCommand(["completion", shell], {})).stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isInstalled = (shell: Shell) => spawnSync(shell, ["-c", "true"]).status === 0;
const run = (shell: Shell, code: string) =>
  execFileSync(shell, shell === "zsh" ? ["-f", "-c", code] : ["-c", code], {
    cwd: folder,
    encoding: "utf8",
    timeout: 15_000,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TERM: "dumb" },
  });

/** Lines that a user types before the tab, words that must be offered, and one that must not. */
const CASES: readonly [line: string, some: readonly string[], not: string][] = [
  ["cvm-replicator r", ["retry", "rebuild", "rollback"], "validate"],
  ["cvm-replicator plan --", ["--policy", "--json", "--preflight", "--detailed-exitcode"], "--wait"],
  ["cvm-replicator explain --region ap-s", ["ap-shanghai", "ap-singapore", "ap-seoul"], "ap-tokyo"],
  ["cvm-replicator plan --policy pol", ["policy.yaml"], "validate"],
  ["cvm-replicator completion ", ["bash", "zsh", "fish"], "validate"],
  ["cvm-replicator help ro", ["rollback"], "validate"],
];
const LINES = CASES.map(([line]) => line);

/** What a shell offers for the last word of each line. One shell for all lines: zsh takes seconds to begin. */
const OFFERS: Readonly<Record<Shell, () => string[][]>> = {
  bash: () => {
    const code = LINES.map((line) => {
      const words = line.split(" ");
      const array = words.map((word) => `'${word}'`).join(" ");
      return `COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _cvm_replicator; echo "\${COMPREPLY[*]}"`;
    });
    return wordsOf(run("bash", [`source ${scriptOf("bash")}`, ...code].join("\n")).split("\n"));
  },
  fish: () => {
    const code = LINES.map((line) => `complete -C '${line}' | string replace -r '\\t.*' ''; echo '<>'`);
    return wordsOf(run("fish", [`source ${scriptOf("fish")}`, ...code].join("\n")).split("<>"));
  },
  // In a pseudo-terminal, because the completion of zsh works in its line editor alone. What it offers goes to a file,
  // because it shows nothing while more input waits.
  zsh: () => {
    const offered = join(folder, "offered");
    writeFileSync(
      join(folder, "begin.zsh"),
      `PS1=; autoload -Uz compinit; compinit -u -D; source ${scriptOf("zsh")}
compadd() {
  if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then
    local -a hits; builtin compadd -O hits "$@"; print -l -- $hits >> ${offered}
  fi
  builtin compadd "$@"
}
zle-line-init() { print REA""DY }; zle -N zle-line-init
bindkey '^I' list-choices`,
    );
    // Keys that come before the line editor has begun would go to the terminal, which has other ideas of them.
    const ready = "zpty -r z text '*READY*'";
    const begin = `zmodload zsh/zpty; zpty z zsh -f -i; zpty -w z "source begin.zsh"; ${ready}`;
    const code = LINES.map((line) => `zpty -w -n z $'${line}\\t\\x15print "<>" >> ${offered}\\n'; ${ready}`);
    run("zsh", [begin, ...code, "zpty -d z"].join("\n"));
    return wordsOf(readFileSync(offered, "utf8").split("<>"));
  },
};
const wordsOf = (printed: readonly string[]) => printed.map((one) => one.split(/\s+/).filter(Boolean));

const installed = SHELLS.filter(isInstalled);

it("every shell that is here accepts its script", () => {
  if (process.env["REQUIRE_ALL_TESTS"]) expect(installed).toEqual([...SHELLS]);
  for (const shell of installed) expect(run(shell, `${shell} -n ${scriptOf(shell)}`)).toBe("");
});

it.each(installed)("%s offers what fits, and nothing else", (shell) => {
  const offered = OFFERS[shell]();
  for (const [index, [, some, not]] of CASES.entries()) {
    expect(offered[index]).toEqual(expect.arrayContaining([...some]));
    expect(offered[index]).not.toContain(not);
  }
});

it("every command and option that help shows is in every script, and hidden ones are not", async () => {
  const { program } = declareProgram();
  const help = program.createHelp();
  for (const shell of SHELLS) {
    const script = (await runCommand(["completion", shell], {})).stdout;
    for (const command of help.visibleCommands(program)) {
      expect(script).toContain(command.name());
      for (const { long } of help.visibleOptions(command)) expect(script).toContain(long?.slice(2));
    }
    expect(script).not.toMatch(/^\s*'?policy-names/m);
  }
});

it("the names of policies are those of the policy file; without a valid one there are none", async () => {
  const policy = "version: 1\npolicies: [{ name: golden, from: [ap-guangzhou], to: [ap-tokyo] }]\n";
  writeFileSync(join(folder, "one.yaml"), policy);
  const names = (file: string) => runCommand(["policy-names"], { POLICY_FILE: file }, folder);
  expect(await names("one.yaml")).toEqual({ code: 0, stdout: "golden\n", stderr: "" });
  expect(await names("none.yaml")).toEqual({ code: 0, stdout: "", stderr: "" });
});

it("a shell that is not known is refused with those that are", async () => {
  const { code, stderr } = await runCommand(["completion", "tcsh"], {});
  expect(code).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});
