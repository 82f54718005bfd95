// The faults that a test or a user can inject: which calls they hit, and what they do.
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
  | { readonly kind: "stick-copy"; readonly percent: number; readonly destination?: string }
  /** The target of a rule (eb), or the function (scf), receives the event so often; 0 means never. */
  | { readonly kind: "deliver-times"; readonly count: number }
  /** It receives the event later, in milliseconds of `workNow`. */
  | { readonly kind: "deliver-late"; readonly ms: number };

/**
 * The calls that a fault hits. An absent field matches everything, except for deliveries of events,
 * which only the action `deliver` matches.
 */
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
