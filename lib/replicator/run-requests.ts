// What a run is asked to do, by an event, by the timer or by hand.
import { shortened } from "../event/json-values.ts";
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import { requestProblem } from "../model/messages/run.ts";
import type { Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef } from "../model/types.ts";

/** What one run is asked to do. */
export interface RunRequest {
  /** The trigger, for the history: `timer`, `event`, `manual`, or the name of a command. */
  readonly why: string;
  readonly scope: Scope;
  /** Keeps only the actions on these copies; the run still reads everything in its scope. */
  readonly only?: (key: CopyKey, policy: string) => boolean;
  /** Plans, and changes nothing in the cloud or in the state. */
  readonly dryRun?: boolean;
  /** Changes records only, and nothing in the cloud. */
  readonly noCalls?: boolean;
  /** The user has confirmed that copies which disappeared are deleted. */
  readonly acceptVanished?: boolean;
  /** Failed and blocked copies that the user wants to retry. */
  readonly retry?: (copy: Copy) => boolean;
}

/**
 * A run for images that an event named, without those in regions that no enabled policy copies
 * from.
 */
export function requestForImages(images: readonly ImageRef[], policies: readonly Policy[]): RunRequest {
  const regions = new Set(policies.flatMap((policy) => (policy.enabled ? policy.from : [])));
  return { why: "event", scope: { kind: "images", images: images.filter(({ region }) => regions.has(region)) } };
}

/**
 * A run of the timer: a sweep if one is due, else a poll of the open copies. `sweepEvery` is in
 * milliseconds.
 */
export async function requestForTimer({ cloud, state, now }: Replicator, sweepEvery: number): Promise<RunRequest> {
  const record = await state.account(await cloud.account());
  // The difference counts in both directions: a time in the future was written by a process whose
  // clock was wrong.
  const isDue = record?.lastSweepAt === undefined || Math.abs(now() - record.lastSweepAt) >= sweepEvery;
  return { why: "timer", scope: { kind: isDue ? "sweep" : "poll" } };
}

const KEYS = ["policy", "region", "imageIds", "dryRun", "retry"];

/**
 * A run that a user requests with `{policy?, region?, imageIds?, dryRun?, retry?}`: a sweep whose
 * actions are limited to the policy, source region and source images that are given. Throws
 * `InputError` with every problem.
 */
export function requestByHand(event: unknown, policies: readonly Policy[]): RunRequest {
  const where = "event";
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new InputError([toProblem(where, requestProblem("not-an-object"))]);
  }
  const { policy, region, imageIds, dryRun, retry } = event as Record<string, unknown>;
  const problems: Problem[] = Object.keys(event)
    .filter((key) => !KEYS.includes(key))
    .map((key) => toProblem(where, requestProblem("unknown-key", { allowed: KEYS }), shortened(key).slice(1, -1)));
  const names = policies.map(({ name }) => name);
  if (policy !== undefined && !names.some((name) => name === policy)) {
    problems.push(
      toProblem(where, requestProblem("unknown-policy", { value: shortened(policy), policies: names }), "policy"),
    );
  }
  const regions = [...new Set(policies.flatMap(({ from }) => from))];
  if (region !== undefined && !regions.some((source) => source === region)) {
    problems.push(
      toProblem(where, requestProblem("not-a-source-region", { value: shortened(region), regions }), "region"),
    );
  }
  for (const [field, value] of Object.entries({ dryRun, retry })) {
    if (value !== undefined && typeof value !== "boolean")
      problems.push(toProblem(where, requestProblem("not-a-boolean", { value: shortened(value) }), field));
  }
  const ids = Array.isArray(imageIds) && imageIds.length > 0 && imageIds.every(isImageId) ? imageIds : undefined;
  if (imageIds !== undefined && !ids) {
    problems.push(toProblem(where, requestProblem("not-image-ids", { value: shortened(imageIds) }), "imageIds"));
  }
  if (problems.length > 0) throw new InputError(problems);
  const only = (key: CopyKey, desiredBy: string) =>
    (policy === undefined || desiredBy === policy) &&
    (region === undefined || key.rootRegion === region) &&
    (!ids || ids.includes(key.rootId));
  return {
    why: "manual",
    scope: { kind: "sweep" },
    only,
    ...(dryRun === true && { dryRun: true }),
    ...(retry === true && { retry: (copy: Copy) => only(copy.key, copy.policy) }),
  };
}

function isImageId(value: unknown): value is string {
  return typeof value === "string" && /^img-[0-9a-z]{4,32}$/.test(value);
}
