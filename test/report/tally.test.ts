// What a command counts as created.
import { expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import type { JournalEntry } from "../../lib/model/types.ts";
import { startTally } from "../../lib/report/plan/tally.ts";
import { ACCOUNT, keyOf, NOW } from "../support/builders.ts";

const countsAfter = (...events: string[]) => {
  const tally = startTally();
  const entry: Omit<JournalEntry, "event"> = {
    ...{ at: NOW, runId: "r", account: ACCOUNT, level: "info", text: storedText("x"), key: keyOf("ap-beijing") },
  };
  for (const event of events) tally.add({ ...entry, event });
  return tally.counts();
};

it("counts a copy as created once it is requested, and no longer if nothing came of it", () => {
  expect(countsAfter("claimed", "sent")).toEqual({ created: 1, changed: 0, deleted: 0 });
  for (const end of ["no-effect", "copy-failed"]) {
    expect(countsAfter("sent", end)).toEqual({ created: 0, changed: 0, deleted: 0 });
    expect(countsAfter("sent", end, "sent")).toEqual({ created: 1, changed: 0, deleted: 0 });
  }
});
