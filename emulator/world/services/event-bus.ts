// EventBridge: audit events, event buses with their rules and targets, and what is on its way to targets.
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

/** A target of a rule. The emulator delivers to functions of SCF only. */
export interface EventTarget {
  readonly id: string;
  readonly type: "scf";
  /** `qcs::scf:<region>:uin/<uin>:namespace/<namespace>/function/<name>/<qualifier>`. */
  readonly resource: string;
  /** Whether several events go to the function at once. */
  isBatched: boolean;
  /** The events of a full batch. */
  batchCount: number;
  /** How long a batch waits to become full. */
  batchSeconds: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  modifiedAt: number;
}

/** A rule of a bus. Times are in epoch milliseconds. */
export interface EventRule {
  readonly id: string;
  name: string;
  description: string;
  isEnabled: boolean;
  /** The JSON text as it was given. */
  pattern: string;
  readonly createdAt: number;
  modifiedAt: number;
  readonly targets: Map<string, EventTarget>;
}

/** An event bus. Times are in epoch milliseconds. */
export interface EventBus {
  readonly id: string;
  /** `uin` of the owner. */
  readonly owner: string;
  readonly region: string;
  readonly name: string;
  readonly description: string;
  /** `Cloud` receives the events of the vendor's services, `Custom` those of PutEvents. */
  readonly type: "Cloud" | "Custom";
  readonly saveDays: number;
  readonly isStored: boolean;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly rules: Map<string, EventRule>;
}

/** Where an event is going. */
export interface TargetAt {
  readonly busId: string;
  readonly ruleId: string;
  readonly targetId: string;
}

/** An event that a rule matched and that its target has not received. */
export interface QueuedEvent extends TargetAt {
  readonly event: unknown;
  /** Milliseconds of `World.workNow()`; a batch waits from then on. */
  readonly arrivesAt: number;
}

/** An invocation of a target's function, successful or not. */
export interface Delivery extends TargetAt {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Ids of the events, with repetitions. */
  readonly eventIds: readonly string[];
  /** The request id of the invocation; empty if it failed. */
  readonly requestId: string;
  /** `ok` or an error code. */
  readonly result: string;
}

/** The only region in which events of the vendor's services arrive (product documentation 1108/46246). */
export const SERVICE_EVENTS_REGION = "ap-guangzhou";

/**
 * The bus that each account has from the start. Its id comes from the `uin`, so that a world's seed
 * gives the same other ids with and without it.
 */
export function defaultBus(uin: string, now: number): EventBus {
  const digits = /^\d{1,15}$/.test(uin) ? Number(uin).toString(36) : uin;
  return {
    id: `eb-${digits.padStart(8, "0").slice(-8)}`,
    owner: uin,
    region: SERVICE_EVENTS_REGION,
    name: "default",
    description: "",
    type: "Cloud",
    saveDays: 1,
    isStored: true,
    createdAt: now,
    modifiedAt: now,
    rules: new Map(),
  };
}
