// Creates a world, and sets its quotas, KMS keys and clock.
import { EmulatorInputError } from "../errors.ts";
import { DEFAULT_ACCOUNTS } from "../settings/accounts.ts";
import { REGIONS } from "../settings/regions.ts";
import { defaultSwitches } from "../settings/switches.ts";
import type { StoredImage } from "./image.ts";
import { addPublicImages } from "./public-images.ts";
import { createRandom } from "./random.ts";
import { defaultBus } from "./services/event-bus.ts";
import { makeBucket } from "./services/make-bucket.ts";
import type { RateLimits, World, WorldOptions } from "./types.ts";

/**
 * The documented limit of each action; DescribeImages, UploadLog and the invocations are guesses. `default` is the limit of most
 * actions.
 */
const DEFAULT_LIMITS: RateLimits = {
  default: 10,
  DescribeImages: 40,
  DescribeLaunchTemplates: 20,
  DescribeLaunchConfigurations: 20,
  PutEvents: 5000,
  UploadLog: 500,
  Invoke: 1000,
  InvokeFunction: 1000,
};

/** Creates a world with accounts, regions and a few public images, and without custom images. */
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
    buckets: new Map(),
    cam: { roles: [], policies: [] },
    sessions: [],
    resourceTags: new Map(),
    secrets: new Map(),
    functions: new Map(),
    asyncEvents: [],
    invocations: [],
    runner: undefined,
    leftSnapshots: [],
    faults: [],
    requests: [],
    events: [],
    eventBuses: new Map(),
    eventQueue: [],
    deliveries: [],
    logsets: new Map(),
    logTopics: new Map(),
    rates: new Map(),
    serial: 0,
    clockOffset: 0,
    now,
    workNow: () => now() + world.clockOffset,
  };
  addPublicImages(world);
  for (const { uin } of world.config.accounts) {
    const bus = defaultBus(uin, now());
    world.eventBuses.set(bus.id, bus);
  }
  for (const bucket of options.buckets ?? []) makeBucket(world, bucket);
  return world;
}

/** The maximum number of custom images of an account in a region. */
export function quotaOf(world: World, region: string): number {
  return world.quotas.get(region) ?? world.config.quota;
}

/**
 * Sets the quota of one region, or of all regions. Throws `EmulatorInputError` if the region does
 * not exist.
 */
export function setQuota(world: World, region: string | undefined, quota: number): void {
  if (region !== undefined) requireRegion(world, region);
  for (const id of region === undefined ? world.images.keys() : [region]) world.quotas.set(id, quota);
}

const KMS_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a region has a KMS key. Keys are regional; until keys are set, every UUID is a key in
 * every region.
 */
export function hasKmsKey(world: World, region: string, id: string): boolean {
  if (!KMS_KEY.test(id)) return false;
  return world.kmsKeys.size === 0 || (world.kmsKeys.get(region)?.includes(id) ?? false);
}

/**
 * Sets the KMS keys of a region. Throws `EmulatorInputError` if the region does not exist or a key
 * is not a UUID.
 */
export function setKmsKeys(world: World, region: string, keys: readonly string[]): void {
  requireRegion(world, region);
  const malformed = keys.find((key) => !KMS_KEY.test(key));
  if (malformed !== undefined) throw new EmulatorInputError(`keys: ${malformed} is not a UUID`);
  world.kmsKeys.set(region, keys);
}

function requireRegion(world: World, region: string): void {
  if (!world.images.has(region)) throw new EmulatorInputError(`region: ${region} does not exist`);
}

/** Advances the clock of image states and delayed visibility by `ms`. Timestamps do not change. */
export function advance(world: World, ms: number): void {
  world.clockOffset += ms;
}
