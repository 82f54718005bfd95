import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MUTATIONS } from "./mutations.ts";

/** `npm run mutate -- [part of a name]`: breaks a copy of the program in one place at a time, and simulates until that is found. */
const TOP = join(import.meta.dirname, "../..");
const PARTS = ["lib", "emulator", "test/simulation", "test/support", "package.json"];
const [wanted = ""] = process.argv.slice(2);
let missed = 0;
for (const { name, file, find, replace } of MUTATIONS.filter((mutation) => mutation.name.includes(wanted))) {
  const folder = mkdtempSync(join(tmpdir(), "cvm-replicator-mutant-"));
  for (const part of PARTS) cpSync(join(TOP, part), join(folder, part), { recursive: true });
  symlinkSync(join(TOP, "node_modules"), join(folder, "node_modules"));
  const text = readFileSync(join(folder, file), "utf8");
  if (text.split(find).length !== 2) throw new Error(`${name}: stands not exactly once in ${file}: ${find}`);
  writeFileSync(
    join(folder, file),
    text.replace(find, () => replace),
  );
  const args = ["--import", "tsx", "test/simulation/main.ts", "--seeds", "300", "--lines", "0"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 300_000 });
  const found = stdout.split("\n").find((line) => line.startsWith("seed"));
  if (!found) missed += 1;
  process.stdout.write(`${name}: ${found ?? "NOT FOUND in 300 seeds"}\n`);
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = missed > 0 ? 1 : 0;
