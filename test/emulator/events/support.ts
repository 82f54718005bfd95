// A bench of EventBridge: a function, rules with targets, and what the function receives.
import { expect } from "vitest";
import { ApiError } from "../../../emulator/errors.ts";
import { functionKey } from "../../../emulator/world/services/function.ts";
import type { World, WorldOptions } from "../../../emulator/world/types.ts";
import { addStoredFunction } from "../functions/deployed.ts";
import { type Bench, bench, type CallOptions, caught, MAIN } from "../support.ts";

export const FUNCTION = `qcs::scf:ap-guangzhou:uin/${MAIN.uin}:namespace/default/function/replicate/$LATEST`;
export const IMAGE_PATTERN = JSON.stringify({ source: ["cvm.cloud.tencent"], data: { eventName: ["CreateImage"] } });

export interface EventBench extends Bench {
  /** Calls an action of EventBridge. */
  eb(action: string, params?: object, options?: CallOptions): EbAnswer;
  /** The error of a call of EventBridge that must fail. */
  ebError(action: string, params?: object, options?: CallOptions): ApiError;
  readonly busId: string;
  /** Makes a rule on the default bus and returns where it is. */
  rule(params?: object): { EventBusId: string; RuleId: string };
  /** Makes a rule with a target that is the function. */
  target(params?: object, rule?: object): { EventBusId: string; RuleId: string; TargetId: string };
  /** What is queued for the function, in order. */
  received(): unknown[];
  /** Creates an image by the API. */
  createImage(name?: string): void;
}

export interface EbAnswer {
  readonly EventBuses: readonly { EventBusId: string; EventBusName: string; Type: string }[];
  readonly Rules: readonly object[];
  readonly Targets: readonly object[];
  readonly TotalCount: number;
  readonly EventBusId: string;
  readonly RuleId: string;
  readonly TargetId: string;
}

/** Adds the function that is the target, and returns its key. */
export function addFunction(world: World): string {
  const key = `${MAIN.uin}/ap-guangzhou/default/replicate`;
  addStoredFunction(world, "replicate");
  return key;
}

/** A bench of EventBridge with a world of its own, or on that of another bench. */
export function eventBench(options: Partial<WorldOptions> = {}, b: Bench = bench(options)): EventBench {
  const key = addFunction(b.world);
  const eb: EventBench["eb"] = (action, params, more) =>
    b.call(action, params, { ...more, service: "eb" }) as unknown as EbAnswer;
  const busId = eb("ListEventBuses").EventBuses[0]?.EventBusId ?? "";
  const rule: EventBench["rule"] = (params = {}) => {
    const all = { EventBusId: busId, RuleName: "images", EventPattern: IMAGE_PATTERN, ...params };
    return { EventBusId: all.EventBusId, RuleId: eb("CreateRule", all).RuleId };
  };
  return {
    ...b,
    eb,
    busId,
    rule,
    ebError: (action, params, more) => {
      const error = caught(() => eb(action, params, more));
      expect(error).toBeInstanceOf(ApiError);
      return error as ApiError;
    },
    target: (params = {}, ruleParams = {}) => {
      const at = rule(ruleParams);
      const description = { TargetDescription: { ResourceDescription: FUNCTION } };
      return { ...at, TargetId: eb("CreateTarget", { ...at, Type: "scf", ...description, ...params }).TargetId };
    },
    received: () =>
      b.world.asyncEvents
        .filter(({ target }) => functionKey(target) === key)
        .map(({ event }) => JSON.parse(event) as unknown),
    createImage: (name = "golden") => {
      b.call("CreateImage", { ImageName: name, InstanceId: "ins-abcd1234" });
    },
  };
}
