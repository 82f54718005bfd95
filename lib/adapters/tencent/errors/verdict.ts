// The form of a verdict: what the error code of a failed call means for the program.
import type { About, Effect, Outcome } from "../../../model/errors.ts";
import { type CloudMeaning, cloudMeaning } from "../../../model/messages/cloud.ts";
import type { Message } from "../../../model/messages/define.ts";

/** What an error code means: for the program, and in the words of `cloudMeaning`. */
export interface Verdict extends Pick<Message<CloudMeaning>, "text" | "remedy"> {
  readonly outcome: Outcome;
  readonly about: About;
  /** Whether the failed call may have had an effect: a SyncImages may have made a copy. */
  readonly effect: Effect;
  readonly meaning: CloudMeaning;
}

const verdict =
  (outcome: Outcome, effect: Effect) =>
  (about: About, meaning: CloudMeaning): Verdict => {
    const { text, remedy } = cloudMeaning(meaning);
    return { outcome, effect, about, meaning, text, ...(remedy !== undefined && { remedy }) };
  };

// Each name is an outcome and an effect. "none" is claimed only for documented codes that by
// themselves say that the call was refused; a code that leaves a doubt is "unknown", which costs
// a wait and nothing else.
export const requeueNone = verdict("requeue", "none");
export const requeueUnknown = verdict("requeue", "unknown");
export const retryNone = verdict("retry", "none");
export const retryUnknown = verdict("retry", "unknown");
export const terminalNone = verdict("terminal", "none");
export const terminalUnknown = verdict("terminal", "unknown");
