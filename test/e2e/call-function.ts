// Calls the built functions as SCF does: each file alone in a folder, in its own process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { functionEnv } from "../support/compiled-policy.ts";
import { TOP, temporaryFolder } from "./support.ts";

export type Name = "image-created" | "poll-copies" | "evaluate-policy";

/** The parts of an answer that tests read. */
export interface Answer {
  readonly summary: string;
  readonly next: string | null;
  readonly run: { actions: Record<string, number>; stoppedEarly: boolean; trigger: string; program?: string };
  readonly done: Record<string, number>;
  readonly plan?: { create: { source: { imageId: string }; destinations: string[] }[] };
  readonly images?: { imageId: string; copies: number; result: string }[];
  readonly copies: { source: { imageId: string }; policy: string; region: string; state: string }[];
  readonly counts: Record<string, number>;
  readonly ignored?: { text: string }[];
}
/** The output of a process, with one answer or one error for each event. */
export interface Outcome {
  readonly outcomes: { answer?: Answer; error?: string }[];
  readonly stdout: string;
  readonly stderr: string;
}

const RUN = `
const [events, remaining] = JSON.parse(process.argv[1]);
const end = Date.now() + remaining;
const context = { request_id: "r-1", getRemainingTimeInMillis: () => end - Date.now() };
const { main_handler } = require("./index.js");
(async () => {
  const outcomes = [];
  for (const event of events)
    await main_handler(event, context).then(
      (answer) => outcomes.push({ answer }),
      (error) => outcomes.push({ error: error.name + ": " + error.message }));
  require("node:fs").writeFileSync("outcome.json", JSON.stringify({ outcomes, at: Date.now() }));
})();`;

/**
 * Calls a function with one event after the other, and expects that its process ends by itself soon
 * afterwards.
 */
export async function callAll(
  name: Name,
  events: readonly unknown[],
  env: Record<string, string>,
  { remaining = 900_000, node = process.execPath } = {},
): Promise<Outcome> {
  const folder = temporaryFolder();
  const cwd = folder.path;
  try {
    copyFileSync(join(TOP, "dist/functions", name, "index.js"), join(cwd, "index.js"));
    const child = spawn(node, ["-e", RUN, JSON.stringify([events, remaining])], {
      cwd,
      env: functionEnv(env),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    const endedAt = Date.now();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(existsSync(join(cwd, "outcome.json")), "the handler answered").toBe(true);
    const { outcomes, at } = JSON.parse(readFileSync(join(cwd, "outcome.json"), "utf8")) as Outcome & { at: number };
    expect(endedAt - at, "ms from the answer to the end of the process").toBeLessThan(5_000);
    return { outcomes, stdout, stderr };
  } finally {
    folder.remove();
  }
}

/** Calls a function once. */
export async function call(name: Name, event: unknown, env: Record<string, string>, options = {}) {
  const { outcomes, ...rest } = await callAll(name, [event], env, options);
  return { ...rest, answer: outcomes[0]?.answer, error: outcomes[0]?.error };
}
