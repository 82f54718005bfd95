import { describe, expect, it } from "vitest";
import { textOf } from "../../cli/commands/plan.ts";
import { intermediateName } from "../../lib/model/identity.ts";
import { sharesOf } from "../../lib/model/observation.ts";
import type { Copy } from "../../lib/model/types.ts";
import { textOf as actText } from "../../lib/plan/describe.ts";
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

describe("a plan in words", () => {
  it("tells a plain copy that stays, one that is only to be encrypted, and the encrypted one apart", () => {
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

  it("calls encrypting what it is", () => {
    const policies = [policy({ to: ["ap-beijing"], copy: copySettings({ encrypt: {} }) })];
    const step = intermediateName(keyOf("ap-beijing"), root.name);
    const plain = made(root, "ap-beijing", { image: { name: step } });
    const lines = linesFor({ observation: observation([root, plain.image]), policies, copies: [plain.copy] });
    expect(lines).toContain(`+ encrypt "golden-web" (${plain.image.imageId}) in ap-beijing, by golden`);
  });

  it("says whole what a call sets right, of which copy, and says it once", () => {
    const drifted = made(root, "ap-beijing", { image: { description: "by hand" } });
    const input = {
      observation: observation([root, drifted.image]),
      policies: [policy({ to: ["ap-beijing"] })],
      copies: [drifted.copy],
      answers: answered([sharesOf(drifted.image), []]),
    };
    expect(linesFor(input)).toEqual([
      `~ ${drifted.image.imageId} in ap-beijing, copy of "golden-web" (img-root0001) in ap-guangzhou: set the description`,
      "Plan: 0 copies to ask for in 0 calls, 1 copy to tag, name or share.",
    ]);
    expect(viewFor(input).update).toMatchObject([{ do: "modify", variant: "plain", sourceName: "golden-web" }]);
    const more = made(root, "ap-beijing", {
      image: { description: "by hand", tags: { "cvm-replicator:policy": "x" } },
    });
    expect(linesFor({ ...input, observation: observation([root, more.image]) })[0]).toMatch(
      /: set tags cvm-replicator:policy \(all that differs: tags cvm-replicator:policy; description\)$/,
    );
    const attributes = { name: "n", description: "d", family: "f", deprecated: true };
    expect(
      actText({ do: "modify", copy: drifted.copy, image: drifted.image, attributes, mayUnshareTemporarily: [] }),
    ).toBe('rename to "n", set the description, add to family f, deprecate');
  });

  it("says what is remembered without a call, and what is open where there is nothing to do now", () => {
    const gone = made(root, "ap-beijing");
    const going = asked(root, "ap-shanghai");
    const lines = linesFor({
      observation: observation([root, going.image], ["ap-beijing", "ap-tokyo"]),
      policies: [policy({ to: ["ap-beijing", "ap-shanghai", "ap-tokyo"] })],
      copies: [gone.copy, going.copy],
    });
    expect(lines).toContain(
      `· no call, only remembered: img-root0001 → ap-beijing: ready: ${gone.image.imageId} is missing; it counts as gone if it is still missing later`,
    );
    expect(lines.at(-1)).toBe("Nothing to do now; 1 copying, 1 blocked.");
    expect(linesFor({ observation: observation([]), policies: [] }).at(-1)).toBe("Nothing to do.");
  });
});

describe("the records alone", () => {
  it("tell a step to an encrypted copy by the encrypted one beside it", () => {
    const beside = (region: string, variant: Copy["key"]["variant"], state: "waiting" | "retired" = "waiting") => {
      const record = copy<"waiting">(region, { state: "waiting", reason: { code: "x", text: "x" } });
      return { ...record, state, key: { ...record.key, variant } } as Copy;
    };
    const kinds = (...copies: Copy[]) => copies.map(copyLabels(copies));
    expect(kinds(beside("ap-beijing", "plain"), beside("ap-shanghai", "encrypted:default"))).toEqual(["", "encrypted"]);
    expect(kinds(beside("ap-beijing", "plain"), beside("ap-beijing", "encrypted:default"))).toEqual([
      "to be encrypted",
      "encrypted",
    ]);
    expect(kinds(beside("ap-beijing", "plain"), beside("ap-beijing", "encrypted:default", "retired"))).toEqual([
      "",
      "encrypted",
    ]);
    expect(kinds(beside("ap-guangzhou", "plain"), beside("ap-guangzhou", "encrypted:default"))[0]).toBe("plain");
  });
});

it("tells the copies of two policies apart that one call makes", () => {
  const fixed = policy({ name: "fixed", to: ["ap-beijing"], copy: copySettings({ name: "latest" }) });
  const plan = planOf({ policies: [policy({ to: ["ap-shanghai"] }), fixed], observation: observation([image()]) });
  const { create: send } = viewOf(plan);
  expect(send.map(({ callIndex, policy: by, as, destinations }) => [callIndex, by, as, destinations])).toEqual(
    expect.arrayContaining([
      [0, "fixed", "latest", ["ap-beijing"]],
      [0, "golden", "golden-web", ["ap-shanghai"]],
    ]),
  );
  expect(textOf(viewOf(plan))).toContain("Plan: 2 copies to ask for in 1 call,");
});
