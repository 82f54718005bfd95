// `publish: together`: when a family moves, and which regions it leaves out.
import { describe, expect, it } from "vitest";
import type { Image } from "../../../lib/model/types.ts";
import { hours, NOW, type RecordFields, type Stage, type World, world } from "../../support/plan-world.ts";

const COPY = "img-root0001-ap-shanghai";
const FRIEND = "100000000003";
const together = world()
  .policy({ copy: { family: "inherit", publish: "together" } })
  .image({ family: "golden" });
const held = { name: "final", record: { publicationHold: "publication-held" } } as const;
const [naming, joining] = [
  [`modify ${COPY}: name = golden-web, description = a golden image`],
  [`modify ${COPY}: family = golden`],
];

describe("publish: together", () => {
  /** The copy in ap-shanghai is finished and named, and not in its family yet. */
  const named = together.copy("ap-shanghai", "finishing", { name: "final" });
  const ready = { image: { family: "golden" } };

  it("names a copy without its family while another copy is unfinished", () => {
    const plan = together.copy("ap-shanghai", "finishing").copy("ap-beijing", "copying").plan();
    expect(plan.calls).toEqual(naming);
  });

  it("holds the family back, and records this once", () => {
    const waiting = named.copy("ap-beijing", "copying");
    const first = waiting.plan();
    expect(first.calls).toEqual([]);
    expect(first.actions[0]).toMatchObject({
      event: "publication-held",
      copy: { state: "finishing", publicationHold: { code: "publication-held" } },
      text: "published together with the copies in ap-beijing, which are not finished yet",
    });
    expect(waiting.after(first).plan().actions).toEqual([]);
  });

  it("moves the family in all regions when the last copy is finished", () => {
    const plan = together.copy("ap-shanghai", "finishing", held).copy("ap-beijing", "finishing", held).plan();
    expect(plan.calls.toSorted()).toEqual(["modify img-root0001-ap-beijing: family = golden", ...joining]);
  });

  it("does not wait for a copy that is held itself, nor for one that is ready", () => {
    expect(named.copy("ap-beijing", "finishing", held).plan().calls).toContain(joining[0]);
    expect(named.copy("ap-beijing", "ready", ready).plan().calls).toEqual(joining);
  });

  it.each<[string, Stage, RecordFields]>([
    ["blocked", "blocked", { notBefore: NOW + 1 }],
    ["failed", "failed", {}],
    ["stuck", "copying", { percent: 40, progressedAt: NOW - hours(1) - 1 }],
    ["waiting for too long", "waiting", { notBefore: NOW + 1, updatedAt: NOW - hours(1) - 1 }],
  ])("leaves out a region whose copy is %s, with a warning", (_, stage, record) => {
    const plan = named.copy("ap-beijing", stage, { record }).plan();
    expect(plan.calls).toContain(joining[0]);
    expect(plan.warnings).toMatchObject([{ code: "left-out" }]);
    expect(plan.warnings[0]?.text).toBe(
      "family golden moves to the copy of img-root0001 in ap-shanghai, without ap-beijing",
    );
  });

  it.each<Stage[]>([["waiting"], ["retrying"]])(
    "waits for a region whose copy has been %s for a short time only",
    (stage) => {
      const plan = named.copy("ap-beijing", stage, { record: { notBefore: NOW + 1 } }).plan();
      expect(plan.calls).toEqual([]);
      expect(plan.recordChanges).toEqual(["ap-shanghai: finishing"]);
    },
  );

  it("leaves out a region that the policy blocks", () => {
    const plan = named.policy({ to: ["ap-shanghai", "ap-hongkong"] }).plan();
    expect(plan.calls).toEqual(joining);
    expect(plan.warnings[0]?.text).toMatch(/without ap-hongkong$/);
  });

  it("waits for the encrypted copy of a region, not for its intermediate copy", () => {
    const encrypting = named.policy({ copy: { regions: { "ap-beijing": { encrypt: {} } } } });
    const first = encrypting.copy("ap-beijing", "ready", { name: "intermediate" }).plan();
    expect(first.calls).toEqual(["send img-root0001-ap-beijing → ap-beijing"]);
    const encrypted = encrypting.copy("ap-beijing", "ready", { ...ready, variant: "encrypted:default" });
    expect(encrypted.plan().calls).toEqual(joining);
  });
});

describe("publish: each", () => {
  it("sets the family in the call that names the copy, whatever the state of the others", () => {
    const each = together.policy({ copy: { publish: "each" } });
    const plan = each.copy("ap-shanghai", "finishing").copy("ap-beijing", "copying").plan();
    expect(plan.calls).toEqual([`${naming[0]}, family = golden`]);
  });
});

it("a copy is named, then joins its family, then is shared; each step is verified before the next", () => {
  const shared = together.policy({ to: ["ap-shanghai"], copy: { shareWith: [FRIEND] } });
  const step = (image: Partial<Image>) => shared.copy("ap-shanghai", "finishing", { image });
  const calls = (given: World) => given.plan().calls;
  const untagged = shared.copy("ap-shanghai", "finishing", { lineage: false });
  expect(calls(untagged)).toEqual([expect.stringMatching(`^tag ${COPY}`)]);
  expect(calls(step({}))).toEqual([`${naming[0]}, family = golden`]);
  expect(calls(step({ name: "golden-web" }))).toEqual(joining);
  const published = step({ name: "golden-web", family: "golden" });
  expect(calls(published)).toEqual([]);
  expect(published.plan().questions).toEqual([{ ask: "shares", region: "ap-shanghai", imageId: COPY }]);
  expect(calls(published.shares(COPY, []))).toEqual([`share ${COPY}: ${FRIEND}`]);
  expect(published.shares(COPY, [FRIEND]).plan().recordChanges).toEqual(["ap-shanghai: ready"]);
});
