import type { Account } from "../settings/accounts.ts";
import type { Region } from "../settings/regions.ts";
import type { Switches } from "../settings/switches.ts";
import type { StoredImage } from "./image.ts";
import type { Random } from "./random.ts";

/**
 * A CloudAudit record as EventBridge carries it in `data`. The mixture of types is the vendor's: nested JSON comes as text
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
  /** Seconds. */
  readonly eventTime: number;
  readonly sourceIPAddress: string;
  readonly eventSource: string;
  /** JSON text of a list of resources. */
  readonly resources: string;
  readonly resourceName: string;
  readonly resourceSet: readonly never[];
  /** JSON text. */
  readonly requestParameters: string;
  /** JSON text. */
  readonly responseElements: string;
  readonly resourceType: string;
  readonly eventName: string;
  readonly sensitiveAction: string;
  readonly tags: readonly string[];
}

/** The envelope in which EventBridge delivers it (product documentation 1108/46246). */
export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** Milliseconds. */
  readonly time: number;
  readonly region: string;
  readonly resource: readonly string[];
  readonly datacontenttype: "application/json;charset=utf-8";
  readonly tags: Record<string, never>;
  readonly data: AuditRecord;
}

export interface AuditEvent {
  /** From 1, without gaps. */
  readonly cursor: number;
  /** `uin` of the account whose event bus gets it. */
  readonly account: string;
  readonly event: CloudEvent;
}

/** What a fault does to the calls that it hits. */
export type FaultEffect =
  /** Answers this error; with `after` only once the call has had its effect. */
  | { readonly kind: "error"; readonly code: string; readonly message?: string; readonly after?: boolean }
  /** Answers this HTTP status with a page of HTML; with `after` only once the call has had its effect. */
  | { readonly kind: "http"; readonly status: 500 | 502 | 503; readonly after?: boolean }
  /** Waits before doing anything. */
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "drop-before" }
  | { readonly kind: "drop-after" }
  /** Has the effect, then keeps the answer back: for that long, or until the fault is released or ended. */
  | { readonly kind: "hold-after"; readonly ms?: number }
  /** Leaves the last entries of ImageSet out of the answer. Default 1. */
  | { readonly kind: "lose-image-set"; readonly count?: number }
  /** Has the effect, then answers HTTP 200 with text that is no JSON. */
  | { readonly kind: "not-json" }
  | { readonly kind: "fail-copy"; readonly percent: number; readonly destination?: string }
  | { readonly kind: "stick-copy"; readonly percent: number; readonly destination?: string };

/** Which calls a fault hits. What is absent matches everything. */
export interface FaultMatch {
  readonly service?: string;
  readonly action?: string;
  readonly region?: string;
  /** `uin` of the caller. */
  readonly account?: string;
  readonly dryRun?: boolean;
  /** The first of the matching calls that it hits, from 1. Default 1. */
  readonly nth?: number;
  /** How many calls it hits; 0 for all. Default 1. */
  readonly times?: number;
  /** 0 to 1, drawn from the world's seed for each matching call. Default 1. */
  readonly probability?: number;
}

export interface Fault {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
}

/** A fault in a world, and what became of it. */
export interface ActiveFault extends Fault {
  readonly id: string;
  /** Matching calls so far. */
  seen: number;
  /** Request ids of the calls that it hit. */
  readonly fired: string[];
  ended: boolean;
  /** Lets go of the answers that are held back now. */
  readonly holds: Set<() => void>;
}

/** One request, whatever came of it. */
export interface RequestRecord {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly requestId: string;
  /** `uin`; empty where the signature did not tell. */
  readonly account: string;
  readonly service: string;
  readonly action: string;
  readonly region: string;
  readonly params: unknown;
  /** `ok`, an error code, or `dropped`, `http`, `notJson` when a fault took the answer away. */
  readonly result: string;
  /** Images that the request made or changed; also where the answer was lost. */
  readonly effects: readonly ImageAt[];
  /** Ids of the faults that hit it. */
  readonly faults: readonly string[];
}

/** What runs from an image, or will start from one. */
export interface ImageUser {
  readonly kind: "instance" | "launch-template" | "launch-configuration";
  readonly id: string;
  readonly name: string;
  /** `uin` of the owner. */
  readonly owner: string;
  readonly region: string;
  readonly createdAt: number;
  /** Of a launch template: one for each version, the first version first. */
  readonly imageIds: readonly string[];
  /** Of a launch configuration, in place of an image. */
  readonly imageFamily: string;
}

/** A span from which a duration is drawn, in minutes of the real cloud. */
export type Minutes = readonly [min: number, max: number];

/** Calls per second for an account in a region; `default` for actions that are not named. `false`: no limits. */
export type RateLimits = { readonly default: number; readonly [action: string]: number } | false;

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

/** An image id means something in its region only. */
export interface ImageAt {
  readonly region: string;
  readonly imageId: string;
}

/** A failure that a fault has ordered for the copies of one SyncImages. */
export interface CopyFault {
  /** `fails`: CREATEFAILED at that progress; `sticks`: never beyond it. */
  readonly how: "fails" | "sticks";
  readonly percent: number;
  /** Only the copy in this region; absent: all. */
  readonly destination?: string;
}
