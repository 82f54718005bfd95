import type { About, Effect, Outcome } from "../../../model/errors.ts";

/** What an error code means for us. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly about: About;
  /** Whether a call that failed with it may have changed something: a SyncImages may have made a copy. */
  readonly effect: Effect;
  /** What is wrong, for a person. */
  readonly text: string;
  /** What a person can do about it. */
  readonly remedy?: string;
}

const verdict =
  (outcome: Outcome, effect: Effect) =>
  (about: About, text: string, remedy?: string): Verdict => ({
    outcome,
    effect,
    about,
    text,
    ...(remedy ? { remedy } : {}),
  });

// Named after what happens next and what the call left behind. "none" is claimed only for codes that are documented
// and say by themselves that the call was turned away; whatever leaves a doubt is "unknown", which costs a wait only.
export const requeueNone = verdict("requeue", "none");
export const requeueUnknown = verdict("requeue", "unknown");
export const retryNone = verdict("retry", "none");
export const retryUnknown = verdict("retry", "unknown");
export const terminalNone = verdict("terminal", "none");
export const terminalUnknown = verdict("terminal", "unknown");

export const REPORT = "Please report this: the program asked for something that the API does not take.";
