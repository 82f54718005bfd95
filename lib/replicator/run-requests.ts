// What a run shall do: by event, by timer, by hand.
import { shortened } from "../event/json-values.ts";
import { InputError, type Problem } from "../model/errors.ts";
import type { Scope } from "../model/observation.ts";
import type { Policy } from "../model/policy.ts";
import type { Replicator } from "../model/ports.ts";
import type { Copy, CopyKey, ImageRef } from "../model/types.ts";

/** What one run shall do. */
export interface RunRequest {
  /** Why it was started, for the record: `timer`, `event`, `manual`, or the name of a command. */
  readonly why: string;
  readonly scope: Scope;
  /** Keeps only the actions on some copies; everything is looked at all the same. */
  readonly only?: (key: CopyKey, policy: string) => boolean;
  /** Plan, and change nothing: neither in the cloud nor in the state. */
  readonly dryRun?: boolean;
  /** Change only what is remembered, and nothing in the cloud. */
  readonly noCalls?: boolean;
  /** A person has confirmed that copies which vanished are gone. */
  readonly acceptVanished?: boolean;
  /** Failed and blocked copies that a person wants to be tried again. */
  readonly retry?: (copy: Copy) => boolean;
}

/** Look at images that an event named, where a policy copies from their region; of the others nothing is known or wanted. */
export function orderForImages(images: readonly ImageRef[], policies: readonly Policy[]): RunRequest {
  const regions = new Set(policies.flatMap((policy) => (policy.enabled ? policy.from : [])));
  return { why: "event", scope: { kind: "images", images: images.filter(({ region }) => regions.has(region)) } };
}

/** What the timer does: look at everything when that is due, else only at what is under way. */
export async function requestForTimer({ cloud, state, now }: Replicator, sweepEvery: number): Promise<RunRequest> {
  const record = await state.account(await cloud.account());
  // Both ways: a time that lies ahead was written down by a clock that was wrong.
  const due = record?.lastSweepAt === undefined || Math.abs(now() - record.lastSweepAt) >= sweepEvery;
  return { why: "timer", scope: { kind: due ? "sweep" : "poll" } };
}

const KEYS = new Set(["policy", "region", "imageIds", "dryRun", "retry"]);

/**
 * What a person asks for with `{policy?, region?, imageIds?, dryRun?, retry?}`: everything, or what these leave of it.
 * Throws `InputError` with all problems.
 */
export function requestByHand(event: unknown, policies: readonly Policy[]): RunRequest {
  const where = "event";
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new InputError([
      { where, text: 'expected an object such as {"policy": "golden-linux", "dryRun": true} or {}' },
    ]);
  }
  const { policy, region, imageIds, dryRun, retry } = event as Record<string, unknown>;
  const problems: Problem[] = Object.keys(event)
    .filter((key) => !KEYS.has(key))
    .map((key) => ({
      where,
      field: shortened(key).slice(1, -1),
      text: `unknown; allowed are ${[...KEYS].join(", ")}`,
    }));
  const wrong = (field: string, value: unknown, allowed: string) =>
    problems.push({ where, field, text: `${shortened(value)} is not ${allowed}` });
  if (policy !== undefined && !policies.some(({ name }) => name === policy)) {
    wrong("policy", policy, `one of the policies ${policies.map(({ name }) => name).join(", ")}`);
  }
  const sources = new Set(policies.flatMap(({ from }) => from));
  if (region !== undefined && !(typeof region === "string" && sources.has(region))) {
    wrong("region", region, `one of the regions that the policies copy from: ${[...sources].join(", ")}`);
  }
  if (dryRun !== undefined && typeof dryRun !== "boolean") wrong("dryRun", dryRun, "true or false");
  if (retry !== undefined && typeof retry !== "boolean") wrong("retry", retry, "true or false");
  const ids =
    imageIds === undefined
      ? undefined
      : Array.isArray(imageIds) && imageIds.length > 0 && imageIds.every(isImageId)
        ? imageIds
        : null;
  if (ids === null) wrong("imageIds", imageIds, 'one or more image ids such as ["img-8toqc6s3"]');
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
