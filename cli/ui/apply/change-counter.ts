// Counts the changes in the cloud that the journal reports.
import { copyId } from "../../../lib/model/identity.ts";
import type { Journal } from "../../../lib/model/ports.ts";
import { changeOf } from "../../../lib/report/plan/changes.ts";
import { startTally, type Tally } from "../../../lib/report/plan/tally.ts";
import { message } from "../../messages/catalogue.ts";
import { clean } from "../text.ts";

/** The changes that a command made in the cloud, as its journal reports them. */
export interface ChangeCounts {
  readonly journal: Journal;
  /** The number of changes by kind: `requested` counts copies, `refused` counts copies whose call failed. */
  counts(): Readonly<Record<string, number>>;
  /** The images that were created, changed and deleted, as a plan counts them. */
  readonly tally: Pick<Tally, "counts" | "deleted">;
  /** What was wrong with the answers that did not say what became of a request. */
  lostAnswers(): readonly string[];
  /** The counts of calls as text; empty if nothing was changed. */
  text(): string;
}

/**
 * Changes that take something away: printed whatever they are part of, and what gives it back. Deletions are named in the
 * end.
 */
const TAKES_AWAY: ReadonlySet<string> = new Set(["unshared", "untagged"]);

/**
 * Counts changes. Prints each repair, and whatever takes something away, at once: these do not change
 * the state of their copy, so the progress does not show them. `changed` is called for every batch of journal entries.
 */
export function watchChanges(say: (text: string) => void, changed: () => void): ChangeCounts {
  const counts = new Map<string, number>();
  const tally = startTally();
  const lost: string[] = [];
  const drifted = new Set<string>();
  const unshared = new Set<string>();
  return {
    journal: {
      async append(entries) {
        changed();
        for (const entry of entries) {
          const { event, text, key, image, code } = entry;
          tally.add(entry);
          if (event === "sent-unknown" || event === "sent-no-id") lost.push(text);
          const change = changeOf({ event, ...(code !== undefined && { code }) });
          if (change !== undefined) counts.set(change, (counts.get(change) ?? 0) + 1);
          if (!key) continue;
          if (event === "drift") drifted.add(copyId(key));
          else if (event === "repaired") drifted.delete(copyId(key));
          else if (change !== undefined && image) {
            const id = copyId(key);
            const isNoted = TAKES_AWAY.has(event) || (event === "shared" && unshared.has(id));
            if (event === "unshared") unshared.add(id);
            if (!drifted.has(id) && !isNoted) continue;
            const code = change === "refused" ? "repair-refused" : drifted.has(id) ? "repaired" : "image-changed";
            const params = { imageId: image.imageId, region: image.region, source: key.rootId, text };
            say(clean(message(code, params).text));
          }
        }
      },
    },
    tally,
    lostAnswers: () => lost,
    counts: () => Object.fromEntries(counts),
    text: () => [...counts].map(([change, number]) => `${change} ${number}`).join(", "),
  };
}
