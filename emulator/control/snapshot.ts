// Exports a world as JSON and imports it.
import { EmulatorInputError } from "../errors.ts";
import { parseSwitches, type Switches } from "../settings/switches.ts";
import type { StoredImage } from "../world/image.ts";
import { createRandom } from "../world/random.ts";
import type { AuditEvent } from "../world/services/event-bus.ts";
import type { RequestRecord, World } from "../world/types.ts";
import { type BucketJson, exportBucket, importBucket } from "./bucket-snapshot.ts";
import { exportFunctions, type FunctionsJson, importFunctions } from "./function-snapshot.ts";
import { exportServices, importServices, type ServicesJson } from "./snapshot-services.ts";

type ImageJson = Omit<StoredImage, "shares" | "familySerial" | "kmsKeyId"> &
  Partial<Pick<StoredImage, "familySerial" | "kmsKeyId">> & {
    readonly shares: readonly (readonly [uin: string, at: number])[];
  };

/** A world as JSON. It does not contain faults and rate counters, which are transient. */
export interface WorldJson extends ServicesJson, FunctionsJson {
  readonly format: "cvm-emulator-world-1";
  readonly images: readonly ImageJson[];
  /** Absent in older exports. */
  readonly buckets?: readonly BucketJson[];
  /** Absent in older exports, as are the next three. */
  readonly cam?: World["cam"];
  readonly sessions?: World["sessions"];
  readonly resourceTags?: readonly (readonly [resource: string, tags: Readonly<Record<string, string>>])[];
  readonly secrets?: readonly (readonly [key: string, text: string])[];
  readonly switches: Switches;
  readonly leftSnapshots: World["leftSnapshots"];
  readonly users: World["users"];
  readonly quotas: readonly (readonly [region: string, quota: number])[];
  readonly kmsKeys: readonly (readonly [region: string, keys: readonly string[]])[];
  readonly requests: readonly RequestRecord[];
  readonly events: readonly AuditEvent[];
  readonly clockOffset: number;
  readonly seed: number;
}

export function exportWorld(world: World): WorldJson {
  const images = [...world.images.values()].flatMap((imageMap) => [...imageMap.values()]);
  return {
    format: "cvm-emulator-world-1",
    images: images.map((image) => ({ ...image, shares: [...image.shares] })),
    buckets: [...world.buckets.values()].map(exportBucket),
    cam: world.cam,
    sessions: world.sessions,
    resourceTags: [...world.resourceTags].map(([resource, tags]) => [resource, Object.fromEntries(tags)]),
    secrets: [...world.secrets],
    ...exportFunctions(world),
    switches: world.switches,
    leftSnapshots: world.leftSnapshots,
    users: world.users,
    quotas: [...world.quotas],
    kmsKeys: [...world.kmsKeys],
    requests: world.requests,
    events: world.events,
    ...exportServices(world),
    clockOffset: world.clockOffset,
    seed: world.random.state(),
  };
}

/**
 * Replaces the content of a world with an exported world. Accounts, regions and configuration stay.
 * Copies in progress continue by the clock, as if the emulator had never stopped.
 * Throws `EmulatorInputError` if the input is not an export, is damaged, or has a region that this
 * world does not have; then the world is as before.
 */
export function importWorld(world: World, input: unknown): void {
  // Through JSON, because an export shares its lists with the world.
  const before: unknown = JSON.parse(JSON.stringify(exportWorld(world)));
  try {
    replaceWorld(world, input);
  } catch (error) {
    replaceWorld(world, before);
    if (error instanceof EmulatorInputError) throw error;
    throw new EmulatorInputError(`not an exported world: a part of it is damaged (${(error as Error).message})`);
  }
}

function replaceWorld(world: World, input: unknown): void {
  const from = input as Partial<WorldJson>;
  if (from.format !== "cvm-emulator-world-1" || !Array.isArray(from.images)) {
    throw new EmulatorInputError("not an exported world: its format must be cvm-emulator-world-1");
  }
  const images = from.images as readonly ImageJson[];
  const foreign = images.find((image) => !world.images.has(image.region));
  if (foreign) throw new EmulatorInputError(`images: region ${foreign.region} does not exist in this world`);
  const buckets = (from.buckets ?? []).map(importBucket);
  const switches = parseSwitches({ ...from.switches });

  for (const imageMap of world.images.values()) imageMap.clear();
  world.copies.clear();
  world.rates.clear();
  for (const json of images) {
    // JSON has no undefined, so undefined fields are absent. Older exports have no family serial
    // and no key id.
    const image: StoredImage = {
      ...json,
      work: json.work,
      copiedFrom: json.copiedFrom,
      shares: new Map(json.shares),
      familySerial: json.familySerial ?? json.serial,
      kmsKeyId: json.kmsKeyId ?? "",
    };
    world.images.get(image.region)?.set(image.imageId, image);
    world.serial = Math.max(world.serial, image.serial, image.familySerial);
    if (image.copiedFrom) {
      const source = `${image.copiedFrom.region}/${image.copiedFrom.imageId}`;
      world.copies.set(source, [...(world.copies.get(source) ?? []), image]);
    }
  }
  world.buckets.clear();
  for (const bucket of buckets) world.buckets.set(bucket.name, bucket);
  refill(world.cam.roles, from.cam?.roles);
  refill(world.cam.policies, from.cam?.policies);
  refill(world.sessions, from.sessions);
  world.resourceTags.clear();
  for (const [resource, tags] of from.resourceTags ?? []) {
    world.resourceTags.set(resource, new Map(Object.entries(tags)));
  }
  world.secrets.clear();
  for (const [key, text] of from.secrets ?? []) world.secrets.set(key, text);
  importFunctions(world, from);
  Object.assign(world.switches, switches);
  refill(world.leftSnapshots, from.leftSnapshots);
  refill(world.users, from.users);
  world.quotas.clear();
  for (const [region, quota] of from.quotas ?? []) world.quotas.set(region, quota);
  world.kmsKeys.clear();
  for (const [region, keys] of from.kmsKeys ?? []) world.kmsKeys.set(region, keys);
  refill(world.requests, from.requests);
  refill(world.events, from.events);
  importServices(world, from);
  world.clockOffset = from.clockOffset ?? 0;
  world.random = createRandom(from.seed ?? 1);
}

/**
 * An export for the control API, which asks for no key. While functions run it has no temporary
 * credentials: other users of the machine could deploy code with them, which runs as this user.
 */
export function openExport(world: World): WorldJson {
  const exported = exportWorld(world);
  return world.runner === undefined ? exported : { ...exported, sessions: [] };
}

/**
 * Throws `EmulatorInputError` for an import through the control API that would bring functions or
 * credentials into a world whose functions run.
 */
export function checkOpenImport(world: World, input: Readonly<Record<string, unknown>>): void {
  if (world.runner === undefined) return;
  for (const name of ["functions", "asyncEvents", "sessions"]) {
    const items = input[name] ?? [];
    if (Array.isArray(items) && items.length === 0) continue;
    throw new EmulatorInputError(
      `${name}: cannot be imported while functions run, because an import asks for no key; import into an emulator without --run-functions`,
    );
  }
}

function refill<T>(list: T[], items: readonly T[] = []): void {
  list.length = 0;
  for (const item of items) list.push(item);
}
