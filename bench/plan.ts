// Benchmark: plans new, finished and mixed worlds of several sizes, and prints how time and memory grow.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { build } from "esbuild";

/**
 * Plans a sweep of N images by 50 policies into every region: no copy exists (`fresh`), all are
 * finished (`steady`), or nine tenths are (`wave`). An exponent of 1 means that the time grows as
 * the number of images does. The processor time is the least of three plans in one process; the
 * first one also compiles the program. Usage: `npm run bench:plan -- --images 10000 --doublings 0`;
 * with `--heap`, V8 may use so many megabytes.
 */

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "1250" },
    regions: { type: "string", default: "20" },
    policies: { type: "string", default: "50" },
    doublings: { type: "string", default: "3" },
    kinds: { type: "string", default: "fresh,steady,wave" },
    heap: { type: "string", default: "4096" },
    /** A folder for the profiles that V8 writes (`--cpu-prof`). */
    profile: { type: "string" },
  },
});

const TOP = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "bench-plan-"));
symlinkSync(join(TOP, "node_modules"), join(folder, "node_modules"));
const outfile = join(folder, "worlds.mjs");

/** Without tsx, which wraps every function to keep its name. */
async function bundle(): Promise<void> {
  const from = { absWorkingDir: TOP, entryPoints: ["bench/plan-worlds.ts"] };
  await build({ ...from, outfile, bundle: true, platform: "node", format: "esm", packages: "external" });
}

interface Measured {
  readonly copies: number;
  readonly actions: number;
  readonly asked: number;
  readonly firstMs: number;
  readonly ms: number;
  readonly inputMB: number;
  readonly planMB: number;
}

const HEADS = ["world", "images", "regions", "copies", "actions", "first ms", "ms", "exponent", "input MB", "plan MB"];
const print = (cells: readonly (string | number)[]) =>
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(10)).join("")}\n`);

try {
  await bundle();
  print(HEADS);
  for (const kind of values.kinds.split(",")) {
    let before: number | undefined;
    for (let doubling = 0; doubling <= Number(values.doublings); doubling += 1) {
      const images = Number(values.images) * 2 ** doubling;
      const profile = values.profile ? ["--cpu-prof", `--cpu-prof-dir=${values.profile}`] : [];
      const args = [...profile, "--expose-gc", `--max-old-space-size=${values.heap}`, outfile];
      const world = [kind, images, values.regions, values.policies].map(String);
      const { stdout } = await promisify(execFile)(process.execPath, [...args, ...world]);
      const { copies, actions, firstMs, ms, inputMB, planMB } = JSON.parse(stdout) as Measured;
      const exponent = before === undefined ? "" : Math.log2(ms / before).toFixed(2);
      const figures = [firstMs, ms].map((number) => number.toFixed(0));
      const megabytes = [inputMB, planMB].map((number) => number.toFixed(0));
      print([kind, images, values.regions, copies, actions, ...figures, exponent, ...megabytes]);
      before = ms;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
