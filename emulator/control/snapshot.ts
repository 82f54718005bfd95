import { EmulatorInputError } from "../errors.ts";
import { parseSwitches, type Switches } from "../settings/switches.ts";
import type { StoredImage } from "../world/image.ts";
import { createRandom } from "../world/random.ts";
import type { AuditEvent, RequestRecord, World } from "../world/types.ts";

type ImageJson = Omit<StoredImage, "shares" | "familySerial" | "kmsKeyId"> &
  Partial<Pick<StoredImage, "familySerial" | "kmsKeyId">> & {
    readonly shares: readonly (readonly [uin: string, at: number])[];
  };

/** A world as JSON. Faults and rate limits are of the moment and stay behind. */
export interface WorldJson {
  readonly format: "cvm-emulator-world-1";
  readonly images: readonly ImageJson[];
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
  const images = [...world.images.values()].flatMap((shelf) => [...shelf.values()]);
  return {
    format: "cvm-emulator-world-1",
    images: images.map((image) => ({ ...image, shares: [...image.shares] })),
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
 * Puts an exported world in the place of this one; accounts, regions and configuration stay. What was being copied goes on
 * by the clock, as if the emulator had been running all the time.
 * Throws `EmulatorInputError` if it is no export, or has a region that this world does not have.
 */
export function importWorld(world: World, input: unknown): void {
  const from = input as Partial<WorldJson>;
  if (from.format !== "cvm-emulator-world-1" || !Array.isArray(from.images)) {
    throw new EmulatorInputError("this is no exported world: its format must be cvm-emulator-world-1");
  }
  const images = from.images as readonly ImageJson[];
  const strange = images.find((image) => !world.images.has(image.region));
  if (strange) throw new EmulatorInputError(`images: this world has no region ${strange.region}`);
  const switches = parseSwitches({ ...from.switches });

  for (const shelf of world.images.values()) shelf.clear();
  world.copies.clear();
  world.rates.clear();
  for (const json of images) {
    // JSON has no undefined: what was undefined is absent. And an older export has no family serial and no key.
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

function refill<T>(list: T[], items: readonly T[] = []): void {
  list.length = 0;
  for (const item of items) list.push(item);
}
