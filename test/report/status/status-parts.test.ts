// Parts of the status: remaining time, where a copy stands, overviews, regions that are late.
import { describe, expect, it } from "vitest";
import { copyId } from "../../../lib/model/identity.ts";
import { journal } from "../../../lib/model/messages/journal.ts";
import type { Copy, JournalEntry } from "../../../lib/model/types.ts";
import { measurements } from "../../../lib/report/plan/estimate.ts";
import { journalFacts } from "../../../lib/report/status/journal-facts.ts";
import { overviewOf } from "../../../lib/report/status/overview.ts";
import { lateRegions } from "../../../lib/report/status/region-ages.ts";
import { remainingTime } from "../../../lib/report/status/remaining.ts";
import { ACCOUNT, BORN, image, NOW } from "../../support/builders.ts";
import { copyIn, type RecordFields, recordOf, type Stage } from "../../support/plan-copy.ts";

const MINUTE = 60_000;

describe("the remaining time of a copy", () => {
  const earlier = recordOf("ap-shanghai", "ready", { durationMs: 10 * MINUTE });
  const remaining = (stage: Stage, fields: RecordFields, others: readonly Copy[]) =>
    remainingTime(recordOf("ap-shanghai", stage, fields), measurements(others), NOW);
  const claim = { claimedAt: NOW - 5 * MINUTE };

  it("follows from earlier copies between the same regions, and the percentage as of when it was seen", () => {
    const copying = { claim, percent: 40, progressedAt: NOW - MINUTE };
    expect(remaining("copying", copying, [earlier])).toBe(6 * MINUTE - MINUTE);
    expect(remaining("requested", { claim }, [earlier])).toBe(5 * MINUTE);
    expect(remaining("finishing", { claim }, [earlier])).toBe(5 * MINUTE);
  });

  it("follows from its own pace if there is no earlier copy, unless it has hardly begun", () => {
    expect(remaining("copying", { claim, percent: 50, progressedAt: NOW - MINUTE }, [])).toBe(3 * MINUTE);
    expect(remaining("copying", { claim, percent: 2, progressedAt: NOW - MINUTE }, [])).toBeUndefined();
  });

  it("is unknown for what takes longer than expected, waits, or is not under way", () => {
    expect(remaining("requested", { claim: { claimedAt: NOW - 11 * MINUTE } }, [earlier])).toBeUndefined();
    expect(remaining("finishing", { publicationHold: "publish-together" }, [earlier])).toBeUndefined();
    for (const stage of ["waiting", "retrying", "stuck", "ready"] as const)
      expect(remaining(stage, {}, [earlier])).toBeUndefined();
  });
});

describe("what the journal says of a copy", () => {
  const finishing = recordOf("ap-shanghai", "finishing");
  const stuck = recordOf("ap-shanghai", "stuck");
  const line = (ago: number, message: { code: string; text: JournalEntry["text"] }, more: Partial<JournalEntry> = {}) =>
    ({
      ...{ at: NOW - ago * MINUTE, runId: "r", account: ACCOUNT, level: "info", key: finishing.key },
      ...{ event: message.code, text: message.text, ...more },
    }) as JournalEntry;
  const rename = journal("modify", { name: "golden", family: "web" });
  const failed = { code: "modify-failed", text: journal("modify-failed", { text: "it failed" }).text };
  const factsOf = (copy: Copy, entries: readonly JournalEntry[]) => journalFacts([copy], entries).get(copyId(copy.key));

  it("is where it stands and since when, and the RequestId of the last failed call", () => {
    const entries = [
      line(1, failed, { code: "InternalError", requestId: "req-3" }),
      line(2, rename),
      line(3, failed, { code: "InternalError", requestId: "req-2" }),
      line(4, rename),
      line(5, journal("tagged", { tags: ["a"] }), { requestId: "req-1" }),
    ];
    expect(factsOf(stuck, entries)).toEqual({
      ...{ stage: "renaming", stageSince: NOW - 4 * MINUTE, requestId: "req-3" },
      failure: { code: "InternalError", text: "it failed" },
    });
  });

  it.each([
    [journal("tag", { tags: ["a"] }), "tagging"],
    [journal("modified", { name: "golden" }), "renaming"],
    [journal("modify", { family: "web" }), "publishing"],
    [journal("share", { accounts: ["1"] }), "sharing"],
  ] as const)("tells by the last call that it stands at %o", (message, stage) => {
    expect(factsOf(finishing, [line(1, message)])).toMatchObject({ stage });
  });

  it("is no failure if the last call succeeded, and nothing for a finished copy", () => {
    const entries = [
      line(1, journal("shared", { accounts: ["1"] }), { requestId: "req-2" }),
      line(2, { code: "share-failed", text: journal("share-failed", { text: "no" }).text }, { code: "X" }),
    ];
    expect(factsOf(finishing, entries)).not.toHaveProperty("failure");
    expect(factsOf(recordOf("ap-shanghai", "ready"), entries)).toEqual({});
    expect(factsOf(recordOf("ap-beijing", "finishing"), entries)).toEqual({});
  });
});

describe("an overview", () => {
  const web = image();
  const api = image({ imageId: "img-root0002", name: "golden-api" });
  const of = (root: typeof web, region: string, stage: Stage) => copyIn(stage, root, region, {}).record as Copy;
  const copies = [
    of(web, "ap-shanghai", "ready"),
    of(web, "ap-beijing", "ready"),
    of(api, "ap-shanghai", "failed"),
    of(api, "ap-beijing", "ready"),
  ];

  it("counts by image, the worst first", () => {
    expect(overviewOf(copies, "image", NOW)).toMatchObject([
      {
        name: "golden-api",
        source: { imageId: "img-root0002" },
        asDesired: 1,
        copies: 2,
        healthy: [
          ["failed", 1],
          ["ok", 1],
        ],
      },
      { name: "golden-web", asDesired: 2, copies: 2, policies: ["golden"], healthy: [["ok", 2]] },
    ]);
  });

  it("counts by region or policy as well", () => {
    expect(overviewOf(copies, "region", NOW).map(({ name }) => name)).toEqual(["ap-shanghai", "ap-beijing"]);
    expect(overviewOf(copies, "policy", NOW)).toMatchObject([{ name: "golden", copies: 4 }]);
  });
});

describe("regions that are late", () => {
  it("are those that cannot be read, and those whose last complete reading is too old", () => {
    const reason = { code: "unreadable-X", text: "no" } as never;
    const record = {
      ...BORN,
      lastSweepAt: NOW,
      regions: {
        "ap-beijing": { sweptAt: NOW },
        "ap-tokyo": { sweptAt: NOW - 60 * MINUTE },
        "ap-seoul": { sweptAt: NOW, failure: { count: 2, retryAt: NOW + MINUTE, reason } },
      },
    };
    expect(lateRegions(record, 10 * MINUTE, NOW)).toEqual([
      { region: "ap-seoul", sweptAt: NOW, reason, retryAt: NOW + MINUTE },
      { region: "ap-tokyo", sweptAt: NOW - 60 * MINUTE, reason: null, retryAt: null },
    ]);
    expect(lateRegions(undefined, 10 * MINUTE, NOW)).toEqual([]);
  });
});
