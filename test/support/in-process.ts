// Runs the programs inside the process of a test, which saves the start of a process for each command.
import { createRequire } from "node:module";
import { join } from "node:path";
import { vi } from "vitest";

/**
 * A test that is about what a program says and does, not about its process, runs it in its own process. What only a
 * process shows (its start, signals, a reader that goes away, a full disk, that it ends by itself) is tested with real
 * processes in test/e2e/. Environment, arguments, folder and output belong to the whole process, so one program runs at
 * a time; calls that come meanwhile wait.
 */

const TOP = join(import.meta.dirname, "../..");

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a handler of a function answered or threw, and what it printed. */
export interface Invoked {
  readonly answer?: unknown;
  readonly error?: Error;
  readonly stdout: string;
  readonly stderr: string;
}

let last: Promise<unknown> = Promise.resolve();

/** Runs a command of the command line, with the modules of `cli/` and `lib/` loaded anew as a process would. */
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

/** Invokes a function, as built, once; a warm instance of SCF serves many invocations in one process, too. */
export function invokeFunction(
  name: string,
  event: unknown,
  context: object,
  env: Record<string, string>,
): Promise<Invoked> {
  return alone(async () => {
    const { result, stdout, stderr } = await withProcess({ args: [], env, cwd: TOP }, async () => {
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

/** Waits up to this, ms, are back-off and pauses; the longer ones are time limits. */
const LONGEST_WAIT = 5_000;
const SHORTER = 50;

/** Shortens the waits of programs in this process between two attempts, where a test is not about their length. */
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

/** Does a piece of work as if it were alone in a process, and collects what it prints. */
async function withProcess<T>({ args, env, cwd }: Surroundings, work: () => Promise<T>) {
  const before = { argv: process.argv, env: { ...process.env }, cwd: process.cwd(), exitCode: process.exitCode };
  const signals = (["SIGINT", "SIGTERM"] as const).map((signal) => ({ signal, listeners: process.listeners(signal) }));
  const outputs = [process.stdout, process.stderr].map((stream) => {
    const output = { stream, listeners: stream.listeners("error"), text: "" };
    return { output, spy: vi.spyOn(stream, "write").mockImplementation(writeTo(output)) };
  });
  try {
    process.argv = [process.execPath, ...args];
    // Not replaced by another object: `os.homedir()` and the like read the environment of the process itself.
    setEnvironment(env);
    process.chdir(cwd);
    process.exitCode = undefined;
    const result = await work();
    return { result, stdout: outputs[0]?.output.text ?? "", stderr: outputs[1]?.output.text ?? "" };
  } finally {
    for (const { output, spy } of outputs) {
      const { stream, listeners } = output;
      spy.mockRestore();
      // The command line listens for readers that go away; each run adds a listener.
      const added = stream.listeners("error").filter((listener) => !listeners.includes(listener));
      for (const listener of added) stream.off("error", listener as () => void);
    }
    // A command that fails before its work begins leaves them to the end of its process.
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
