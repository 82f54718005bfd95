// A project folder with packed functions, and the real `serverless` in it, as a child process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packFunctions } from "../../deploy/package.ts";
import { TOP, temporaryFolder } from "../e2e/support.ts";

export const NAMES = ["image-created", "evaluate-policy", "poll-copies"] as const;
const SHORT_WAITS = join(TOP, "test/support/short-waits.cjs");

/** The folder of a project. */
export type Project = ReturnType<typeof temporaryFolder>;

/** Makes a project with the files that a deployment reads, so that nothing depends on what was packed last. */
export async function makeProject(policy: string): Promise<Project> {
  const project = temporaryFolder();
  const at = (path: string) => join(project.path, path);
  for (const name of ["serverless.yml", "package.json"]) copyFileSync(join(TOP, name), at(name));
  for (const name of ["deploy", "lib", "node_modules"]) symlinkSync(join(TOP, name), at(name));
  cpSync(join(TOP, "dist/functions"), at("dist/functions"), { recursive: true });
  await pack(project, policy);
  return project;
}

/** Packs the functions with another policy. */
export async function pack({ path }: Project, policy: string): Promise<void> {
  const policyPath = join(path, "policy.yaml");
  writeFileSync(policyPath, policy);
  const { version } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { version: string };
  await packFunctions({ root: path, names: NAMES, build: { version }, target: "node18", policyPath, settle: 1000 });
}

export interface Result {
  readonly code: number | null;
  readonly output: string;
}

/** Starts the framework in a project. The waits of the stock plugin pass ten times as fast. */
export function startServerless(
  { path }: Project,
  args: readonly string[],
  env: Record<string, string>,
  heard: (text: string) => void = () => {},
): { child: ChildProcess; result: Promise<Result> } {
  const child = spawn(process.execPath, [join(TOP, "node_modules/serverless/bin/serverless.js"), ...args], {
    cwd: path,
    env: {
      PATH: process.env["PATH"],
      HOME: path,
      NODE_OPTIONS: `--require ${SHORT_WAITS}`,
      SLS_TRACKING_DISABLED: "1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      output += data.toString();
      heard(data.toString());
    });
  const result = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return { child, result };
}
