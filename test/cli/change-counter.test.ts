// The counts of changes, and the notices of repairs.

import { describe, expect, it } from "vitest";
import { watchChanges } from "../../cli/ui/apply/change-counter.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { JournalEntry } from "../../lib/model/types.ts";
import { ACCOUNT, keyOf, NOW } from "../support/builders.ts";

const key = keyOf("ap-beijing");
const image = { region: "ap-beijing", imageId: "img-copy0001" };
const entry = (event: string, more: Partial<JournalEntry> = {}): JournalEntry => {
  return {
    at: NOW,
    runId: "r",
    account: ACCOUNT,
    level: "info",
    event,
    text: storedText("tags a"),
    key,
    image,
    ...more,
  };
};

function watch(...entries: JournalEntry[]) {
  const notices: string[] = [];
  const changes = watchChanges(
    (text) => notices.push(text),
    () => {},
  );
  return changes.journal.append(entries).then(() => ({ notices, text: changes.text(), counts: changes.counts() }));
}

describe("the counts of changes", () => {
  it("count finished calls by kind, and no calls that only began", async () => {
    const { text, counts, notices } = await watch(
      ...["claimed", "sent", "sent-unknown", "tag", "tagged", "tagged", "modify", "modified", "ready"].map((event) =>
        entry(event),
      ),
      ...["unshare", "unshared", "delete", "deleted", "pruned"].map((event) => entry(event)),
      entry("share-failed", { code: "Busy" }),
    );
    expect(text).toBe("requested 2, tagged 2, modified 1, unshared 1, deleted 1, refused 1");
    expect(counts).toEqual({ requested: 2, tagged: 2, modified: 1, unshared: 1, deleted: 1, refused: 1 });
    const at = "img-copy0001 in ap-beijing, copy of img-root0001";
    expect(notices).toEqual([`${at}: tags a`]);
  });

  it("name each image that loses something, and that gets it back", async () => {
    const text = (words: string) => ({ text: storedText(words) });
    const { notices } = await watch(
      entry("shared", text("shared with A")),
      entry("unshared", text("no longer shared with A")),
      entry("modified", text("renamed")),
      entry("shared", text("shared with A again")),
    );
    expect(notices.map((line) => line.split(": ")[1])).toEqual(["no longer shared with A", "shared with A again"]);
  });

  it("keep what was wrong with answers that did not say what became of a request", async () => {
    const changes = watchChanges(
      () => {},
      () => {},
    );
    await changes.journal.append([
      entry("sent"),
      entry("sent-unknown", { text: storedText("not JSON") }),
      entry("sent-no-id", { text: storedText("no id") }),
    ]);
    expect(changes.lostAnswers()).toEqual(["not JSON", "no id"]);
  });

  it("are empty if nothing was changed", async () => {
    expect(await watch(entry("ready"))).toEqual({ notices: [], text: "", counts: {} });
  });

  it("come with a notice for each repairing call, until the repair has finished", async () => {
    const { notices } = await watch(
      entry("drift"),
      entry("tag"),
      entry("tagged", { text: storedText("tags \u001b") }),
      entry("repaired"),
      entry("tagged"),
    );
    expect(notices).toEqual(["img-copy0001 in ap-beijing, copy of img-root0001: repaired: tags \\u001b"]);
  });
});
