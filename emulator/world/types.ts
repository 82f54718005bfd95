// The types of a world: images, audit events, requests, image users and options.
import type { Account } from "../settings/accounts.ts";
import type { ActiveFault } from "../settings/faults.ts";
import type { Region } from "../settings/regions.ts";
import type { Switches } from "../settings/switches.ts";
import type { StoredImage } from "./image.ts";
import type { Random } from "./random.ts";
import type { Bucket } from "./services/bucket.ts";
import type { Cam, Session } from "./services/cam.ts";
import type { AuditEvent, Delivery, EventBus, QueuedEvent } from "./services/event-bus.ts";
import type { FunctionState } from "./services/function.ts";
import type { Logset, LogTopic } from "./services/log-topic.ts";

/** A logged request, successful or not. */
export interface RequestRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly requestId: string;
  /** `uin`; empty if the request was not authenticated. */
  readonly account: string;
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly params: unknown;
  /** `ok`, an error code, or the kind of transport fault: `dropped`, `http` or `notJson`. */
  readonly result: string;
  /** Why CAM refused the request, in full. */
  readonly reason?: string;
  /** Images that the request created or changed, even if its response was lost. */
  readonly effects: readonly ImageAt[];
  /** Ids of the faults that hit the request. */
  readonly faults: readonly string[];
}

/**
 * An instance that runs from an image, or a template or configuration that starts instances from
 * it.
 */
export interface ImageUser {
  readonly kind: "instance" | "launch-template" | "launch-configuration";
  readonly id: string;
  readonly name: string;
  /** `uin` of the owner. */
  readonly owner: string;
  readonly region: string;
  readonly createdAt: number;
  /** For a launch template, one image id for each version, in order of version. */
  readonly imageIds: readonly string[];
  /** The default version of a launch template, from 1; of no meaning for other users. */
  readonly defaultVersion: number;
  /** The family of a launch configuration that names no image; otherwise empty. */
  readonly imageFamily: string;
}

/** A bucket of COS to make. The app id in its name decides who owns it. */
export interface BucketSpec {
  readonly name: string;
  readonly region: string;
  /** Absent if versioning was never set. */
  readonly versioning?: "Enabled" | "Suspended";
}

/** The range of a duration, in unscaled minutes. */
export type Minutes = readonly [min: number, max: number];

/**
 * Calls per second for an account in a region, by action. `default` is for all other actions;
 * `false` disables limits.
 */
export type RateLimits = { readonly default: number; readonly [action: string]: number } | false;

/** The options of `createWorld`. */
export interface WorldOptions {
  /**
   * The clock, in epoch milliseconds. A world computes its states only when it is read, so any
   * clock works.
   */
  readonly now: () => number;
  /**
   * Divides the duration of copying, creating and importing: 60 turns 20 minutes into 20 seconds.
   * Default 1.
   */
  readonly timeScale?: number;
  /** The seed of ids, durations and probabilities. Default 1. */
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
  /**
   * Maximum custom images per account and region. Default 500 (cvm 2017-03-12, SyncImages). See
   * `setQuota`.
   */
  readonly quota?: number;
  /**
   * Region → its KMS keys; a region without an entry has none. Default: every UUID is a key in
   * every region.
   */
  readonly kmsKeys?: Readonly<Record<string, readonly string[]>>;
  /** SyncImages rejects larger images with InvalidImageId.TooLarge. Default: no limit. */
  readonly maxCopyGiB?: number;
  /** Size of images from CreateImage and ImportImage. Default 50. */
  readonly imageSizeGiB?: number;
  /** Regions that do not support copying images, as source or destination. Default: none. */
  readonly unsyncableRegions?: readonly string[];
  readonly rateLimits?: RateLimits;
  /** The first buckets of COS. Default: none. */
  readonly buckets?: readonly BucketSpec[];
}

/** The complete state of an emulator. A plain object that needs no server and never waits. */
export interface World extends FunctionState {
  readonly config: Required<Omit<WorldOptions, "now" | "switches" | "maxCopyGiB" | "kmsKeys" | "buckets">> & {
    readonly maxCopyGiB: number;
  };
  /** Region → its quota of custom images, if it differs from `config.quota`. */
  readonly quotas: Map<string, number>;
  /** Region → its KMS keys. See `hasKmsKey`. */
  readonly kmsKeys: Map<string, readonly string[]>;
  /** Instances, launch templates and launch configurations. */
  readonly users: ImageUser[];
  random: Random;
  readonly switches: Switches;
  /** Region → image id → image. */
  readonly images: ReadonlyMap<string, Map<string, StoredImage>>;
  /** `region/imageId` of a source → its copies. `isBusy` uses this. */
  readonly copies: Map<string, StoredImage[]>;
  /** Full name → bucket of COS. */
  readonly buckets: Map<string, Bucket>;
  readonly cam: Cam;
  /** Temporary credentials, also those that have expired a short time ago. */
  readonly sessions: Session[];
  /** `qcs::scf:<region>:uin/<uin>:lam/<id>` → tags of a resource that is no image. */
  readonly resourceTags: Map<string, Map<string, string>>;
  /** `uin/region/name/version` → text of a secret of ssm. */
  readonly secrets: Map<string, string>;
  /** Snapshots that DeleteImages left behind. */
  readonly leftSnapshots: { readonly region: string; readonly snapshotId: string }[];
  readonly faults: ActiveFault[];
  readonly requests: RequestRecord[];
  readonly events: AuditEvent[];
  /** Id → event bus, the default ones included. */
  readonly eventBuses: Map<string, EventBus>;
  /** Events on their way to targets. */
  readonly eventQueue: QueuedEvent[];
  /** Invocations of targets; the oldest are dropped beyond a number. */
  readonly deliveries: Delivery[];
  /** Id → logset of CLS. */
  readonly logsets: Map<string, Logset>;
  /** Id → log topic of CLS. */
  readonly logTopics: Map<string, LogTopic>;
  /** `account/action/region` → number of calls in the current second. */
  readonly rates: Map<string, { second: number; calls: number }>;
  serial: number;
  /** Milliseconds added to the clock of durations. See `advance`. */
  clockOffset: number;
  /** The clock of timestamps: signatures, CreatedTime and the request log. */
  now(): number;
  /** The clock of durations: image states and delayed visibility. */
  workNow(): number;
}

/**
 * The location of an image. Image ids are unique only within a region, apart from public images.
 */
export interface ImageAt {
  readonly region: string;
  readonly imageId: string;
}

/** An injected failure of the copies of one SyncImages call. */
export interface CopyFault {
  /**
   * `fails`: the copy becomes CREATEFAILED at `percent`; `sticks`: its progress stops at `percent`.
   */
  readonly how: "fails" | "sticks";
  readonly percent: number;
  /** The region of the affected copy; if absent, all copies are affected. */
  readonly destination?: string;
}
