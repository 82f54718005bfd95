/**
 * Builds what runs: `dist/functions/<name>/index.js`, one file each, and the command line in `dist/cli/`.
 * With `--package` also `dist/functions/<name>.zip`, ready for SCF.
 */

import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { ReplicatorError } from "../lib/model/errors.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"] as const;
const CLI = "dist/cli/main.js";

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  metafile: true,
  logLevel: "warning",
} satisfies BuildOptions;

/** One CommonJS file per function: SCF is given no node_modules. */
function buildFunctions() {
  return build({
    ...common,
    entryPoints: FUNCTIONS.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
    outdir: "dist/functions",
    format: "cjs",
    // The newest runtime that the SCF API's text names is Nodejs18.15 (scf 2018-04-16, CreateFunction).
    target: "node18",
    minify: true,
    // Native, and loaded for an embedded state alone. By `require`: SCF makes the modules of a layer known by NODE_PATH,
    // which `import()` does not look at.
    external: ["libsql"],
    supported: { "dynamic-import": false },
    alias: {
      "whatwg-url": join(ROOT, "deploy/stubs/whatwg-url.ts"),
      "form-data": join(ROOT, "deploy/stubs/form-data.ts"),
      "pg-native": join(ROOT, "deploy/stubs/nothing.ts"),
      encoding: join(ROOT, "deploy/stubs/nothing.ts"),
    },
  });
}

/** ES modules beside node_modules; split, so that each command loads only what it needs. */
function buildCli() {
  return build({
    ...common,
    entryPoints: ["cli/main.ts"],
    outdir: "dist/cli",
    format: "esm",
    target: "node20",
    packages: "external",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
}

async function makeExecutable(file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  if (!text.startsWith("#!")) await writeFile(file, `#!/usr/bin/env node\n${text}`);
  await chmod(file, 0o755);
}

/**
 * Removes what earlier builds left, zips above all: an old one must not be deployed by mistake. Afterwards and not
 * before, so that a command which is running meanwhile still finds its modules.
 */
async function removeLeftovers(folder: string, outputs: Metafile["outputs"]): Promise<void> {
  const made = new Set(Object.keys(outputs).map((file) => resolve(ROOT, file)));
  for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
    const file = join(ROOT, folder, name);
    if (/\.(js|zip)$/.test(name) && !made.has(file)) await rm(file);
  }
}

/** Prints one line per program: its size in bytes, plain and compressed. */
async function report(outputs: Metafile["outputs"]): Promise<void> {
  const programs = FUNCTIONS.map((name) => ({
    name: `dist/functions/${name}`,
    files: [`dist/functions/${name}/index.js`],
  }));
  programs.push({ name: "dist/cli", files: Object.keys(outputs).filter((file) => file.startsWith("dist/cli/")) });
  console.log(`${"".padEnd(32)}${"bytes".padStart(10)}${"gzip".padStart(10)}`);
  for (const { name, files } of programs) {
    const contents = await Promise.all(files.map((file) => readFile(join(ROOT, file))));
    const bytes = contents.reduce((sum, content) => sum + content.length, 0);
    const zipped = contents.reduce((sum, content) => sum + gzipSync(content).length, 0);
    console.log(`${name.padEnd(32)}${String(bytes).padStart(10)}${String(zipped).padStart(10)}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.filter((arg) => arg !== "--package");
  if (unknown.length > 0) throw new Error(`build: unknown argument ${unknown.join(" ")}; allowed: --package`);

  const [functions, cli] = await Promise.all([buildFunctions(), buildCli()]);
  await removeLeftovers("dist/functions", functions.metafile.outputs);
  await removeLeftovers("dist/cli", cli.metafile.outputs);
  await makeExecutable(join(ROOT, CLI));
  // The root's package.json says "type": "module".
  const manifest = `${JSON.stringify({ type: "commonjs" })}\n`;
  await Promise.all(FUNCTIONS.map((name) => writeFile(join(ROOT, "dist/functions", name, "package.json"), manifest)));
  await report({ ...functions.metafile.outputs, ...cli.metafile.outputs });

  if (args.includes("--package")) {
    // Loaded only here: the policy's parser would make every `npm start` slower.
    const { packFunctions } = await import("./package.ts");
    const { policyFile, zips, warnings } = await packFunctions(ROOT, FUNCTIONS, process.env["POLICY_FILE"]);
    for (const warning of warnings) console.warn(`warning: ${warning}`);
    console.log(`packed with the policy ${relative(process.cwd(), policyFile)}: ${zips.join(" ")}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // esbuild has printed its own errors by now.
  if (error instanceof ReplicatorError || !(error instanceof Error && "errors" in error)) {
    console.error(error instanceof Error ? error.message : error);
  }
  process.exitCode = 1;
}
