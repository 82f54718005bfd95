import { EmulatorInputError } from "../errors.ts";
import { DEFAULT_ACCOUNTS } from "../settings/accounts.ts";
import { REGIONS } from "../settings/regions.ts";
import { defaultSwitches } from "../settings/switches.ts";
import type { StoredImage } from "./image.ts";
import { addPublicImages } from "./public-images.ts";
import { createRandom } from "./random.ts";
import type { RateLimits, World, WorldOptions } from "./types.ts";

/** As documented at each action (DescribeImages: a guess); the default is what most others have. */
const DEFAULT_LIMITS: RateLimits = {
  default: 10,
  DescribeImages: 40,
  DescribeLaunchTemplates: 20,
  DescribeLaunchConfigurations: 20,
};

/** Makes an empty world: its accounts, its regions, and a few public images. */
export function createWorld(options: WorldOptions): World {
  const { now } = options;
  const regions = options.regions ?? REGIONS;
  const world: World = {
    config: {
      timeScale: options.timeScale ?? 1,
      seed: options.seed ?? 1,
      accounts: options.accounts ?? DEFAULT_ACCOUNTS,
      regions,
      copyMinutes: options.copyMinutes ?? [10, 30],
      createMinutes: options.createMinutes ?? [5, 5],
      importMinutes: options.importMinutes ?? [10, 10],
      quota: options.quota ?? 500,
      maxCopyGiB: options.maxCopyGiB ?? Number.POSITIVE_INFINITY,
      imageSizeGiB: options.imageSizeGiB ?? 50,
      unsyncableRegions: options.unsyncableRegions ?? [],
      rateLimits: options.rateLimits ?? DEFAULT_LIMITS,
    },
    random: createRandom(options.seed ?? 1),
    switches: { ...defaultSwitches(), ...options.switches },
    quotas: new Map(),
    kmsKeys: new Map(Object.entries(options.kmsKeys ?? {})),
    users: [],
    images: new Map(regions.map((region) => [region.id, new Map<string, StoredImage>()])),
    copies: new Map(),
    leftSnapshots: [],
    faults: [],
    requests: [],
    events: [],
    rates: new Map(),
    serial: 0,
    clockOffset: 0,
    now,
    workNow: () => now() + world.clockOffset,
  };
  addPublicImages(world);
  return world;
}

/** How many custom images an account may have in a region. */
export function quotaOf(world: World, region: string): number {
  return world.quotas.get(region) ?? world.config.quota;
}

/** Sets the quota of one region, or of all. Throws `EmulatorInputError` if there is no such region. */
export function setQuota(world: World, region: string | undefined, quota: number): void {
  if (region !== undefined) needRegion(world, region);
  for (const id of region === undefined ? world.images.keys() : [region]) world.quotas.set(id, quota);
}

const KMS_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a region has that KMS key. Keys are regional; as long as no region has been given any, all are everywhere. */
export function isKey(world: World, region: string, id: string): boolean {
  if (!KMS_KEY.test(id)) return false;
  return world.kmsKeys.size === 0 || (world.kmsKeys.get(region)?.includes(id) ?? false);
}

/** Sets the KMS keys of a region. Throws `EmulatorInputError` if there is no such region, or one is no key. */
export function setKmsKeys(world: World, region: string, keys: readonly string[]): void {
  needRegion(world, region);
  const wrong = keys.find((key) => !KMS_KEY.test(key));
  if (wrong !== undefined) throw new EmulatorInputError(`keys: ${wrong} is no UUID`);
  world.kmsKeys.set(region, keys);
}

function needRegion(world: World, region: string): void {
  if (!world.images.has(region)) throw new EmulatorInputError(`region: there is no ${region}`);
}

/** Lets time pass for image states and late visibility, without waiting and without touching timestamps. */
export function advance(world: World, ms: number): void {
  world.clockOffset += ms;
}
