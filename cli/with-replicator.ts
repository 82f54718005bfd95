import type { Journal } from "../lib/model/ports.ts";
import type { Millis } from "../lib/model/types.ts";
import { readConfig } from "../lib/replicator/config.ts";
import { type Opened, openReplicator } from "../lib/replicator/open-replicator.ts";

/**
 * Opens a replicator for one command. The first Ctrl-C begins nothing more and lets what is under way end and be
 * recorded; a second one ends the program at once, which loses nothing either. `say` tells that to the person.
 */
export async function withReplicator<T>(
  policy: string | undefined,
  work: (opened: Opened, interrupted: () => boolean) => Promise<T>,
  say: (text: string) => void = (text) => process.stderr.write(`${text}\n`),
  journals: readonly Journal[] = [],
): Promise<T> {
  let stopAt: Millis = Number.POSITIVE_INFINITY;
  let interrupts = 0;
  const interrupt = () => {
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    say("stopping after what is under way; press Ctrl-C again to stop at once");
    stopAt = 0;
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const config = readConfig(policy === undefined ? process.env : { ...process.env, POLICY_FILE: policy });
  const opened = await openReplicator(config, process.env, { at: () => stopAt }, journals);
  try {
    return await work(opened, () => interrupts > 0);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await opened.close();
  }
}
