// The text of a plan.
import { describe, expect, it } from "vitest";
import { textOf } from "../../cli/commands/plan.ts";
import type { Copy, Variant } from "../../lib/model/types.ts";
import { textOf as changeText } from "../../lib/plan/describe.ts";
import { copyLabels } from "../../lib/report/copy-label.ts";
import { viewOf } from "../../lib/report/plan-view.ts";
import { recordOf } from "../support/plan-copy.ts";
import { type World, world } from "../support/plan-world.ts";

const COPY = "img-root0001-ap-beijing";
const linesOf = (given: World) => textOf(viewOf(given.sweep().plan())).trimEnd().split("\n");

describe("the text of a plan", () => {
  it("distinguishes a plain copy, an intermediate copy and an encrypted copy", () => {
    const given = world()
      .policy({ copy: { regions: { "ap-shanghai": { encrypt: {} } } } })
      .image();
    expect(linesOf(given).slice(0, 2)).toEqual([
      '+ copy "golden-web" (img-root0001) ap-guangzhou → ap-beijing, ap-shanghai (to be encrypted), by golden',
      expect.stringMatching(/^· img-root0001 → ap-shanghai \(encrypted\): waiting: waits for the copy in ap-shanghai/),
    ]);
    expect(viewOf(given.sweep().plan())).toMatchObject({
      create: [{ as: "golden-web", variant: "plain", intermediate: ["ap-shanghai"] }],
      waiting: [{ region: "ap-shanghai", variant: "encrypted:default", intermediate: false, sourceName: "golden-web" }],
    });
  });

  it("calls an encrypting call by that name", () => {
    const given = world()
      .policy({ to: ["ap-beijing"], copy: { encrypt: {} } })
      .image()
      .copy("ap-beijing", "ready", { name: "intermediate" });
    expect(linesOf(given)).toContain(`+ encrypt "golden-web" (${COPY}) in ap-beijing, by golden`);
  });

  it("shows every repair once, with its copy and all differences", () => {
    const drifted = world()
      .policy({ to: ["ap-beijing"] })
      .image()
      .copy("ap-beijing", "ready", { image: { description: "by hand" } })
      .shares(COPY, []);
    expect(linesOf(drifted)).toEqual([
      `~ ${COPY} in ap-beijing, copy of "golden-web" (img-root0001) in ap-guangzhou: set the description`,
      "Plan: 0 to copy (0 API calls), 1 to update, 0 to delete, 0 waiting.",
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

  it("shows record changes without a call, and unfinished copies if there is nothing to do now", () => {
    const lines = linesOf(
      world()
        .policy({ to: ["ap-beijing", "ap-shanghai", "ap-tokyo"] })
        .image()
        .copy("ap-beijing", "ready", { image: "absent" })
        .copy("ap-shanghai", "copying"),
    );
    expect(lines).toContain(
      `· (state only) img-root0001 → ap-beijing: ready: ${COPY} is missing; it counts as gone if it is still missing later`,
    );
    expect(lines.at(-1)).toBe("Nothing to do now; 1 copying, 1 blocked.");
    expect(linesOf(world().policies()).at(-1)).toBe("Nothing to do.");
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
  expect(textOf(viewOf(plan))).toContain("Plan: 2 to copy (1 API call), 0 to update, 0 to delete, 0 waiting.");
});
