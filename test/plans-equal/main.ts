// Compares the plans of two versions of the planner, in the worlds of the simulation and of the property test.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { build, type Plugin } from "esbuild";

/**
 * Every plan of a run is made by both planners from the same input, and must have the same actions
 * in the same order, the same problems, waits, reasons and questions. Usage, with another checkout of
 * this repository: `npm run plans-equal -- --base ../before --seeds 300 --stories 200`.
 */

const { values } = parseArgs({
  options: {
    base: { type: "string" },
    seeds: { type: "string", default: "100" },
    stories: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    steps: { type: "string", default: "1000" },
  },
});
const base = resolve(values.base ?? "");
if (!existsSync(join(base, "lib/plan/plan.ts"))) throw new Error("--base is another checkout of this repository");

const TOP = join(import.meta.dirname, "../..");
const PLANNER = /\/plan\/plan\.ts$/;
const BOTH = join(import.meta.dirname, "both.ts");

/** A module that imports the planner gets both. */
const plugin: Plugin = {
  name: "both-planners",
  setup: (bundler) => {
    bundler.onResolve({ filter: PLANNER }, ({ importer }) => (importer === BOTH ? undefined : { path: BOTH }));
    bundler.onResolve({ filter: /^\.\/base\.ts$/ }, () => ({ path: join(base, "lib/plan/plan.ts") }));
  },
};

const folder = mkdtempSync(join(tmpdir(), "plans-equal-"));
symlinkSync(join(TOP, "node_modules"), join(folder, "node_modules"));
try {
  const outfile = join(folder, "run.mjs");
  const from = { absWorkingDir: TOP, entryPoints: ["test/plans-equal/run.ts"], plugins: [plugin] };
  await build({ ...from, outfile, bundle: true, platform: "node", format: "esm", packages: "external" });
  const args = [values.from, values.seeds, values.stories, values.steps];
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, ...args]);
  process.stdout.write(stdout);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
