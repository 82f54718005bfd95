// The text of a plan.
import { describe, expect, it } from "vitest";
import { planText } from "../../cli/ui/plan-text.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy, Variant } from "../../lib/model/types.ts";
import { textOf as changeText } from "../../lib/plan/describe.ts";
import { copyLabels } from "../../lib/report/copies/copy-label.ts";
import { viewOf } from "../../lib/report/plan/plan-view.ts";
import { reasonText } from "../../lib/report/summary.ts";
import { NOW } from "../support/builders.ts";
import { recordOf } from "../support/plan-copy.ts";
import { type World, world } from "../support/plan-world.ts";

const COPY = "img-root0001-ap-beijing";
const NONE = { created: 0, changed: 0, deleted: 0 };
const ONE = { ...NONE, created: 1 };
/** The lines without the legend, the headings and blank lines. */
const linesOf = (given: World) =>
  planText(viewOf(given.sweep().plan()))
    .split("\n")
    .filter((line) => /^ |^[A-Zp]/.test(line) && !line.startsWith("Policy "))
    .map((line) => line.trim());

describe("the text of a plan", () => {
  it("distinguishes a plain copy, an intermediate copy and an encrypted copy", () => {
    const given = world()
      .policy({ copy: { regions: { "ap-shanghai": { encrypt: {} } } } })
      .image();
    expect(linesOf(given).slice(0, 3)).toEqual([
      '+ "golden-web" (img-root0001) ap-guangzhou → ap-beijing, 20 GiB',
      '+ "golden-web" (img-root0001) ap-guangzhou → ap-shanghai (to be encrypted), 20 GiB',
      expect.stringMatching(
        /^· "golden-web" \(img-root0001\) ap-guangzhou → ap-shanghai \(encrypted\): waiting: waits for the copy in ap-sh/,
      ),
    ]);
    expect(viewOf(given.sweep().plan())).toMatchObject({
      create: [{ as: "golden-web", variant: "plain", intermediate: ["ap-shanghai"] }],
      waiting: [{ region: "ap-shanghai", variant: "encrypted:default", intermediate: false, sourceName: "golden-web" }],
    });
  });

  it("shows that a copy will be encrypted", () => {
    const given = world()
      .policy({ to: ["ap-beijing"], copy: { encrypt: {} } })
      .image()
      .copy("ap-beijing", "ready", { name: "intermediate" });
    expect(linesOf(given)).toContain('+ "golden-web" (img-root0001) ap-guangzhou → ap-beijing (encrypted), 20 GiB');
  });

  it("shows every repair once, with its copy and all differences", () => {
    const drifted = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-beijing", "ready", { image: { description: "by hand" } })
      .shares(COPY, []);
    expect(linesOf(drifted)).toEqual([
      `~ ${COPY} in ap-beijing, copy of "golden-web": set the description`,
      "Plan: 0 to create, 1 to change, 0 to delete.",
    ]);
    expect(viewOf(drifted.sweep().plan()).update).toMatchObject([
      { do: "modify", variant: "plain", sourceName: "golden-web" },
    ]);
    const image = { description: "by hand", tags: { "cvm-replicator:policy": "x" } };
    expect(linesOf(drifted.copy("ap-beijing", "ready", { image }))[0]).toMatch(
      /: set tags cvm-replicator:policy \(all differences: tags cvm-replicator:policy; description\)$/,
    );
    const attributes = { name: "n", description: "d", family: "f", deprecated: true };
    expect(
      changeText({
        do: "modify",
        copy: recordOf("ap-beijing", "ready"),
        image: { region: "ap-beijing", imageId: COPY },
        attributes,
        mayUnshareTemporarily: [],
      }),
    ).toBe('rename to "n", set the description, add to family f, deprecate');
  });

  it("shows which attempt follows, and after which time", () => {
    const record = { attempts: 2, notBefore: NOW + 120_000 };
    const retrying = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-beijing", "retrying", { record });
    const next = `attempt 3 follows after ${iso(NOW + 120_000)}`;
    expect(linesOf(retrying)[0]).toMatch(new RegExp(`^· "golden-web" .* → ap-beijing: retrying: .*; ${next}$`));
    expect(reasonText(recordOf("ap-beijing", "retrying", record))).toContain(`; ${next}`);
    expect(viewOf(retrying.sweep().plan()).waiting).toMatchObject([{ attempts: 2, until: iso(NOW + 120_000) }]);
  });

  it("says what a copy waits for that was not read, by a poll or because its region could not be read", () => {
    const ready = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-beijing", "ready");
    const waitsOf = (given: World) => given.plan().waits.map(({ reason }) => reason.text.split("; ")[1]);
    expect(waitsOf(ready.sweep().unreadable("ap-beijing"))).toEqual([
      "its region could not be read, and is read again by a later run",
    ]);
    expect(waitsOf(ready.sweep(false).unread("ap-beijing"))).toEqual(["a sweep reads it"]);
  });

  it("says what follows if a region could not be read", () => {
    const unread = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .unreadable("ap-beijing");
    expect(linesOf(unread)).toContainEqual(
      expect.stringMatching(/^problem: no answer; the next run reads it again; if that fails for long/),
    );
  });

  it("has one line for a copy that was blocked and is requested now", () => {
    const lines = linesOf(
      world()
        .policy({ to: ["ap-beijing"] })
        .image()
        .copy("ap-beijing", "blocked", { record: { reason: "quota" } })
        .quota("ap-beijing", 9),
    );
    expect(lines.filter((line) => line.includes("ap-beijing"))).toHaveLength(1);
  });

  it("shows record changes without a call, and unfinished copies if there is nothing to do now", () => {
    const lines = linesOf(
      world()
        .policy({ to: ["ap-beijing", "ap-shanghai", "ap-tokyo"] })
        .image()
        .copy("ap-beijing", "ready", { image: "absent" })
        .copy("ap-shanghai", "copying"),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        `^· "golden-web" .* → ap-beijing: waiting: ${COPY} has not been found as this copy since .*; it counts as gone once a later run confirms that`,
      ),
    );
    expect(lines.at(-1)).toBe("Nothing to do now; 1 copying, 1 waiting, 1 blocked.");
    expect(linesOf(world().policies()).at(-1)).toBe("Nothing to do.");
  });

  it("counts what follows later, also if nothing is called at once", () => {
    const waiting = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-beijing", "retrying", { record: { notBefore: NOW + 60_000 } })
      .sweep();
    const view = viewOf(waiting.plan(), { rehearsal: { whole: ONE, firstRun: NONE, deletions: [] } });
    expect(planText(view)).toContain(
      "Plan: 1 to create, 0 to change, 0 to delete; 1 retrying. Now: 0 to create, 0 to change, 0 to delete; the rest follows",
    );
  });

  it("says once that a copy is deprecated because its source was recalled, and when it is", () => {
    const recalled = { reason: reason("recalled"), deprecatedByUs: true } as const;
    const repair = { differences: ["deprecation"], tries: 1, at: NOW };
    const textWith = (record: object) => reasonText(recordOf("ap-beijing", "retired", { ...recalled, ...record }));
    expect(textWith({ repair })).toBe("its source was recalled; being repaired: deprecation");
    expect(textWith({})).toBe("its source was recalled; deprecated");
    expect(reasonText(recordOf("ap-beijing", "ready", { deprecatedByUs: true }))).toBe(
      "deprecated, because its source was recalled",
    );
  });
});

