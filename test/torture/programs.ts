// The programs under test, started as processes.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Ended, startCli, TOP } from "../e2e/support.ts";
import { functionEnv } from "../support/compiled-policy.ts";

/** The programs under test: the functions as built, and the command. */
export const PROGRAMS = ["apply", "image-created", "poll-copies", "evaluate-policy"] as const;
export type Program = (typeof PROGRAMS)[number] | "status";

export type Started = ChildProcess & { readonly ended: Promise<Ended> };

/** Calls the handler as SCF does, and prints an error as SCF would show it. */
const CALL = `
const [file, event, remaining] = JSON.parse(process.argv[1]);
const end = Date.now() + remaining;
require(file).main_handler(event, { getRemainingTimeInMillis: () => end - Date.now() }).catch((error) => {
  process.stderr.write(error.name + ": " + error.message + "\\n");
  process.exitCode = 1;
});`;

/** The time limit of a function, ms. */
const REMAINING = 900_000;

/** Starts a program in its own process. `event`: the event for a function. */
export function startProgram(program: Program, event: unknown, env: Record<string, string>): Started {
  if (program === "status") return startCli(["status", "--json"], env);
  if (program === "apply") return startCli(["apply", "--wait", "--json"], env);
  const file = join(TOP, "dist/functions", program, "index.js");
  const child = spawn(process.execPath, ["-e", CALL, JSON.stringify([file, event, REMAINING])], {
    // The native library of the embedded state is not part of the bundle.
    env: { ...functionEnv(env), NODE_PATH: join(TOP, "node_modules") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return Object.assign(child, { ended });
}

/** Whether a process has not ended yet. */
export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Reads the journal that a function prints, line by line, while it runs. */
export function onJournal(child: ChildProcess, read: (line: { event: string; text: string }) => void): void {
  let rest = "";
  child.stdout?.on("data", (data: Buffer) => {
    const lines = (rest + data.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("{")) read(JSON.parse(line) as { event: string; text: string });
  });
}
