// One instance of a function: a process that runs one call at a time and is stopped in between.
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { InvocationError, InvocationResult } from "../../../world/services/function.ts";
import { failed, succeeded } from "../invocation-result.ts";
import { readOutput } from "./output.ts";
import { readLines } from "./read-lines.ts";
import { residentMemory } from "./resident-memory.ts";
import type { Watch } from "./watch-group.ts";

/** What an instance needs. */
export interface InstanceSpec {
  /** The file of a Node. */
  readonly node: string;
  /** The file with the bootstrap, and the folder with the code. */
  readonly files: { readonly bootstrap: string; readonly code: string };
  readonly watch: Watch;
  readonly handler: string;
  /** All of it: nothing of the emulator's own environment reaches a function. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly initTimeoutMs: number;
  /** The time of printed lines. */
  readonly now: () => number;
}

/** One call of a handler. */
export interface HandlerCall {
  /** The request id. */
  readonly id: string;
  /** JSON text. */
  readonly event: string;
  /** The members that are data; the bootstrap adds the others. */
  readonly context: Readonly<Record<string, unknown>> & { readonly time_limit_in_ms: number };
  /** Variables that change from call to call. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Instance {
  /** Runs one call, and stops the process group afterwards. Never rejects. */
  run(call: HandlerCall): Promise<InvocationResult>;
  /** Whether it can take another call. */
  isAlive(): boolean;
  /** Kills the process group. Resolves once it is gone. */
  end(): Promise<void>;
}

interface Message {
  /** The call that it answers; none if the code was loaded, or if the message is not of the bootstrap. */
  readonly id: string | undefined;
  readonly text: string | undefined;
  readonly failure: string | undefined;
}

/** Milliseconds between two looks at the resident memory. */
const MEMORY_INTERVAL = 40;

