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
      copy: { phase: "finishing", publicationHold: { code: "publication-held" } },
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
    ["waiting for too long, whatever it waited for", "waiting", { updatedAt: NOW, delayedSince: NOW - hours(1) - 1 }],
    ["requested again", "requested", { delayedSince: NOW - hours(1) - 1, claim: { claimedAt: NOW } }],
    [
      "copied again after an attempt that failed long ago",
      "copying",
      { attempts: 1, delayedSince: NOW - hours(1) - 1, percent: 40, progressedAt: NOW },
    ],
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

  it("leaves out a late copy until its image is recorded, though the cloud shows that already", () => {
    const record = { delayedSince: NOW - hours(1) - 1, claim: { claimedAt: NOW } };
    const requested = named.copy("ap-beijing", "requested", { record, image: { state: "SYNCING" } });
    const first = requested.plan();
    expect(first.calls).toEqual(joining);
    expect(first.recordChanges).toContain("ap-beijing: copying");
    expect(requested.after(first).plan().calls).toEqual([]);
  });

  it("waits for a copy that makes progress in its first attempt, however late that began", () => {
    const record = { delayedSince: NOW - hours(9), percent: 40, progressedAt: NOW };
    expect(named.copy("ap-beijing", "copying", { record }).plan().calls).toEqual([]);
  });

  it("waits for a copy while the one that it is made from makes progress", () => {
    const encrypting = named.policy({ copy: { regions: { "ap-beijing": { encrypt: {} } } } });
    const awaiting = {
      variant: "encrypted:default",
      record: { reason: "parent-not-ready", updatedAt: NOW - hours(9) },
    } as const;
    const given = encrypting.copy("ap-beijing", "waiting", awaiting);
    const progress = (progressedAt: number) =>
      given.copy("ap-beijing", "copying", { name: "intermediate", record: { percent: 40, progressedAt } }).plan().calls;
    expect(progress(NOW)).not.toContain(joining[0]);
    expect(progress(NOW - hours(2))).toContain(joining[0]);
  });

  it("measures the delay from the first time that the copy was desired, over all reasons and tries", () => {
    const since = (given: World) => given.plan().copies.find(({ key }) => key.region === "ap-beijing")?.delayedSince;
    const record = { delayedSince: NOW - 7, notBefore: NOW - 1 };
    expect(since(named.unreadable("ap-beijing"))).toBe(NOW);
    expect(since(named.copy("ap-beijing", "waiting", { record }).unreadable("ap-beijing"))).toBe(NOW - 7);
    const failed = (attempts: number) =>
      since(named.copy("ap-beijing", "copying", { image: { state: "CREATEFAILED" }, record: { ...record, attempts } }));
    expect([failed(0), failed(1)]).toEqual([NOW, NOW - 7]);
    expect(since(named.copy("ap-beijing", "finishing", { name: "final", ...ready, record }))).toBeUndefined();
  });

  it("says which regions it will leave out when it requests the copies, also if they are blocked only now", () => {
    const requested = world()
      .policy({ to: ["ap-shanghai", "ap-beijing"], copy: { family: "golden", publish: "together" } })
      .image()
      .otherImage({ region: "ap-beijing", imageId: "img-byhand01", name: "golden-web" })
      .sweep();
    const plan = requested.plan();
    expect(plan.calls).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(plan.warnings.map(({ text }) => text)).toEqual([
      "family golden will move to the copies of img-root0001, without ap-beijing",
    ]);
  });

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
