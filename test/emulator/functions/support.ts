// A running emulator whose functions run, and a client of the vendor that deploys small zips to it.
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { strToU8, type Zippable, zipSync } from "fflate";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { type Emulator, startEmulator } from "../../../emulator/server.ts";
import type { RunFunctions } from "../../../emulator/services/functions/start-functions.ts";
import type { Invocation } from "../../../emulator/world/services/function.ts";
import type { World, WorldOptions } from "../../../emulator/world/types.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { MAIN } from "../support.ts";

export const REGION = "ap-guangzhou";

/** `Result` of Invoke. */
export interface Result {
  readonly Log: string;
  readonly RetMsg: string;
  readonly ErrMsg: string;
  readonly MemUsage: number;
  readonly Duration: number;
  readonly BillDuration: number;
  readonly FunctionRequestId: string;
  readonly InvokeResult: number;
}

export interface FunctionBench {
  readonly world: World;
  readonly emulator: Emulator;
  /** Calls an action of SCF through the vendor's client. */
  call(action: string, params: object): Promise<Record<string, unknown>>;
  /** Creates a function from the text of `index.js`, and waits until it is Active. */
  deploy(name: string, code: string | Zippable, settings?: object): Promise<void>;
  /** Invokes a function and answers its `Result`. */
  invoke(name: string, event?: unknown, more?: object): Promise<Result>;
  /** Advances the clock of the emulator. */
  advance(ms: number): void;
  /** Waits until there are so many invocations of a function, and answers them. */
  invocations(name: string, count: number): Promise<Invocation[]>;
  close(): Promise<void>;
}

/** The bytes of a zip with one file, `index.js`, or with the given files. */
export function zipOf(code: string | Zippable): Uint8Array {
  return zipSync(typeof code === "string" ? { "index.js": strToU8(code) } : code);
}

export const base64 = (zip: Uint8Array): string => Buffer.from(zip).toString("base64");

/** Starts an emulator at a thousand times the speed: a deployment takes two milliseconds. */
export async function functionBench(
  run: RunFunctions = {},
  options: Partial<WorldOptions> = {},
): Promise<FunctionBench> {
  const world = createWorld({ now: Date.now, timeScale: 1000, rateLimits: false, ...options });
  const emulator = await startEmulator({ port: 0, world, runFunctions: run });
  const agent = new http.Agent({ keepAlive: true });
  const client = new CommonClient(`127.0.0.1:${emulator.port}`, "2018-04-16", {
    credential: { secretId: MAIN.secretId, secretKey: MAIN.secretKey },
    region: REGION,
    profile: { httpProfile: { protocol: "http://", agent } },
  });
  const call = async (action: string, params: object) =>
    (await client.request(action, params)) as Record<string, unknown>;
  return {
    world,
    emulator,
    call,
    deploy: async (name, code, settings = {}) => {
      const Code = { ZipFile: base64(zipOf(code)) };
      const usual = { Handler: "index.main_handler", Runtime: "Nodejs20.19" };
      await call("CreateFunction", { FunctionName: name, Code, ...usual, ...settings });
      while ((await call("GetFunction", { FunctionName: name }))["Status"] !== "Active") await sleep(5);
    },
    invoke: async (name, event = {}, more = {}) => {
      const params = { FunctionName: name, ClientContext: JSON.stringify(event), ...more };
      return (await call("Invoke", params))["Result"] as Result;
    },
    advance: (ms) => {
      world.clockOffset += ms;
    },
    invocations: async (name, count) => {
      for (;;) {
        const found = world.invocations.filter(({ target }) => target.name === name);
        if (found.length >= count) return found;
        await sleep(20);
      }
    },
    close: async () => {
      agent.destroy();
      await emulator.close();
    },
  };
}
