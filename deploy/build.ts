// Builds the functions and the command line; with `--package` also the zips for SCF.
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { ReplicatorError } from "../lib/model/errors.ts";
import { type Build, buildText } from "../lib/record/program.ts";
import { sourceCommit } from "./source-commit.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"] as const;
const CLI = "dist/cli/main.js";
/** Nodejs18.15 is the newest runtime in the SCF API documentation (scf 2018-04-16, CreateFunction). */
const FUNCTION_TARGET = "node18";

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  metafile: true,
  logLevel: "warning",
} satisfies BuildOptions;

/** One CommonJS file for each function, because the zips for SCF contain no node_modules. */
function buildFunctions(of: Build) {
  return build({
    ...common,
    entryPoints: FUNCTIONS.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
    outdir: "dist/functions",
    format: "cjs",
    target: FUNCTION_TARGET,
    minify: true,
    define: { BUILD: JSON.stringify(of), "import.meta.dirname": "__dirname" },
    // libsql is native and loaded for an embedded state only. It needs `require`, because SCF exposes
    // the modules of a layer through NODE_PATH, which `import()` ignores.
    external: ["libsql"],
    supported: { "dynamic-import": false },
    alias: {
      "whatwg-url": join(ROOT, "deploy/stubs/whatwg-url.ts"),
      "form-data": join(ROOT, "deploy/stubs/form-data.ts"),
      url: join(ROOT, "deploy/stubs/url.ts"),
      "pg-native": join(ROOT, "deploy/stubs/nothing.ts"),
      // Every request has an agent of its own, so the SDK never makes one for a proxy: 18 kB less.
      "https-proxy-agent": join(ROOT, "deploy/stubs/nothing.ts"),
      encoding: join(ROOT, "deploy/stubs/nothing.ts"),
    },
  });
}

/** ES modules that use node_modules; split, so that each command loads only the code that it needs. */
function buildCli(of: Build) {
  return build({
    ...common,
    entryPoints: ["cli/main.ts"],
    outdir: "dist/cli",
    format: "esm",
    target: "node20",
    packages: "external",
    define: { BUILD: JSON.stringify(of) },
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
 * Deletes the files of earlier builds. A stale zip could be deployed by mistake. Runs after the build, so
 * that a running command still finds its modules during the build.
 */
async function deleteStaleOutputs(folder: string, outputs: Metafile["outputs"]): Promise<void> {
  const current = new Set(Object.keys(outputs).map((file) => resolve(ROOT, file)));
  for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
    const file = join(ROOT, folder, name);
    if (/\.(js|zip)$/.test(name) && !current.has(file)) await rm(file);
  }
}

/** Prints one line for each program: its size in bytes, plain and compressed. */
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

/** Makes the zips, and prints the size and the hash of each. */
async function pack(of: Build): Promise<void> {
  // Dynamic imports, because the policy parser would slow down every `npm start`.
  const { packFunctions } = await import("./package.ts");
  const { settleIn } = await import("../lib/replicator/config.ts");
  const { policyFile, zips, warnings } = await packFunctions({
    root: ROOT,
    names: FUNCTIONS,
    build: of,
    target: FUNCTION_TARGET,
    policyPath: process.env["POLICY_FILE"],
    settle: settleIn(process.env),
  });
  for (const warning of warnings) console.warn(`warning: ${warning}`);
  console.log(`packed ${buildText(of)} with the policy ${relative(process.cwd(), policyFile)}:`);
  for (const { file, bytes, sha256 } of zips) console.log(`${file.padEnd(36)}${String(bytes).padStart(8)}  ${sha256}`);
}

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.filter((arg) => arg !== "--package");
  if (unknown.length > 0) throw new Error(`build: unknown argument ${unknown.join(" ")}; allowed: --package`);

  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  const of: Build = { version, ...sourceCommit(ROOT) };
  const [functions, cli] = await Promise.all([buildFunctions(of), buildCli(of)]);
  await deleteStaleOutputs("dist/functions", functions.metafile.outputs);
  await deleteStaleOutputs("dist/cli", cli.metafile.outputs);
  await makeExecutable(join(ROOT, CLI));
  // Overrides `"type": "module"` of the root's package.json.
  const manifest = `${JSON.stringify({ type: "commonjs" })}\n`;
  await Promise.all(FUNCTIONS.map((name) => writeFile(join(ROOT, "dist/functions", name, "package.json"), manifest)));
  await report({ ...functions.metafile.outputs, ...cli.metafile.outputs });

  if (args.includes("--package")) await pack(of);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // esbuild has already printed its own errors.
  if (error instanceof ReplicatorError || !(error instanceof Error && "errors" in error)) {
    console.error(error instanceof Error ? error.message : error);
  }
  process.exitCode = 1;
}
