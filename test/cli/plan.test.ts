// The text of a plan.

import { describe, expect, it } from "vitest";
import { textOf } from "../../cli/commands/plan.ts";
import { intermediateName } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { sharesOf } from "../../lib/model/observation.ts";
import type { Copy } from "../../lib/model/types.ts";
import { textOf as changeText } from "../../lib/plan/describe.ts";
import type { PlanInput } from "../../lib/plan/types.ts";
import { copyLabels } from "../../lib/report/copy-label.ts";
import { viewOf } from "../../lib/report/plan-view.ts";
import {
  answered,
  asked,
  copy,
  copySettings,
  image,
  keyOf,
  made,
  observation,
  planOf,
  policy,
} from "../support/builders.ts";

const root = image();
const viewFor = (input: Partial<PlanInput> & Pick<PlanInput, "observation">) =>
  viewOf(planOf({ ...input, sweep: true }));
const linesFor = (input: Partial<PlanInput> & Pick<PlanInput, "observation">) =>
  textOf(viewFor(input)).trimEnd().split("\n");

describe("the text of a plan", () => {
  it("distinguishes a plain copy, an intermediate copy and an encrypted copy", () => {
    const regions = { "ap-shanghai": { encrypt: {} } };
    const input = { observation: observation([root]), policies: [policy({ copy: copySettings({ regions }) })] };
    expect(linesFor(input).slice(0, 2)).toEqual([
      '+ copy "golden-web" (img-root0001) ap-guangzhou → ap-beijing, ap-shanghai (to be encrypted), by golden',
      expect.stringMatching(/^· img-root0001 → ap-shanghai \(encrypted\): waiting: waits for the copy in ap-shanghai/),
    ]);
    expect(viewFor(input)).toMatchObject({
      create: [{ as: "golden-web", variant: "plain", intermediate: ["ap-shanghai"] }],
      waiting: [{ region: "ap-shanghai", variant: "encrypted:default", intermediate: false, sourceName: "golden-web" }],
    });
  });

  it("calls an encrypting call by that name", () => {
    const policies = [policy({ to: ["ap-beijing"], copy: copySettings({ encrypt: {} }) })];
    const step = intermediateName(keyOf("ap-beijing"), root.name);
    const plain = made(root, "ap-beijing", { image: { name: step } });
    const lines = linesFor({ observation: observation([root, plain.image]), policies, copies: [plain.copy] });
    expect(lines).toContain(`+ encrypt "golden-web" (${plain.image.imageId}) in ap-beijing, by golden`);
  });

  it("shows every repair once, with its copy and all differences", () => {
    const drifted = made(root, "ap-beijing", { image: { description: "by hand" } });
    const input = {
      observation: observation([root, drifted.image]),
      policies: [policy({ to: ["ap-beijing"] })],
      copies: [drifted.copy],
      answers: answered([sharesOf(drifted.image), []]),
    };
    expect(linesFor(input)).toEqual([
      `~ ${drifted.image.imageId} in ap-beijing, copy of "golden-web" (img-root0001) in ap-guangzhou: set the description`,
      "Plan: 0 to copy (0 API calls), 1 to update, 0 to delete, 0 waiting.",
    ]);
    expect(viewFor(input).update).toMatchObject([{ do: "modify", variant: "plain", sourceName: "golden-web" }]);
    const more = made(root, "ap-beijing", {
      image: { description: "by hand", tags: { "cvm-replicator:policy": "x" } },
    });
    expect(linesFor({ ...input, observation: observation([root, more.image]) })[0]).toMatch(
      /: set tags cvm-replicator:policy \(all differences: tags cvm-replicator:policy; description\)$/,
    );
    const attributes = { name: "n", description: "d", family: "f", deprecated: true };
    expect(
      changeText({ do: "modify", copy: drifted.copy, image: drifted.image, attributes, mayUnshareTemporarily: [] }),
    ).toBe('rename to "n", set the description, add to family f, deprecate');
  });

  it("shows record changes without a call, and unfinished copies if there is nothing to do now", () => {
    const gone = made(root, "ap-beijing");
    const inProgress = asked(root, "ap-shanghai");
    const lines = linesFor({
      observation: observation([root, inProgress.image], ["ap-beijing", "ap-tokyo"]),
      policies: [policy({ to: ["ap-beijing", "ap-shanghai", "ap-tokyo"] })],
      copies: [gone.copy, inProgress.copy],
    });
    expect(lines).toContain(
      `· (state only) img-root0001 → ap-beijing: ready: ${gone.image.imageId} is missing; it counts as gone if it is still missing later`,
    );
    expect(lines.at(-1)).toBe("Nothing to do now; 1 copying, 1 blocked.");
    expect(linesFor({ observation: observation([]), policies: [] }).at(-1)).toBe("Nothing to do.");
  });
});

describe("the labels by the records alone", () => {
  it("call a plain copy intermediate if there is an encrypted one in the same region", () => {
    const recordIn = (region: string, variant: Copy["key"]["variant"], state: "waiting" | "retired" = "waiting") => {
      const record = copy<"waiting">(region, { state: "waiting", reason: { code: "x", text: storedText("x") } });
      return { ...record, state, key: { ...record.key, variant } } as Copy;
    };
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
  const fixed = policy({ name: "fixed", to: ["ap-beijing"], copy: copySettings({ name: "latest" }) });
  const plan = planOf({ policies: [policy({ to: ["ap-shanghai"] }), fixed], observation: observation([image()]) });
  const { create } = viewOf(plan);
  expect(create.map(({ callIndex, policy: by, as, destinations }) => [callIndex, by, as, destinations])).toEqual(
    expect.arrayContaining([
      [0, "fixed", "latest", ["ap-beijing"]],
      [0, "golden", "golden-web", ["ap-shanghai"]],
    ]),
  );
  expect(textOf(viewOf(plan))).toContain("Plan: 2 to copy (1 API call), 0 to update, 0 to delete, 0 waiting.");
});
