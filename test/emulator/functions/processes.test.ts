// No process of a function outlives its emulator, and where functions may run at all.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../../emulator/server.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { functionBench } from "./support.ts";

/** A function that starts a process of its own, and answers both process ids. */
const WITH_CHILD = `
  const { spawn } = require("node:child_process");
  let child;
  exports.main_handler = async ({ ms = 0 }) => {
    child ??= spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await new Promise((go) => setTimeout(go, ms));
    return [process.pid, child.pid, process.env.USER_CODE_ROOT];
  };`;

const isRunning = (pid: number) => {
  try {
    // A killed process whose parent has not looked is a zombie.
    return !/^Z/.test(execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).trim());
  } catch {
    return false;
  }
};

async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await sleep(50);
}

describe("all processes of functions end", () => {
  it("when the emulator closes, frozen ones and busy ones, with their children and folders", async () => {
    const b = await functionBench();
    await b.deploy("child", WITH_CHILD);
    const [pid, child, root] = JSON.parse((await b.invoke("child")).RetMsg) as [number, number, string];
    expect([pid, child].map(isRunning)).toEqual([true, true]);
    // A second instance runs while the emulator closes.
    await b.deploy("busy", WITH_CHILD, { Timeout: 60 });
    const lost = b.invoke("busy", { ms: 60_000 }).catch(() => "lost");
    await sleep(500);
    await b.close();
    await lost;
    await untilGone([pid, child]);
    expect(existsSync(root)).toBe(false);
  });

  it.each(["SIGKILL", "SIGTERM"] as const)(
    "when the emulator dies by %s, also while they are frozen",
    async (signal) => {
      const program = spawn(process.execPath, ["--import", "tsx", `${import.meta.dirname}/frozen-and-busy.ts`], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = (await once(program.stdout, "data")) as [Buffer];
      const { root } = JSON.parse(line.toString()) as { root: string };
      // Both instances, and the shells that watch them.
      const children = execFileSync("pgrep", ["-P", String(program.pid)], { encoding: "utf8" });
      const pids = children.trim().split("\n").map(Number);
      expect(pids.length).toBeGreaterThanOrEqual(4);
      program.kill(signal);
      await untilGone(pids);
      while (existsSync(root)) await sleep(50);
    },
  );
});

it("leaves no folder if the emulator dies while it unpacks one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "unpacking-test-"));
  const program = spawn(process.execPath, ["--import", "tsx", `${import.meta.dirname}/unpacking.ts`], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  const unpacked = () => readdirSync(folder).filter((name) => name.startsWith("emulator-function-"));
  while (unpacked().length === 0) await sleep(2);
  program.kill("SIGKILL");
  while (unpacked().length > 0) await sleep(50);
  await rm(folder, { recursive: true });
});

describe("functions run", () => {
  it("on loopback only", async () => {
    const world = createWorld({ now: Date.now });
    await expect(startEmulator({ port: 0, host: "0.0.0.0", world, runFunctions: {} })).rejects.toThrow(
      /functions run on loopback only/,
    );
  });

  it("by the Node that their runtime names, with the variables of the emulator behind their own", async () => {
    const b = await functionBench({
      nodes: { "Nodejs16.13": "/nowhere/node" },
      functionEnv: (url) => ({ REPLICATOR_ENDPOINT: url, COLOUR: "red" }),
    });
    await b.deploy("missing", "exports.main_handler = async () => 1;", { Runtime: "Nodejs16.13" });
    expect((await b.invoke("missing")).ErrMsg).toMatch(/The runtime cannot be started/);
    const Environment = { Variables: [{ Key: "COLOUR", Value: "blue" }] };
    await b.deploy("variables", "exports.main_handler = async () => process.env;", { Environment });
    expect(JSON.parse((await b.invoke("variables")).RetMsg)).toMatchObject({
      REPLICATOR_ENDPOINT: b.emulator.url,
      COLOUR: "blue",
    });
    await b.close();
  });
});
