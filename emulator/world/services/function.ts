// A function of SCF: its code, settings, triggers and versions, its asynchronous events and invocations.
/** What UpdateFunctionConfiguration changes. Members that only answers show are kept as they were sent. */
export interface FunctionSettings {
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly initTimeoutSeconds: number;
  readonly description: string;
  readonly environment: readonly { readonly key: string; readonly value: string }[];
  /** The name of the role whose temporary keys the function gets; empty if it has none. */
  readonly role: string;
  readonly clsLogsetId: string;
  readonly clsTopicId: string;
}

/** The code and the settings that an instance runs. A change makes a new revision. */
export interface FunctionRevision {
  /** Differs after every change of code or settings: an instance of another one is out of date. */
  readonly revision: string;
  readonly settings: FunctionSettings;
  /** A zip. */
  readonly code: Uint8Array;
}

/** A published version: a revision that never changes. */
export interface FunctionVersion extends FunctionRevision {
  /** From "1". */
  readonly version: string;
  readonly description: string;
  /** Epoch milliseconds. */
  readonly addedAt: number;
}

/** A trigger. Only those of the type `timer` fire. */
export interface FunctionTrigger {
  readonly name: string;
  readonly type: string;
  /** As given: for a timer a cron expression, or JSON that has it in `cron`. */
  description: string;
  note: string;
  isEnabled: boolean;
  customArgument: string;
  readonly qualifier: string;
  /** Epoch milliseconds. */
  readonly addedAt: number;
  modifiedAt: number;
  /** The time of `World.workNow()` up to which a timer has fired. */
  firedUntil: number;
}

export interface StoredFunction {
  /** `uin` and app id of the owner. */
  readonly owner: string;
  readonly appId: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  /** `lam-` and eight characters. */
  readonly id: string;
  latest: FunctionRevision;
  /** A deployment that lasts until this time of `World.workNow()`. */
  work: { readonly status: "Creating" | "Updating"; readonly until: number } | undefined;
  readonly triggers: FunctionTrigger[];
  readonly versions: FunctionVersion[];
  /** How often an asynchronous event is tried again after an error of the function. */
  retryNum: number;
  /** How long an asynchronous event is kept at most, in seconds. */
  msgTtlSeconds: number;
  /** Reserved concurrency in MB; undefined if none is reserved. */
  reservedMb: number | undefined;
  /** Epoch milliseconds. */
  readonly addedAt: number;
  modifiedAt: number;
}

/** What names a function, or one of its versions. */
export interface FunctionTarget {
  /** `uin` of the owner. */
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  /** `$LATEST` (the default), `$DEFAULT` or a version. */
  readonly qualifier?: string;
}

/** An asynchronous event that waits for a run of its function. */
export interface AsyncEvent {
  readonly requestId: string;
  readonly target: FunctionTarget;
  /** The event as JSON text. */
  readonly event: string;
  /** `timer` for timers, else empty: the variable TRIGGER_SRC. */
  readonly source: string;
  /** Times of `World.workNow()`. */
  readonly queuedAt: number;
  dueAt: number;
  /** Runs that ended with an error of the function. */
  errors: number;
  /** How often in a row no instance was free. */
  throttles: number;
  isRunning: boolean;
}

/** How an invocation ended. */
export interface InvocationResult {
  /** What the handler returned, as JSON text; for an error, the JSON text that SCF answers. */
  readonly text: string;
  /** Undefined if the invocation succeeded. */
  readonly error: InvocationError | undefined;
  /** Milliseconds, without the start of an instance. */
  readonly durationMs: number;
  /** The largest resident memory that was seen, in bytes. */
  readonly memoryBytes: number;
  /** Standard output and error output, line by line. */
  readonly lines: readonly PrintedLine[];
}

export interface PrintedLine {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly isError: boolean;
  readonly text: string;
}

export interface InvocationError {
  /** The status code of SCF, e.g. 430 (error of the code), 433 (time limit), 434 (memory limit). */
  readonly status: number;
  readonly message: string;
}

/** A finished invocation, for the control API and GetRequestStatus. */
export interface Invocation extends InvocationResult {
  readonly requestId: string;
  readonly target: FunctionTarget;
  readonly isAsync: boolean;
  /** 0 for the first try. */
  readonly retry: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** Runs functions; a world has one only if the emulator was started with `runFunctions`. */
export interface FunctionRunner {
  /** Resolves when the invocation has ended, also with an error of the function. Never rejects. */
  run(stored: StoredFunction, call: InvocationCall): Promise<InvocationResult>;
  /** Whether an invocation would find an instance now. */
  hasRoom(stored: StoredFunction): boolean;
}

export interface InvocationCall {
  readonly requestId: string;
  readonly qualifier: string;
  /** The event as JSON text. */
  readonly event: string;
  readonly source: string;
  readonly isAsync: boolean;
  readonly retry: number;
}

/** What a world has of functions. */
export interface FunctionState {
  /** `uin/region/namespace/name` → function. See `functionKey`. */
  readonly functions: Map<string, StoredFunction>;
  /** Asynchronous events that have not succeeded yet. */
  readonly asyncEvents: AsyncEvent[];
  /** The last invocations, the oldest first. */
  readonly invocations: Invocation[];
  /** Undefined in a world whose functions do not run. */
  runner: FunctionRunner | undefined;
}

/** The key of a function in `World.functions`. */
export function functionKey({ account, region, namespace, name }: FunctionTarget): string {
  return `${account}/${region}/${namespace}/${name}`;
}

/** The state of a function at a time of `World.workNow()`. */
export function statusOf({ work }: StoredFunction, now: number): "Active" | "Creating" | "Updating" {
  return work !== undefined && now < work.until ? work.status : "Active";
}

/** What a qualifier names, and undefined if there is no such version. */
export function revisionOf(stored: StoredFunction, qualifier: string): FunctionRevision | undefined {
  if (qualifier === "$LATEST" || qualifier === "$DEFAULT") return stored.latest;
  return stored.versions.find(({ version }) => version === qualifier);
}

/** What a function's name in a trigger, an event or an invocation stands for. */
export function targetOf(stored: StoredFunction, qualifier: string): Required<FunctionTarget> {
  const { owner: account, region, namespace, name } = stored;
  return { account, region, namespace, name, qualifier };
}
