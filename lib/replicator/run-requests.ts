// What a run is asked to do, by an event, by the timer or by hand.

import { fieldsOf, shortened } from "../event/json-values.ts";
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import { isImageId } from "../model/image.ts";
import { requestProblem } from "../model/messages/run.ts";
import type { Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { Records, Replicator } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef } from "../model/types.ts";
import { regionsOfPolicies } from "../observe/read-set.ts";
import { isSweepDue } from "../record/region-records.ts";
import { isAbsent } from "./absent-regions.ts";

/** What one run is asked to do. */
export interface RunRequest {
  /** For the history: `timer`, `event`, `manual`, or the name of a command. */
  readonly trigger: string;
  readonly scope: Scope;
  /**
   * Keeps only the actions on these copies. The run still reads everything in its scope, because what one
   * copy needs depends on the others; but it counts neither as a sweep nor as a run of its policy.
   */
  readonly only?: (key: CopyKey, policy: string) => boolean;
  /** What may change: the cloud and the state (the default), nothing, or the state alone. */
  readonly mode?: "apply" | "dry-run" | "record-only";
  /** The user has confirmed that copies which disappeared are deleted. */
  readonly acceptVanished?: boolean;
  /** The user has confirmed that copies lose most of the accounts that they are shared with. */
  readonly acceptUnshare?: boolean;
  /**
   * Of a command that asks: whether the user has confirmed that a policy which did not run before
   * takes something back. Absent: of a run that nobody can confirm.
   */
  readonly confirmed?: boolean;
  /** The user has confirmed that many sources were recalled on purpose. */
  readonly acceptRecall?: boolean;
  /**
   * The images that the user has confirmed to be deleted, by `refText`: no other one is, except for what
   * this program alone has made on its way (`isAsked`). Absent: of a run that asks nobody.
   */
  readonly confirmedDeletions?: ReadonlySet<string>;
  /** The user wants these copies deleted even if they are the last usable versions. */
  readonly mayDeleteLast?: (key: CopyKey) => boolean;
  /**
   * The copies that the earlier sweeps of the same command have deleted or unshared, by `copyId`;
   * this run adds its own. All sweeps of a command together delete no more than one run may.
   */
  readonly deleted?: Set<string>;
  /** Failed and blocked copies that the user wants to retry. */
  readonly retry?: (copy: Copy) => boolean;
  /** The regions to read even if they could not be read a short time ago. */
  readonly readAnyway?: (region: string) => boolean;
  /** What was read of the state in order to make this request; else the run reads it. */
  readonly records?: Records;
}

/**
 * A run for images that an event named, without those in regions that no enabled policy copies
 * from.
 */
export function requestForImages(images: readonly ImageRef[], policies: readonly Policy[]): RunRequest {
  const regions = new Set(policies.flatMap((policy) => (policy.enabled ? policy.from : [])));
  return { trigger: "event", scope: { kind: "images", images: images.filter(({ region }) => regions.has(region)) } };
}

/**
 * A run of the timer: a sweep if one is due, else a poll of the open copies. `sweepEvery` is in
 * milliseconds.
 */
export async function requestForTimer(deps: Replicator, sweepEvery: number): Promise<RunRequest> {
  const now = deps.now();
  const records = await deps.state.read(await deps.cloud.account(), { dueBy: now });
  // A region that does not exist is never swept.
  const named = [...regionsOfPolicies(deps.policies)].filter((region) => !isAbsent(region, records.record));
  if (isSweepDue(records.record, named, sweepEvery, now)) return { trigger: "timer", scope: { kind: "sweep" } };
  return { trigger: "timer", scope: { kind: "poll" }, records };
}

/** Keys of events that a scheduler sends: the timer of SCF (583/9708), or an envelope of EventBridge. */
const SCHEDULER_KEYS = ["Type", "TriggerName", "Time", "specversion"];

/**
 * A run of poll-copies: what the timer does, or for `{"sweep": true}`, which a user types, a sweep
 * now. Every event of a scheduler and an empty one counts as the timer's. Throws `InputError`.
 */
export async function requestForPoll(event: unknown, deps: Replicator, sweepEvery: number): Promise<RunRequest> {
  const fields = fieldsOf(event) ?? {};
  if (SCHEDULER_KEYS.some((key) => Object.hasOwn(fields, key))) return requestForTimer(deps, sweepEvery);
  const problems = unknownKeys(fields, ["sweep"], '{"sweep": true} or {}');
  const { sweep } = fields;
  if (sweep !== undefined && typeof sweep !== "boolean") problems.push(notABoolean("sweep", sweep));
  if (problems.length > 0) throw new InputError(problems);
  return sweep === true ? { trigger: "manual", scope: { kind: "sweep" } } : requestForTimer(deps, sweepEvery);
}

/** How problems name the event. */
const EVENT = "event";
const KEYS = ["policy", "region", "imageIds", "dryRun", "retry"];

function unknownKeys(fields: object, allowed: readonly string[], example: string): Problem[] {
  const unknown = Object.keys(fields).filter((key) => !allowed.includes(key));
  const message = requestProblem("unknown-key", { allowed, example });
  return unknown.map((key) => toProblem(EVENT, message, shortened(key).slice(1, -1)));
}

function notABoolean(field: string, value: unknown): Problem {
  return toProblem(EVENT, requestProblem("not-a-boolean", { value: shortened(value) }), field);
}

/** What is wrong with `imageIds`, shortened: each item that is no image id, or the whole value. */
function wrongIds(imageIds: unknown): string[] {
  if (!Array.isArray(imageIds)) return [shortened(imageIds)];
  const wrong = imageIds.filter((id) => !isImageId(id)).map((id) => shortened(id));
  return wrong.length > 0 ? wrong.slice(0, 5) : ["an empty list"];
}

/**
 * A run that a user requests with `{policy?, region?, imageIds?, dryRun?, retry?}`: a sweep whose
 * actions are limited to the policy, source region and source images that are given. Throws
 * `InputError` with every problem.
 */
export function requestByHand(event: unknown, policies: readonly Policy[]): RunRequest {
  const where = EVENT;
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new InputError([toProblem(where, requestProblem("not-an-object"))]);
  }
  const { policy, region, imageIds, dryRun, retry } = event as Record<string, unknown>;
  const problems = unknownKeys(event, KEYS, '{"policy": "golden-linux", "dryRun": true}');
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
    if (value !== undefined && typeof value !== "boolean") problems.push(notABoolean(field, value));
  }
  const ids = Array.isArray(imageIds) && imageIds.length > 0 && imageIds.every(isImageId) ? imageIds : undefined;
  if (imageIds !== undefined && !ids) {
    for (const value of wrongIds(imageIds)) {
      problems.push(toProblem(where, requestProblem("not-image-ids", { value }), "imageIds"));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  const only = (key: CopyKey, desiredBy: string) =>
    (policy === undefined || desiredBy === policy) &&
    (region === undefined || key.rootRegion === region) &&
    (!ids || ids.includes(key.rootId));
  return {
    trigger: "manual",
    scope: { kind: "sweep" },
    ...((policy ?? region ?? imageIds) !== undefined && { only }),
    ...(dryRun === true && { mode: "dry-run" }),
    ...(retry === true && { retry: (copy: Copy) => only(copy.key, copy.policy) }),
    readAnyway: (one) => retry === true || one === region,
  };
}
