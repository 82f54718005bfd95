import { type Account, DEFAULT_ACCOUNTS } from "./accounts.ts";
import type { AuditEvent } from "./audit.ts";
import { EmulatorInputError } from "./errors.ts";
import type { ActiveFault } from "./faults.ts";
import type { StoredImage } from "./image.ts";
import { addPublicImages } from "./public-images.ts";
import { createRandom, type Random } from "./random.ts";
import { REGIONS, type Region } from "./regions.ts";
import type { RequestRecord } from "./request-log.ts";
import { defaultSwitches, type Switches } from "./switches.ts";
import type { ImageUser } from "./users.ts";

/** A span from which a duration is drawn, in minutes of the real cloud. */
export type Minutes = readonly [min: number, max: number];

/** Calls per second for an account in a region; `default` for actions that are not named. `false`: no limits. */
export type RateLimits = { readonly default: number; readonly [action: string]: number } | false;

/** As documented at each action (DescribeImages: a guess); the default is what most others have. */
const DEFAULT_LIMITS: RateLimits = {
  default: 10,
  DescribeImages: 40,
  DescribeLaunchTemplates: 20,
  DescribeLaunchConfigurations: 20,
};

export interface WorldOptions {
  /** Epoch milliseconds. Nothing in a world happens but when it is looked at, so any clock will do. */
  readonly now: () => number;
  /** Copying, creating and importing take this many times less: 60 turns 20 minutes into 20 seconds. Default 1. */
  readonly timeScale?: number;
  /** Ids and durations follow from it. Default 1. */
  readonly seed?: number;
  readonly switches?: Partial<Switches>;
  readonly accounts?: readonly Account[];
  readonly regions?: readonly Region[];
  /** Default 10 to 30 (product documentation 213/4943). */
  readonly copyMinutes?: Minutes;
  /** Default 5. */
  readonly createMinutes?: Minutes;
  /** Default 10. */
  readonly importMinutes?: Minutes;
  /** Custom images per account and region. Default 500 (cvm 2017-03-12, SyncImages). See also `setQuota`. */
  readonly quota?: number;
  /** Region → the KMS keys that it has; a region without a list has none. Default: any that looks like one is everywhere. */
  readonly kmsKeys?: Readonly<Record<string, readonly string[]>>;
  /** SyncImages refuses larger images with InvalidImageId.TooLarge. Default: no limit. */
  readonly maxCopyGiB?: number;
  /** Size of what CreateImage and ImportImage make. Default 50. */
  readonly imageSizeGiB?: number;
  /** Regions that no image can be copied to or from. Default none. */
  readonly unsyncableRegions?: readonly string[];
  readonly rateLimits?: RateLimits;
}

/** Everything the emulator knows. A plain object: it needs no server and never waits. */
export interface World {
  readonly config: Required<Omit<WorldOptions, "now" | "switches" | "maxCopyGiB" | "kmsKeys">> & {
    readonly maxCopyGiB: number;
  };
  /** Region → the number of custom images that it may hold, where that is not `config.quota`. */
  readonly quotas: Map<string, number>;
  /** Region → its KMS keys; see `isKey`. */
  readonly kmsKeys: Map<string, readonly string[]>;
  /** What uses images. */
  readonly users: ImageUser[];
  random: Random;
  readonly switches: Switches;
  /** Region → image id → image. */
  readonly images: ReadonlyMap<string, Map<string, StoredImage>>;
  /** `region/imageId` of a source → copies of it, to tell whether it is busy. */
  readonly copies: Map<string, StoredImage[]>;
  /** Snapshots that DeleteImages left behind. */
  readonly leftSnapshots: { readonly region: string; readonly snapshotId: string }[];
  readonly faults: ActiveFault[];
  readonly requests: RequestRecord[];
  readonly events: AuditEvent[];
  /** `account/action/region` → calls in a second. */
  readonly rates: Map<string, { second: number; calls: number }>;
  serial: number;
  /** Added to the clock for everything that takes time; see `advance`. */
  clockOffset: number;
  /** The clock of timestamps: signatures, CreatedTime, the log. */
  now(): number;
  /** The clock of durations: image states, late visibility. */
  workNow(): number;
}

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
