// The command `npm run mutate`.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MUTATIONS, placesOf } from "./mutations.ts";

/** `npm run mutate -- [part of a name]`: breaks a copy of the program in one place at a time, and simulates until that is found. */
const TOP = join(import.meta.dirname, "../..");
const PARTS = ["lib", "emulator", "test/simulation", "test/oracle", "test/support", "package.json"];
const SEEDS = 1_000;
const [part = ""] = process.argv.slice(2);
const chosen = MUTATIONS.filter((mutation) => mutation.name.includes(part));
if (chosen.length === 0) {
  const names = MUTATIONS.map((mutation) => `  ${mutation.name}`).join("\n");
  process.stderr.write(`mutate: no mutation has "${part}" in its name; there are\n${names}\n`);
  process.exit(2);
}
let missed = 0;
for (const mutation of chosen) {
  const { name } = mutation;
  const folder = mkdtempSync(join(tmpdir(), "cvm-replicator-mutant-"));
  try {
    for (const path of PARTS) cpSync(join(TOP, path), join(folder, path), { recursive: true });
    symlinkSync(join(TOP, "node_modules"), join(folder, "node_modules"));
    const [place, second] = placesOf(mutation);
    if (!place || second) throw new Error(`${name}: its text must occur exactly once in lib: ${mutation.find}`);
    writeFileSync(join(folder, place.file), place.mutated);
    const args = ["--import", "tsx", "test/simulation/main.ts", "--seeds", String(SEEDS), "--lines", "0"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    const found = /^seed \d+: .*/m.exec(stdout)?.[0];
    const ran = /^(\d+) seeds from/m.exec(stdout)?.[1];
    if (!found || !ran) missed += 1;
    process.stdout.write(
      found && ran
        ? `${name}: found after ${ran} seeds: ${found.slice(0, 160)}\n`
        : `${name}: NOT FOUND in ${ran ?? 0} seeds\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(missed > 0 ? `${missed} not found\n` : "every mutation was found\n");
process.exitCode = missed > 0 ? 1 : 0;
