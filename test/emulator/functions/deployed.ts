// A world with one function, without processes.
import { strToU8, zipSync } from "fflate";
import { DEFAULT_SETTINGS } from "../../../emulator/actions/scf/function-settings.ts";
import type { StoredFunction } from "../../../emulator/world/services/function.ts";
import type { World, WorldOptions } from "../../../emulator/world/types.ts";
import { type Bench, bench, MAIN } from "../support.ts";

export const SCF = { service: "scf" };
export const ZIP = Buffer.from(zipSync({ "index.js": strToU8("exports.main_handler = () => 1;") })).toString("base64");

/** The parameters of CreateFunction for the function `fn`. */
export function creation(more: object = {}) {
  const Code = { ZipFile: ZIP };
  return { FunctionName: "fn", Code, Handler: "index.main_handler", Runtime: "Nodejs18.15", ...more };
}

/** A bench with the function `fn`, which is Active. */
export function deployed(more: object = {}, options: Partial<WorldOptions> = {}): Bench {
  const b = bench(options);
  b.call("CreateFunction", creation(more), SCF);
  b.tick(5000);
  return b;
}

/** Adds a function that is Active, without a call. */
export function addStoredFunction(world: World, name: string): void {
  const settings = { ...DEFAULT_SETTINGS, handler: "index.main_handler", runtime: "Nodejs18.15" };
  world.functions.set(`${MAIN.uin}/ap-guangzhou/default/${name}`, {
    ...{ owner: MAIN.uin, appId: MAIN.appId, region: "ap-guangzhou", namespace: "default", name, id: "lam-00000000" },
    ...{ latest: { revision: "1", settings, code: new Uint8Array(Buffer.from(ZIP, "base64")) }, work: undefined },
    ...{ triggers: [], versions: [], retryNum: 2, msgTtlSeconds: 21_600, reservedMb: undefined },
    ...{ addedAt: 0, modifiedAt: 0 },
  });
}

/** The function `fn` of a bench as it is stored. */
export function functionIn(b: Bench): StoredFunction | undefined {
  return b.world.functions.get(`${MAIN.uin}/ap-guangzhou/default/fn`);
}
