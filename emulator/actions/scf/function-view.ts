// Functions and triggers as answers show them.
import { ApiError } from "../../errors.ts";
import { blank } from "../../model/blank.ts";
import type { Output } from "../../model/model.ts";
import { cronOf } from "../../services/functions/schedule/cron.ts";
import { type FunctionTrigger, type StoredFunction, statusOf } from "../../world/services/function.ts";
import { resourceTagKey } from "../../world/tags.ts";
import type { World } from "../../world/types.ts";

/** A time as SCF shows it: `2019-08-02 22:53:19`, in Beijing. */
export function timeText(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
}

/** A page of a list; Offset 0 and Limit 20 by default. Throws `ApiError` InvalidParameterValue. */
export function page<T>(items: readonly T[], { Offset = 0, Limit = 20 }: { Offset?: number; Limit?: number }): T[] {
  if (Offset < 0 || Limit < 0) throw new ApiError("InvalidParameterValue", "`Offset` and `Limit` must be 0 or more.");
  return items.slice(Offset, Offset + Limit);
}

/** A trigger in GetFunction and CreateTrigger. */
export function viewTrigger(trigger: FunctionTrigger): Output<"scf", "Trigger"> {
  return {
    ModTime: timeText(trigger.modifiedAt),
    Type: trigger.type,
    TriggerDesc: JSON.stringify({ cron: cronOf(trigger.description) }),
    TriggerName: trigger.name,
    AddTime: timeText(trigger.addedAt),
    Enable: trigger.isEnabled ? 1 : 0,
    CustomArgument: trigger.customArgument,
    AvailableStatus: "Available",
    Qualifier: trigger.qualifier,
    Description: trigger.note,
  };
}

/** A function in ListFunctions. */
export function viewFunction(world: World, stored: StoredFunction): Output<"scf", "Function"> {
  return {
    ...blank("scf", "Function"),
    ModTime: timeText(stored.modifiedAt),
    AddTime: timeText(stored.addedAt),
    Runtime: stored.latest.settings.runtime,
    FunctionName: stored.name,
    FunctionId: stored.id,
    Namespace: stored.namespace,
    Status: statusOf(stored, world.workNow()),
    Description: stored.latest.settings.description,
    Tags: viewTags(world, stored),
    Type: "Event",
    ReservedConcurrencyMem: stored.reservedMb ?? null,
    AsyncRunEnable: "FALSE",
    TraceEnable: "FALSE",
  };
}

/** The tags of a function. */
export function viewTags(world: World, stored: StoredFunction): { Key: string; Value: string }[] {
  return [...tagsOf(world, stored)].map(([Key, Value]) => ({ Key, Value }));
}

/** The tags of a function, which the service Tag changes. */
export function tagsOf(world: World, { owner, region, id }: StoredFunction): ReadonlyMap<string, string> {
  return world.resourceTags.get(resourceTagKey(owner, region, id)) ?? new Map();
}
