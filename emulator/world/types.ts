// The types of a world: images, audit events, faults, requests, image users and options.
import type { Account } from "../settings/accounts.ts";
import type { Region } from "../settings/regions.ts";
import type { Switches } from "../settings/switches.ts";
import type { Bucket } from "./bucket.ts";
import type { StoredImage } from "./image.ts";
import type { Random } from "./random.ts";

/**
 * A CloudAudit record as EventBridge delivers it in `data`. The vendor encodes nested JSON as text
 * (cloudaudit 2019-03-19, DescribeEvents, and product documentation 1021/40499).
 */
export interface AuditRecord {
  readonly userIdentity: {
    readonly principalId: string;
    readonly accountId: string;
    readonly secretId: string;
    readonly sessionContext: string;
    readonly type: string;
    readonly userName: string;
  };
  readonly eventRegion: string;
  readonly eventVersion: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly requestID: string;
  readonly eventID: string;
  readonly apiVersion: string;
  readonly eventType: "ApiCall" | "ConsoleCall";
  readonly actionType: "Write";
  readonly httpMethod: "POST";
  readonly apiErrorCode: number | string;
  readonly apiErrorMessage: string;
  readonly userAgent: string;
  /** Epoch seconds. */
  readonly eventTime: number;
  readonly sourceIPAddress: string;
  readonly eventSource: string;
  /** JSON text of a list of resources. */
  readonly resources: string;
  readonly resourceName: string;
  readonly resourceSet: readonly never[];
  /** JSON text, or empty; see the switch `auditRecords`. */
  readonly requestParameters: string;
  /** JSON text. */
  readonly responseElements?: string;
  readonly resourceType: string;
  readonly eventName: string;
  readonly sensitiveAction: string;
  readonly tags: readonly string[];
}

/** The envelope in which EventBridge delivers a record (product documentation 1108/46246). */
export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly region: string;
  readonly resource: readonly string[];
  readonly datacontenttype: "application/json;charset=utf-8";
  readonly tags: Record<string, never>;
  readonly data: AuditRecord;
}

/** An audit event in the list of a world. */
export interface AuditEvent {
  /** From 1, without gaps. */
  readonly cursor: number;
  /** `uin` of the account whose event bus receives the event. */
  readonly account: string;
  readonly event: CloudEvent;
}

/** The effect of a fault on the calls that it hits. */
export type FaultEffect =
  /** Answers this error; if `after` is set, the call takes effect first. */
  | { readonly kind: "error"; readonly code: string; readonly message?: string; readonly after?: boolean }
  /** Answers this HTTP status with an HTML page; if `after` is set, the call takes effect first. */
  | { readonly kind: "http"; readonly status: 500 | 502 | 503; readonly after?: boolean }
  /** Waits before the call takes effect. */
  | { readonly kind: "delay"; readonly ms: number }
  /** Never answers, and the call takes no effect. The connection closes when the fault ends. */
  | { readonly kind: "hang" }
  | { readonly kind: "drop-before" }
  | { readonly kind: "drop-after" }
  /**
   * The call takes effect; its response is held for `ms`, or until the fault is released or ended.
   */
  | { readonly kind: "hold-after"; readonly ms?: number }
  /** Removes the last `count` entries of ImageSet from the response. Default 1. */
  | { readonly kind: "lose-image-set"; readonly count?: number }
  /**
   * The last entry of ImageSet names another image: `imageId`, or else the oldest one that the
   * caller owns in that region, if any.
   */
  | { readonly kind: "wrong-image-id"; readonly imageId?: string }
  /** The call takes effect; the response is HTTP 200 with text that is not JSON. */
  | { readonly kind: "not-json" }
  | { readonly kind: "fail-copy"; readonly percent: number; readonly destination?: string }
  | { readonly kind: "stick-copy"; readonly percent: number; readonly destination?: string };

/** The calls that a fault hits. An absent field matches everything. */
export interface FaultMatch {
  readonly service?: string;
  readonly action?: string;
  readonly region?: string;
  /** `uin` of the caller. */
  readonly account?: string;
  readonly dryRun?: boolean;
  /** The number of the first matching call that the fault hits, from 1. Default 1. */
  readonly nth?: number;
  /** The number of calls that the fault hits; 0 means all. Default 1. */
  readonly times?: number;
  /** Probability (0 to 1) for each matching call, drawn from the world's seed. Default 1. */
  readonly probability?: number;
}

/** A fault to inject. */
export interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
}

/** A fault in a world, with its counters. */
export interface ActiveFault extends Fault {
  readonly id: string;
  /** Matching calls so far. */
  seen: number;
  /** Request ids of the calls that the fault hit. */
  readonly fired: string[];
  ended: boolean;
  /** Functions that release the responses that the fault holds now. */
  readonly holds: Set<() => void>;
}

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
export interface World {
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
  /** Snapshots that DeleteImages left behind. */
  readonly leftSnapshots: { readonly region: string; readonly snapshotId: string }[];
  readonly faults: ActiveFault[];
  readonly requests: RequestRecord[];
  readonly events: AuditEvent[];
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
