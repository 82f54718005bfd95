// Starts the built programs as a user does: each in its own process, over HTTP.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { allowedForBucket, allowedWithDeletions, calledIn } from "../support/permissions.ts";

export const TOP = join(import.meta.dirname, "../..");
const MAIN = join(TOP, "dist/cli/main.js");

/** An image as the control API of the emulator shows it. */
export interface Shown {
  readonly account: string;
  readonly region: string;
  readonly imageId: string;
  readonly name: string;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly copiedFrom: { readonly region: string; readonly imageId: string } | null;
}

/** A running emulator. */
export interface Emulated {
  readonly url: string;
  /** Calls the control API. */
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** All copies in the emulator. */
  copies(): Promise<Shown[]>;
  /** The number of SyncImages calls that had an effect. */
  syncs(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts the emulator as a program. With the time scale 600 a copy takes 1 to 3 seconds. Before the
 * log is dropped, it is compared with the CAM policy of the command: our programs may call no
 * action that the policy does not allow.
 */
export async function startEmulatorProgram(
  timeScale = 600,
  more: Record<string, string> = {},
  main = MAIN,
): Promise<Emulated> {
  const child = spawn(process.execPath, [main, "emulator", "--port", "0", "--time-scale", String(timeScale)], {
    env: { ...process.env, ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  const url = await new Promise<string>((done, failed) => {
    child.stdout.on("data", (data: Buffer) => {
      printed += data.toString();
      const found = /at (http:\/\/[^\s,]+)/.exec(printed)?.[1];
      if (found) done(found);
    });
    child.once("exit", (code) => failed(new Error(`the emulator ended with ${code}: ${printed}`)));
  });
  const control: Emulated["control"] = async (method, path, body) => {
    const init = body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
    const response = await fetch(`${url}/_emulator/${path}`, { method, ...init });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const checkCalls = async () => {
    const { requests } = (await control("GET", "requests")) as unknown as {
      requests: { service: string; action: string }[];
    };
    // The service of a call that was rejected before its dispatch is unknown.
    const calls = calledIn(requests.filter(({ service }) => service !== ""));
    const allowed = [...allowedWithDeletions("command"), ...allowedForBucket()];
    const forbidden = calls.filter((call) => !allowed.includes(call));
    if (forbidden.length > 0) throw new Error(`the files of deploy/cam do not allow ${forbidden.join(", ")}`);
  };
  return {
    url,
    async control(method, path, body) {
      if (path === "import") await checkCalls(); // An import drops the log.
      return await control(method, path, body);
    },
    async copies() {
      const { images } = (await control("GET", "world")) as unknown as { images: Shown[] };
      return images.filter((image) => image.copiedFrom !== null);
    },
    async syncs() {
      const { requests } = (await control("GET", "requests?action=SyncImages")) as unknown as {
        requests: { params: { DryRun?: boolean }; effects: unknown[] }[];
      };
      return requests.filter(({ params, effects }) => !params.DryRun && effects.length > 0).length;
    },
    async stop() {
      try {
        await checkCalls();
      } finally {
        await end(child, "SIGTERM");
      }
    },
  };
}

/**
 * The environment of programs for which time passes faster. All programs of a test must share one.
 */
export function fastClock(factor: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--require ${join(TOP, "test/support/fast-clock.cjs")}`,
    CLOCK_FACTOR: String(factor),
    CLOCK_START: String(Date.now()),
  };
}

/** Ends a process and waits until it has ended. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/**
 * The environment of a user of the emulator: the variables that programs need, and no others of
 * this process.
 */
export function userEnv(url: string, more: Record<string, string> = {}): Record<string, string> {
  const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    REPLICATOR_ENDPOINT: url,
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
    SETTLE: "1s",
    REPLICATOR_INSTALLATION: "lab",
    ...more,
  };
}

/** The exit code and the output of a program. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command of the program. */
export function startCli(
  args: readonly string[],
  env: Record<string, string>,
  cwd = TOP,
): ChildProcess & { ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...args], { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return Object.assign(child, { ended });
}

/** Runs a command of the program to its end. */
export function cli(args: readonly string[], env: Record<string, string>, cwd?: string): Promise<Ended> {
  return startCli(args, env, cwd).ended;
}

/** The sources and regions with more than one copy, each with the number of its copies. */
export function notExactlyOne(copies: readonly Shown[]): string[] {
  const counts = new Map<string, number>();
  for (const { copiedFrom, region } of copies) {
    const id = `${copiedFrom?.region}/${copiedFrom?.imageId} → ${region}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].filter(([, number]) => number !== 1).map(([id, number]) => `${id}: ${number}`);
}

/** A temporary folder; the test removes it at its end. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "cvm-replicator-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
