// Counts what the journal says was done.
import { copyId } from "../../lib/model/identity.ts";
import type { Journal } from "../../lib/model/ports.ts";
import { clean } from "./text.ts";

/** How the journal calls what was done in the cloud, and how the summary does. */
const DEEDS: Readonly<Record<string, string>> = {
  sent: "asked",
  "sent-no-id": "asked",
  "sent-unknown": "asked",
  tagged: "tagged",
  modified: "modified",
  shared: "shared",
  unshared: "unshared",
  deleted: "deleted",
};

/** What a command did in the cloud: by the journal, as what was planned may have been refused or left to somebody else. */
export interface ChangeCounts {
  readonly journal: Journal;
  /** How many images, by kind; `asked` are copies that were asked for, `refused` calls that failed. */
  counts(): Readonly<Record<string, number>>;
  /** The same for a person; empty if nothing was done. */
  text(): string;
}

/** Counts, and says at once what was set right: the state of such a copy does not change. */
export function watchChanges(say: (text: string) => void, changed: () => void): ChangeCounts {
  const counts = new Map<string, number>();
  const repaired = new Set<string>();
  return {
    journal: {
      async append(entries) {
        changed();
        for (const { event, text, key, image, code } of entries) {
          const deed = event.endsWith("-failed") && code !== undefined ? "refused" : DEEDS[event];
          if (deed !== undefined) counts.set(deed, (counts.get(deed) ?? 0) + 1);
          if (!key) continue;
          if (event === "drift") repaired.add(copyId(key));
          else if (event === "repaired") repaired.delete(copyId(key));
          else if (deed !== undefined && image && repaired.has(copyId(key)))
            say(
              clean(
                `${image.imageId} in ${image.region}, copy of ${key.rootId}: ${deed === "refused" ? deed : "set right"}: ${text}`,
              ),
            );
        }
      },
    },
    counts: () => Object.fromEntries(counts),
    text: () => [...counts].map(([deed, number]) => `${deed === "asked" ? "asked for" : deed} ${number}`).join(", "),
  };
}
