// Opens and closes a replicator for one command, and handles Ctrl-C.
import type { Journal } from "../../lib/model/ports.ts";
import type { Millis } from "../../lib/model/types.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { type Opened, openReplicator } from "../../lib/replicator/open/open-replicator.ts";
import { message } from "../messages/catalogue.ts";
import { DEFAULT_POLICY_FILE, readPolicies } from "./read-policies.ts";

/** What a command does differently from others. */
export interface CommandOptions {
  /** Prints a notice; to standard error if absent. */
  readonly say?: (text: string) => void;
  /** Where changes are reported, beside the state. */
  readonly journals?: readonly Journal[];
  /** The command only looks: it neither creates nor changes a state. */
  readonly readOnly?: boolean;
}

/**
 * Opens a replicator for one command. After the first Ctrl-C the program starts no more calls, and
 * finishes and records the calls in progress. A second Ctrl-C ends the program at once; the next
 * run finds what that interrupted. Throws `InputError` for a wrong policy or
 * configuration, `StateError` for an unusable state.
 */
export async function withReplicator<T>(
  policy: string | undefined,
  work: (opened: Opened, interrupted: () => boolean) => Promise<T>,
  { say = (text) => process.stderr.write(`${text}\n`), journals = [], readOnly = false }: CommandOptions = {},
): Promise<T> {
  let stopAt: Millis = Number.POSITIVE_INFINITY;
  let interrupts = 0;
  const interrupt = () => {
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    say(message("stopping").text);
    stopAt = 0;
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const config = readConfig(process.env);
  const contents = await readPolicies(policy ?? config.policyFile ?? DEFAULT_POLICY_FILE, config.settle);
  // Ends what still reads when the work is over: an interrupted command waits for no reading.
  const end = new AbortController();
  const stop = { at: () => stopAt, isInterrupted: () => interrupts > 0, signal: end.signal };
  const opened = await openReplicator(config, process.env, stop, { contents, journals, readOnly });
  try {
    return await work(opened, stop.isInterrupted);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    end.abort();
    await opened.close();
  }
}
