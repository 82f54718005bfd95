// Exports a world as JSON and imports it.
import { EmulatorInputError } from "../errors.ts";
import { parseSwitches, type Switches } from "../settings/switches.ts";
import type { Bucket, FormerObject, StoredObject } from "../world/bucket.ts";
import type { StoredImage } from "../world/image.ts";
import { createRandom } from "../world/random.ts";
import type { AuditEvent, RequestRecord, World } from "../world/types.ts";

type ImageJson = Omit<StoredImage, "shares" | "familySerial" | "kmsKeyId"> &
  Partial<Pick<StoredImage, "familySerial" | "kmsKeyId">> & {
    readonly shares: readonly (readonly [uin: string, at: number])[];
  };

type ObjectJson = Omit<StoredObject, "body"> & { readonly base64: string };

type BucketJson = Omit<Bucket, "objects" | "former" | "versioning"> & {
  readonly versioning?: "Enabled" | "Suspended";
  readonly objects: readonly (readonly [key: string, object: ObjectJson])[];
  readonly former: readonly (readonly [key: string, former: { object: ObjectJson; listedUntil: number }])[];
};

/** A world as JSON. It does not contain faults and rate counters, which are transient. */
export interface WorldJson {
  readonly format: "cvm-emulator-world-1";
  readonly images: readonly ImageJson[];
  /** Absent in older exports. */
  readonly buckets?: readonly BucketJson[];
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
    switches: world.switches,
    leftSnapshots: world.leftSnapshots,
    users: world.users,
    quotas: [...world.quotas],
    kmsKeys: [...world.kmsKeys],
    requests: world.requests,
    events: world.events,
    clockOffset: world.clockOffset,
    seed: world.random.state(),
  };
}

/**
 * Replaces the content of a world with an exported world. Accounts, regions and configuration stay.
 * Copies in progress continue by the clock, as if the emulator had never stopped.
 * Throws `EmulatorInputError` if the input is not an export, or has a region that this world does
 * not have.
 */
export function importWorld(world: World, input: unknown): void {
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
  Object.assign(world.switches, switches);
  refill(world.leftSnapshots, from.leftSnapshots);
  refill(world.users, from.users);
  world.quotas.clear();
  for (const [region, quota] of from.quotas ?? []) world.quotas.set(region, quota);
  world.kmsKeys.clear();
  for (const [region, keys] of from.kmsKeys ?? []) world.kmsKeys.set(region, keys);
  refill(world.requests, from.requests);
  refill(world.events, from.events);
  world.clockOffset = from.clockOffset ?? 0;
  world.random = createRandom(from.seed ?? 1);
}

function exportBucket({ objects, former, versioning, ...bucket }: Bucket): BucketJson {
  const toJson = ({ body, ...object }: StoredObject) => ({ ...object, base64: Buffer.from(body).toString("base64") });
  return {
    ...bucket,
    ...(versioning && { versioning }),
    objects: [...objects].map(([key, object]) => [key, toJson(object)]),
    former: [...former].map(([key, { object, listedUntil }]) => [key, { object: toJson(object), listedUntil }]),
  };
}

function importBucket({ objects, former, versioning, ...bucket }: BucketJson): Bucket {
  const fromJson = ({ base64, ...object }: ObjectJson) => ({
    ...object,
    body: new Uint8Array(Buffer.from(base64, "base64")),
  });
  const formerOf = ({ object, listedUntil }: { object: ObjectJson; listedUntil: number }): FormerObject => ({
    object: fromJson(object),
    listedUntil,
  });
  return {
    ...bucket,
    versioning,
    objects: new Map(objects.map(([key, object]) => [key, fromJson(object)])),
    former: new Map(former.map(([key, object]) => [key, formerOf(object)])),
  };
}

function refill<T>(list: T[], items: readonly T[] = []): void {
  list.length = 0;
  for (const item of items) list.push(item);
}