describe("the labels by the records alone", () => {
  it("call a plain copy intermediate if there is an encrypted one in the same region", () => {
    const recordIn = (region: string, variant: Variant, state: "waiting" | "retired" = "waiting") =>
      recordOf(region, state, {}, { variant });
    const labels = (...copies: Copy[]) => copies.map(copyLabels(copies));
    expect(labels(recordIn("ap-beijing", "plain"), recordIn("ap-shanghai", "encrypted:default"))).toEqual([
      "",
      "encrypted",
    ]);
    expect(labels(recordIn("ap-beijing", "plain"), recordIn("ap-beijing", "encrypted:default"))).toEqual([
      "to be encrypted",
      "encrypted",
    ]);
    expect(labels(recordIn("ap-beijing", "plain"), recordIn("ap-beijing", "encrypted:default", "retired"))).toEqual([
      "",
      "encrypted",
    ]);
    expect(labels(recordIn("ap-guangzhou", "plain"), recordIn("ap-guangzhou", "encrypted:default"))[0]).toBe("plain");
  });
});

it("shows the copies of two policies apart, even if one call makes both", () => {
  const fixed = { name: "fixed", to: ["ap-beijing"], copy: { name: "latest" } };
  const plan = world()
    .policies({ to: ["ap-shanghai"] }, fixed)
    .image()
    .plan();
  const { create } = viewOf(plan);
  expect(create.map(({ callIndex, policy: by, as, destinations }) => [callIndex, by, as, destinations])).toEqual(
    expect.arrayContaining([
      [0, "fixed", "latest", ["ap-beijing"]],
      [0, "golden", "golden-web", ["ap-shanghai"]],
    ]),
  );
  expect(planText(viewOf(plan))).toContain("Plan: 2 to create, 0 to change, 0 to delete.");
});
