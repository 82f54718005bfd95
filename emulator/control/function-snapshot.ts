// Functions and their waiting events in an exported world. Invocations and instances are transient.
import {
  type AsyncEvent,
  type FunctionRevision,
  type FunctionVersion,
  functionKey,
  type StoredFunction,
  targetOf,
} from "../world/services/function.ts";
import type { World } from "../world/types.ts";

type WithText<T extends FunctionRevision> = Omit<T, "code"> & { readonly base64: string };

type FunctionJson = Omit<StoredFunction, "latest" | "versions" | "work" | "reservedMb"> &
  Partial<Pick<StoredFunction, "work" | "reservedMb">> & {
    readonly latest: WithText<FunctionRevision>;
    readonly versions: readonly WithText<FunctionVersion>[];
  };

/** What an exported world has of functions. Absent in older exports. */
export interface FunctionsJson {
  readonly functions?: readonly FunctionJson[];
  readonly asyncEvents?: readonly AsyncEvent[];
}

const toText = <T extends FunctionRevision>({ code, ...rest }: T) => {
  return { ...rest, base64: Buffer.from(code).toString("base64") };
};
const fromText = <T extends { base64: string }>({ base64, ...rest }: T) => {
  return { ...rest, code: new Uint8Array(Buffer.from(base64, "base64")) };
};

export function exportFunctions(world: World): FunctionsJson {
  const functions = [...world.functions.values()].map(({ latest, versions, ...stored }) => {
    return { ...stored, latest: toText(latest), versions: versions.map(toText) };
  });
  return { functions, asyncEvents: world.asyncEvents };
}

/** Replaces the functions of a world. An event that was running runs again: it is delivered at least once. */
export function importFunctions(world: World, { functions = [], asyncEvents = [] }: FunctionsJson): void {
  world.functions.clear();
  for (const { latest, versions, ...json } of functions) {
    const stored: StoredFunction = {
      ...json,
      work: json.work,
      reservedMb: json.reservedMb,
      latest: fromText(latest),
      versions: versions.map(fromText),
    };
    world.functions.set(functionKey(targetOf(stored, "$LATEST")), stored);
  }
  const events = asyncEvents.map((event) => ({ ...event, isRunning: false }));
  world.asyncEvents.splice(0, world.asyncEvents.length, ...events);
  world.invocations.length = 0;
}
