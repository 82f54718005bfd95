import { describe, expect, it } from "vitest";
import { watchChanges } from "../../cli/ui/change-counter.ts";
import type { JournalEntry } from "../../lib/model/types.ts";
import { ACCOUNT, keyOf, NOW } from "../support/builders.ts";

const key = keyOf("ap-beijing");
const image = { region: "ap-beijing", imageId: "img-copy0001" };
const entry = (event: string, more: Partial<JournalEntry> = {}): JournalEntry => {
  return { at: NOW, runId: "r", account: ACCOUNT, level: "info", event, text: "tags a", key, image, ...more };
};

function watch(...entries: JournalEntry[]) {
  const said: string[] = [];
  const changes = watchChanges(
    (text) => said.push(text),
    () => {},
  );
  return changes.journal.append(entries).then(() => ({ said, text: changes.text(), counts: changes.counts() }));
}

describe("what a command did", () => {
  it("is counted by kind, once it was done; what only began or was noted is not", async () => {
    const { text, counts, said } = await watch(
      ...["claimed", "sent", "sent-unknown", "tag", "tagged", "tagged", "modify", "modified", "ready"].map((event) =>
        entry(event),
      ),
      ...["unshare", "unshared", "delete", "deleted", "pruned"].map((event) => entry(event)),
      entry("share-failed", { code: "Busy" }),
    );
    expect(text).toBe("asked for 2, tagged 2, modified 1, unshared 1, deleted 1, refused 1");
    expect(counts).toEqual({ asked: 2, tagged: 2, modified: 1, unshared: 1, deleted: 1, refused: 1 });
    expect(said).toEqual([]);
  });

  it("is nothing where nothing was done", async () => {
    expect(await watch(entry("ready"))).toEqual({ said: [], text: "", counts: {} });
  });

  it("is said at once of what is set right, until that is over", async () => {
    const { said } = await watch(
      entry("drift"),
      entry("tag"),
      entry("tagged", { text: "tags \u001b" }),
      entry("repaired"),
      entry("tagged"),
    );
    expect(said).toEqual(["img-copy0001 in ap-beijing, copy of img-root0001: set right: tags \\u001b"]);
  });
});
