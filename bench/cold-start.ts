// Benchmark: the cold start of a package, beside that of another one.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { unzipSync } from "fflate";
import { startEmulator } from "../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../emulator/settings/accounts.ts";
import { makeBucket } from "../emulator/world/services/make-bucket.ts";
import { createWorld } from "../emulator/world/world.ts";

/**
 * Unpacks the zips of poll-copies as SCF does, and runs each of them in new processes, in turn: the time to load the
 * bundle, and the time from then to the first answer, with an empty emulator and a state in COS. Both packages need the
 * same policy. `--node`: the runtime.
 * Usage: `npm run bench:cold-start -- --before OLD/dist/functions/poll-copies.zip --after dist/functions/poll-copies.zip`.
 */

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    after: { type: "string", default: "dist/functions/poll-copies.zip" },
    node: { type: "string", default: process.execPath },
    repeats: { type: "string", default: "21" },
  },
});
const repeats = Number(values.repeats);
if (!Number.isSafeInteger(repeats) || repeats < 1) throw new Error("--repeats is a whole number above 0");

const TIMED = `
const { performance } = require("node:perf_hooks");
const started = performance.now();
const { main_handler } = require("./index.js");
const loaded = performance.now();
main_handler({ Type: "Timer" }, { getRemainingTimeInMillis: () => 60000 }).then(() => {
  const answered = performance.now();
  const memory = process.resourceUsage().maxRSS / 1e3;
  console.log("\\n" + JSON.stringify({ load: loaded - started, answer: answered - loaded, all: answered - started, memory }));
  process.exit();
});`;

const MEASURES = ["load", "answer", "all", "memory"] as const;
type Measured = Record<(typeof MEASURES)[number], number>;

const folder = mkdtempSync(join(tmpdir(), "cold-start-"));

/** A package that is unpacked into a folder of its own, with what was measured. */
function unpack(label: string, zip: string): { label: string; cwd: string; runs: Measured[] } {
  const cwd = join(folder, label);
  mkdirSync(cwd);
  for (const [name, data] of Object.entries(unzipSync(readFileSync(zip)))) writeFileSync(join(cwd, name), data);
  return { label, cwd, runs: [] };
}

const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const print = (cells: readonly string[]) =>
  process.stdout.write(`${cells.map((cell, at) => (at === 0 ? cell.padEnd(9) : cell.padStart(13))).join("")}\n`);

const world = createWorld({ now: () => Date.now(), rateLimits: false });
makeBucket(world, { name: "state-1250000001", region: "ap-guangzhou" });
const emulator = await startEmulator({ port: 0, world });
try {
  const packages = [...(values.before ? [unpack("before", values.before)] : []), unpack("after", values.after)];
  const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
  const env = {
    REPLICATOR_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
    TENCENTCLOUD_REGION: "ap-guangzhou",
    STATE_URL: "cos://state-1250000001/state",
  };
  // The first runs make the state and fill the caches of the disk.
  for (let repeat = -1; repeat < repeats; repeat++)
    for (const { cwd, runs } of repeat % 2 === 0 ? packages : packages.toReversed()) {
      const { stdout } = await promisify(execFile)(values.node, ["-e", TIMED], { cwd, env });
      if (repeat >= 0) runs.push(JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured);
    }
  print([
    execFileSync(values.node, ["--version"], { encoding: "utf8" }).trim(),
    "load ms",
    "answer ms",
    "both ms",
    "peak MB",
  ]);
  const medians = packages.map(({ runs }) => MEASURES.map((measure) => median(runs.map((run) => run[measure]))));
  for (const [i, { label }] of packages.entries())
    print([label, ...(medians[i] ?? []).map((value) => value.toFixed(1))]);
  if (medians.length === 2)
    print(["ratio", ...MEASURES.map((_, i) => ((medians[1]?.[i] ?? 0) / (medians[0]?.[i] ?? 0)).toFixed(2))]);
} finally {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
}
