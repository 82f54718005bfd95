// The errors that a person may see, each with its outcome.
import { fullText, type Message } from "./messages/define.ts";

/** Base of every error that is meant for a person: its message is complete, no stack trace is needed. */
export abstract class ReplicatorError extends Error {
  abstract override readonly name: string;
}

/** One thing that is wrong in what a person wrote. */
export interface Problem {
  /** e.g. `policy.yaml:12:7` or `SWEEP_EVERY` */
  readonly where: string;
  /** e.g. `policies[0].to[1]` */
  readonly field?: string;
  /** From the catalogue of the text; stable and for programs. */
  readonly code?: string;
  readonly text: string;
}

/** A problem with the text of a catalogue; a remedy follows the text after a semicolon. */
export function problemAt(where: string, message: Message, field?: string): Problem {
  return { where, ...(field !== undefined && { field }), code: message.code, text: fullText(message) };
}

/** Beyond this many a person reads no further, and a message could become too large for any log. */
const MOST_PROBLEMS = 100;

/** The policy, the configuration or the command line is wrong. Carries all problems at once, as far as a person reads. Exit code 2. */
export class InputError extends ReplicatorError {
  override readonly name = "InputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const beyond = problems[MOST_PROBLEMS];
    const more: Problem = {
      where: beyond?.where ?? "",
      text: `and ${problems.length - MOST_PROBLEMS} more from here on`,
    };
    const told: readonly Problem[] = beyond ? [...problems.slice(0, MOST_PROBLEMS), more] : problems;
    super(told.map((p) => `${p.where}: ${p.field ? `${p.field}: ` : ""}${p.text}`).join("\n"));
    this.problems = told;
  }
}

/**
 * What to do after a failed call: `again` later without counting it (busy, throttled), `retry` and count it,
 * `person`: it will fail the same way until somebody changes something.
 */
export type Outcome = "requeue" | "retry" | "terminal";

/** Whether a failed call may have changed something in the cloud. */
export type Effect = "none" | "unknown";

/** What a failed call is about: whether another source, destination or account would fare better. */
export type About = "source" | "destination" | "account" | "call";

/** A call to the cloud failed. */
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
  readonly remedy: string | undefined;

  constructor(fields: {
    action: string;
    region?: string | undefined;
    code: string;
    text: string;
    outcome: Outcome;
    effect: Effect;
    about?: About;
    requestId?: string | undefined;
    remedy?: string | undefined;
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

/** The state store cannot be opened, reached or understood. */
export class StateError extends ReplicatorError {
  override readonly name = "StateError";
  /** The store answers, and a record in it is not what it should be. */
  readonly damaged: boolean;

  constructor(message: string, { damaged = false } = {}) {
    super(message);
    this.damaged = damaged;
  }
}

/** A program cannot start, for a reason that a person can remove. */
export class StartError extends ReplicatorError {
  override readonly name = "StartError";
}
