// The command `npm run mutate -- [part of a name]`: plants one bug at a time in a copy of the program, and tells what notices it.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import PQueue from "p-queue";
import { MUTATIONS, type Mutation, placesOf } from "./mutations.ts";

const TOP = join(import.meta.dirname, "../..");
const PARTS = ["lib", "cli", "emulator", "test", "docs", "package.json", "tsconfig.json", "vitest.config.ts"];
/** The tests of the stages, without real time. Those of the folder of the bug come first. */
const QUICK = ["test/plan", "test/apply", "test/observe", "test/record", "test/report"];
/** Slower tests with an emulated cloud. */
const WHOLE = ["test/cli", "test/stories", "test/replicator"];
/** A bug that no test notices must be noticed by the simulation within this many seeds. */
const SEEDS = 300;
/** The file of tests that noticed each bug the last time: it comes first, which makes a run hours shorter. */
const NOTICED_BY = join(import.meta.dirname, "noticed-by.json");

interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** The folders with the tests of a file, the nearest first: of lib/plan/upkeep/x.ts, test/plan/upkeep and test/plan. */
function testsNear(file: string): string[] {
  const parts = dirname(file).split("/").slice(1);
  const folders = parts.map((_, at) => join("test", ...parts.slice(0, parts.length - at)));
  return folders.filter((folder) => existsSync(join(TOP, folder)));
}

/** Runs a program to its end, whatever its exit code. */
function ran(command: string, args: readonly string[], cwd: string): Promise<{ isFailed: boolean; stdout: string }> {
  return new Promise((done) => {
    execFile(command, args, { cwd, maxBuffer: 2 ** 28 }, (error, stdout) => done({ isFailed: error !== null, stdout }));
  });
}

/** The first quick test that fails, by its file and name; undefined if all pass. */
async function failingTest(folder: string, tests: readonly string[]): Promise<string | undefined> {
  const output = join(folder, "report.json");
  // Without isolation the program is loaded once, not for each file of tests.
  const options = ["--project", "quick", "--no-isolate", "--reporter=json", `--outputFile=${output}`];
  const args = ["vitest", "run", ...options, ...tests];
  const run = (...more: string[]) => ran("npx", [...args, ...more], folder);
  const { isFailed } = await run("--bail", "1");
  const failed = failedIn(folder, output);
  if (failed || !isFailed) return failed;
  // A run that is broken off sometimes leaves the test out that failed.
  await run();
  return failedIn(folder, output);
}

function failedIn(folder: string, output: string): string | undefined {
  const { testResults } = JSON.parse(readFileSync(output, "utf8")) as TestReport;
  for (const { name, message, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === "failed");
    if (failed) return `${relative(folder, name)}: ${failed.fullName}`;
    // Not one test of the file ran: the bug broke the file, which proves nothing.
    if (message && assertionResults.length === 0) throw new Error(`${name} does not load: ${message}`);
  }
  return undefined;
}

/** The first seed that fails; undefined if none does. */
async function failingSeed(folder: string): Promise<string | undefined> {
  const args = ["--import", "tsx", "test/simulation/main.ts", "--seeds", String(SEEDS), "--lines", "0", "--any-faults"];
  const { stdout } = await ran(process.execPath, args, folder);
  const found = /^seed \d+: .*/m.exec(stdout)?.[0];
  const seeds = /^(\d+) seeds from/m.exec(stdout)?.[1];
  return found && seeds ? `simulation after ${seeds} seeds: ${found.slice(0, 140)}` : undefined;
}

/** What notices a planted bug; undefined if nothing does. Without a bug: what fails in the program as it is. */
async function noticedBy(mutation?: Mutation, last?: string): Promise<string | undefined> {
  const [place, second] = mutation ? placesOf(mutation) : [];
  if (mutation && (!place || second))
    throw new Error(`${mutation.name}: its text must occur exactly once in lib: ${mutation.find}`);
  const folder = mkdtempSync(join(tmpdir(), "cvm-replicator-mutant-"));
  try {
    for (const path of PARTS) cpSync(join(TOP, path), join(folder, path), { recursive: true });
    symlinkSync(join(TOP, "node_modules"), join(folder, "node_modules"));
    if (place) writeFileSync(join(folder, place.file), place.mutated);
    const first = last !== undefined && existsSync(join(TOP, last)) ? [last] : [];
    for (const tests of place ? [...first, ...testsNear(place.file)] : []) {
      const failed = await failingTest(folder, [tests]);
      if (failed) return failed;
    }
    return (await failingTest(folder, QUICK)) ?? (await failingTest(folder, WHOLE)) ?? (await failingSeed(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [part = ""] = process.argv.slice(2);
const chosen = MUTATIONS.filter((mutation) => mutation.name.includes(part));
if (chosen.length === 0) {
  const names = MUTATIONS.map((mutation) => `  ${mutation.name}`).join("\n");
  process.stderr.write(`mutate: no planted bug has "${part}" in its name; there are\n${names}\n`);
  process.exit(2);
}
// A mutation runs the same tests and seeds. So a seed that finds it passes on the unchanged program.
const broken = await noticedBy();
if (broken !== undefined) {
  process.stderr.write(`mutate: the unchanged program fails, so that nothing can be learned: ${broken}\n`);
  process.exit(1);
}
const files = JSON.parse(readFileSync(NOTICED_BY, "utf8")) as Record<string, string>;
let missed = 0;
async function tryOut(mutation: Mutation): Promise<void> {
  const noticed = await noticedBy(mutation, files[mutation.name]);
  if (noticed === undefined) missed += 1;
  const file = /^(\S+\.test\.ts): /.exec(noticed ?? "")?.[1];
  if (file) files[mutation.name] = file;
  else delete files[mutation.name];
  writeFileSync(NOTICED_BY, `${JSON.stringify(ofMutations(), undefined, 2)}\n`);
  process.stdout.write(`${mutation.name}: ${noticed ?? "NOT NOTICED"}\n`);
}
/** In the order of the bugs; those of bugs that are gone are left out. */
function ofMutations(): Record<string, string> {
  return Object.fromEntries(MUTATIONS.flatMap(({ name }) => (files[name] ? [[name, files[name]]] : [])));
}
const queue = new PQueue({ concurrency: availableParallelism() });
await queue.addAll(chosen.map((mutation) => () => tryOut(mutation)));
process.stdout.write(missed > 0 ? `${missed} not noticed\n` : `all ${chosen.length} noticed\n`);
process.exitCode = missed > 0 ? 1 : 0;
