// Runs the programs inside the process of a test, which saves the start of a process.
import { createRequire } from "node:module";
import { join } from "node:path";
import { vi } from "vitest";
import { functionEnv } from "./compiled-policy.ts";

/**
 * Tests of the output and effects of a program run it in the process of the test. Behaviour that
 * only a process shows (its start, signals, a closed pipe, a full disk, its end) is tested with
 * real processes in test/e2e/. Environment, arguments, folder and output belong to the whole
 * process, so one program runs at a time; further calls wait.
 */

const TOP = join(import.meta.dirname, "../..");

/** The exit code and the output of a program. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The answer or the error of a function, and its output. */
export interface Invoked {
  readonly answer?: unknown;
  readonly error?: Error;
  readonly stdout: string;
  readonly stderr: string;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command of the command line. The modules of `cli/` and `lib/` are loaded again, as in a
 * new process.
 */
export function runCommand(args: readonly string[], env: Record<string, string>, cwd = TOP): Promise<Ended> {
  return alone(async () => {
    const printed = await withProcess({ args: ["cvm-replicator", ...args], env, cwd }, async () => {
      vi.resetModules();
      await import("../../cli/main.ts");
      return Number(process.exitCode ?? 0);
    });
    return { code: printed.result, stdout: printed.stdout, stderr: printed.stderr };
  });
}

/**
 * Invokes a built function once. A warm instance of SCF also serves many invocations in one
 * process.
 */
export function invokeFunction(
  name: string,
  event: unknown,
  context: object,
  env: Record<string, string>,
): Promise<Invoked> {
  return alone(async () => {
    const { result, stdout, stderr } = await withProcess({ args: [], env: functionEnv(env), cwd: TOP }, async () => {
      const bundle = createRequire(import.meta.url)(join(TOP, "dist/functions", name, "index.js")) as {
        main_handler(event: unknown, context: object): Promise<unknown>;
      };
      return bundle.main_handler(event, context).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error: error as Error }),
      );
    });
    return { ...result, stdout, stderr };
  });
}

/** Waits up to this length, ms, are backoff and pauses; longer ones are time limits. */
const LONGEST_WAIT = 5_000;
const SHORTER = 50;

/**
 * Shortens the waits between two attempts of programs in this process, for tests that do not check
 * their length.
 */
export async function withShortWaits<T>(work: () => Promise<T>): Promise<T> {
  const before = globalThis.setTimeout;
  const shorter = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    before(run, ms <= LONGEST_WAIT ? ms / SHORTER : ms, ...args);
  const replacement: unknown = Object.assign(shorter, { __promisify__: before.__promisify__ });
  globalThis.setTimeout = replacement as typeof before;
  try {
    return await work();
  } finally {
    globalThis.setTimeout = before;
  }
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}

interface Surroundings {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
}

/** Runs `work` as if it were alone in a process, and collects its output. */
async function withProcess<T>({ args, env, cwd }: Surroundings, work: () => Promise<T>) {
  const before = { argv: process.argv, env: { ...process.env }, cwd: process.cwd(), exitCode: process.exitCode };
  const signals = (["SIGINT", "SIGTERM"] as const).map((signal) => ({ signal, listeners: process.listeners(signal) }));
  const outputs = [process.stdout, process.stderr].map((stream) => {
    const output = { stream, listeners: stream.listeners("error"), text: "" };
    return { output, spy: vi.spyOn(stream, "write").mockImplementation(writeTo(output)) };
  });
  try {
    process.argv = [process.execPath, ...args];
    // `process.env` is not replaced by another object, because `os.homedir()` reads the environment
    // of the process.
    setEnvironment(env);
    process.chdir(cwd);
    process.exitCode = undefined;
    const result = await work();
    return { result, stdout: outputs[0]?.output.text ?? "", stderr: outputs[1]?.output.text ?? "" };
  } finally {
    for (const { output, spy } of outputs) {
      const { stream, listeners } = output;
      spy.mockRestore();
      // The command line listens for closed pipes; each run adds a listener.
      const added = stream.listeners("error").filter((listener) => !listeners.includes(listener));
      for (const listener of added) stream.off("error", listener as () => void);
    }
    // A command that fails before its work begins does not remove its signal handlers.
    for (const { signal, listeners } of signals)
      for (const added of process.listeners(signal)) if (!listeners.includes(added)) process.off(signal, added);
    process.chdir(before.cwd);
    setEnvironment(before.env);
    process.argv = before.argv;
    process.exitCode = before.exitCode;
  }
}

function writeTo(output: { text: string }): typeof process.stdout.write {
  return (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    output.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const done = rest.find((one) => typeof one === "function") as (() => void) | undefined;
    if (done) queueMicrotask(done);
    return true;
  };
}

function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}