/** Starts an instance. Its first call waits until the code is loaded. */
export function startInstance(spec: InstanceSpec): Instance {
  const child = spawn(spec.node, [spec.files.bootstrap, spec.handler], {
    cwd: spec.files.code,
    env: spec.environment,
    // A process group of its own, which can be stopped and killed with all that the function starts.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const group = { pid: child.pid, isGone: false };
  spec.watch.group(child.pid);
  const [, out, error, pipe] = child.stdio as unknown as [null, Readable, Readable, Duplex];
  const output = readOutput({ out, error }, spec.now);
  const ended = untilEnd(child, () => {
    signal(group, "SIGKILL");
    group.isGone = true;
    spec.watch.group(undefined);
  });
  const nextMessage = readMessages(pipe);

  /** Waits for a message, the end of the process, the time limit or the memory limit. */
  const outcome = async (id: string | undefined, timeoutMs: number, timedOut: InvocationError) => {
    const stop = new AbortController();
    const memory = watchMemory(child.pid ?? 0, spec.memoryMb, stop.signal);
    const result = await Promise.race([
      nextMessage(id),
      ended,
      memory.exceeded,
      sleep(timeoutMs, timedOut, { signal: stop.signal }).catch(() => timedOut),
    ]);
    stop.abort();
    // A short call ends before the first look.
    return { result, memoryBytes: memory.largest() || (await residentMemory(child.pid ?? 0)) };
  };
  const load = async () => {
    const seconds = spec.initTimeoutMs / 1000;
    const timedOut = { status: 446, message: `Function initialization timed out after ${seconds} seconds` };
    const { result } = await outcome(undefined, spec.initTimeoutMs, timedOut);
    if ("status" in result) return result;
    return result.failure === undefined ? undefined : { status: 430, message: result.failure };
  };
  const loaded = load();

  const end = async () => {
    signal(group, "SIGKILL");
    await ended;
  };
  return {
    isAlive: () => !group.isGone && child.pid !== undefined,
    end,
    run: async (call) => {
      signal(group, "SIGCONT");
      const loadError = await loaded;
      const started = performance.now();
      const facts = (memoryBytes: number) => {
        return { durationMs: performance.now() - started, memoryBytes, lines: output.take() };
      };
      if (loadError !== undefined) {
        await end();
        return failed(call.id, loadError, facts(0));
      }
      pipe.write(`${JSON.stringify(call)}\n`);
      const seconds = call.context.time_limit_in_ms / 1000;
      const timedOut = { status: 433, message: `Invoking task timed out after ${seconds} seconds` };
      const { result, memoryBytes } = await outcome(call.id, call.context.time_limit_in_ms, timedOut);
      if ("status" in result) {
        await end();
        return failed(call.id, result, facts(memoryBytes));
      }
      const durationMs = performance.now() - started;
      if (result.id === undefined) {
        // Its handler may still run.
        await end();
        const message = result.failure ?? WROTE_TO_PIPE;
        return failed(call.id, { status: 430, message }, { ...facts(memoryBytes), durationMs });
      }
      await output.untilEnd(call.id);
      signal(group, "SIGSTOP");
      const measured = { ...facts(memoryBytes), durationMs };
      if (result.failure === undefined) return succeeded(call.id, result.text ?? "null", measured);
      return failed(call.id, { status: 430, message: result.failure }, measured);
    },
  };
}

function signal(group: { pid: number | undefined; isGone: boolean }, name: NodeJS.Signals): void {
  if (group.pid === undefined || group.isGone) return;
  try {
    process.kill(-group.pid, name);
  } catch {
    // It has just ended.
  }
}

/** Milliseconds that the outputs are waited for: a process that left the group can keep them open. */
const PATIENCE = 500;

/** Resolves once the process has ended and its outputs are read. Calls `onExit` as soon as it has ended. */
async function untilEnd(child: ChildProcess, onExit: () => void): Promise<InvocationError> {
  return new Promise((resolve) => {
    child.once("error", ({ message }) => {
      onExit();
      resolve({ status: 439, message: `The runtime cannot be started: ${message}` });
    });
    child.once("exit", (code, name) => {
      onExit();
      const finish = () => {
        clearTimeout(timer);
        resolve({ status: 439, message: `User process exit when running: ${name ?? `code ${code}`}` });
      };
      const timer = setTimeout(finish, PATIENCE);
      child.once("close", finish);
    });
  });
}

/** Answers a function that waits for the next message about a call. One that nobody waits for is dropped. */
function readMessages(pipe: Duplex): (id: string | undefined) => Promise<Message> {
  let onMessage: ((message: Message) => void) | undefined;
  readLines(pipe, (line) => onMessage?.(parseMessage(line)));
  return async (id) =>
    new Promise((resolve) => {
      onMessage = (message) => {
        if (message.id === undefined || message.id === id) resolve(message);
      };
    });
}

const WROTE_TO_PIPE = "the function wrote to file descriptor 3";

/** A function can write to the pipe, too: what is no message of the bootstrap counts as its failure. */
function parseMessage(line: string): Message {
  try {
    const { id, text, failure } = JSON.parse(line) as Record<keyof Message, unknown>;
    if (isTextOrNone(id) && isTextOrNone(text) && isTextOrNone(failure)) return { id, text, failure };
  } catch {
    // Answered below.
  }
  return { id: undefined, text: undefined, failure: WROTE_TO_PIPE };
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function watchMemory(pid: number, memoryMb: number, stop: AbortSignal) {
  let largest = 0;
  const exceeded = new Promise<InvocationError>((resolve) => {
    const look = async () => {
      largest = Math.max(largest, await residentMemory(pid));
      if (largest > memoryMb * 1024 * 1024) {
        resolve({ status: 434, message: `Memory limit exceeded: the function used more than ${memoryMb} MB` });
      }
    };
    void look();
    const timer = setInterval(() => void look(), MEMORY_INTERVAL);
    stop.addEventListener("abort", () => clearInterval(timer));
  });
  return { exceeded, largest: () => largest };
}
