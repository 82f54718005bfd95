// The errors whose message is complete for the user, and the problems that an input error lists.
import { fullText, type Message, type Text } from "./messages/define.ts";
import { inputProblem } from "./messages/input.ts";

/**
 * Base of every error that is shown to the user as it is: the message is complete without a stack
 * trace.
 */
export abstract class ReplicatorError extends Error {
  abstract override readonly name: string;
}

/** One problem in a file, a setting or an argument that the user wrote. */
export interface Problem {
  /** e.g. `policy.yaml:12:7` or `SWEEP_EVERY` */
  readonly where: string;
  /** e.g. `policies[0].to[1]` */
  readonly field?: string;
  /** Stable and for programs. Present if the text comes from a message catalogue. */
  readonly code?: string;
  readonly text: Text;
}

/** Makes a problem of a message. Its remedy follows the text after a semicolon. */
export function toProblem(where: string, message: Message, field?: string): Problem {
  return { where, ...(field && { field }), code: message.code, text: fullText(message) };
}

/**
 * Most problems in one message: a longer message is not read, and can exceed the size limit of a
 * log.
 */
const MOST_PROBLEMS = 100;

/**
 * The policy file, the configuration or the command line is wrong (exit code 2). Carries all
 * problems at once; after the first 100 a last one says how many more there are.
 */
export class InputError extends ReplicatorError {
  override readonly name = "InputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [shown, firstHidden] = [problems.slice(0, MOST_PROBLEMS), problems[MOST_PROBLEMS]];
    if (firstHidden) {
      const count = problems.length - MOST_PROBLEMS;
      shown.push(toProblem(firstHidden.where, inputProblem("more-problems", { count })));
    }
    super(shown.map((p) => `${p.where}: ${p.field ? `${p.field}: ` : ""}${p.text}`).join("\n"));
    this.problems = shown;
  }
}

/** The error of a wrong setting that only its reader can judge, such as an adapter. */
export function wrongSetting(variable: string, message: Message): InputError {
  return new InputError([toProblem(variable, message)]);
}

/**
 * What to do after a failed call. `requeue`: call again later and count no attempt (source busy,
 * throttled). `retry`: call again later and count an attempt. `terminal`: the call fails the same
 * way until the user changes something.
 */
export type Outcome = "requeue" | "retry" | "terminal";

/** Whether a failed call may have changed something in the cloud. */
export type Effect = "none" | "unknown";

/**
 * What the failure of a call depends on: the same call for another source, destination or account
 * may succeed.
 */
export type About = "source" | "destination" | "account" | "call";

/**
 * A call to the cloud failed. `outcome` says what to do next, `effect` whether the call may have
 * changed something.
 */
export class CloudError extends ReplicatorError {
  override readonly name = "CloudError";
  readonly action: string;
  readonly region: string | undefined;
  /** The API's error code, or `Network`, `Timeout`, `HttpStatus`, `BadAnswer`, `NotSent`. */
  readonly code: string;
  readonly outcome: Outcome;
  readonly effect: Effect;
  readonly about: About;
  readonly requestId: string | undefined;
  readonly remedy: Text | undefined;

  constructor(fields: {
    action: string;
    region?: string | undefined;
    code: string;
    text: Text;
    outcome: Outcome;
    effect: Effect;
    about?: About;
    requestId?: string | undefined;
    remedy?: Text | undefined;
    cause?: unknown;
  }) {
    const where = fields.region ? ` in ${fields.region}` : "";
    super(`${fields.action}${where}: ${fields.code}: ${fields.text}`, { cause: fields.cause });
    this.action = fields.action;
    this.region = fields.region;
    this.code = fields.code;
    this.outcome = fields.outcome;
    this.effect = fields.effect;
    this.about = fields.about ?? "call";
    this.requestId = fields.requestId;
    this.remedy = fields.remedy;
  }
}

/** The state store cannot be opened or reached, or a record in it cannot be read. */
export class StateError extends ReplicatorError {
  override readonly name = "StateError";
  /** Whether the store answers but a record in it is invalid. */
  readonly damaged: boolean;

  constructor(message: Text, { damaged = false } = {}) {
    super(message);
    this.damaged = damaged;
  }
}

/** What a command made could not be written to where the user wants it. */
export class OutputError extends ReplicatorError {
  override readonly name = "OutputError";

  constructor(where: string, message: Message) {
    super(`${where}: ${fullText(message)}`);
  }
}

/** A program cannot start, for a reason that the user can remove, such as a port that is in use. */
export class StartError extends ReplicatorError {
  override readonly name = "StartError";

  constructor(message: Text, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What `read` answers; undefined if the stored record is damaged. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StateError && error.damaged) return undefined;
    throw error;
  }
}
