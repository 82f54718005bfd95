// A copy in progress: from the first sight of its image until it is ready, fails or disappears.
import { describe, expect, it } from "vitest";
import { CLOCK_SKEW } from "../../../lib/model/time.ts";
import { type CopyFields, hours, minutes, NOW, SETTLE, UNANSWERED, world } from "../../support/plan-world.ts";

const COPY = "img-root0001-ap-shanghai";
const FRIEND = "100000000003";

describe("a copy in progress", () => {
  const requested = world()
    .policy({ to: ["ap-shanghai"] })
    .image();
  const copying = (fields?: CopyFields) => requested.copy("ap-shanghai", "copying", fields).plan();
  const actions = (fields?: CopyFields) => copying(fields).actions.map((action) => action.do);

  it("is tagged as soon as its id is known", () => {
    expect(actions({ lineage: false })).toEqual(["tag"]);
    expect(actions()).toEqual([]);
  });

  it("keeps its token until its tags are read back", () => {
    expect(actions({ image: { state: "NORMAL" }, lineage: false })).toEqual(["record", "tag"]);
    expect(actions({ image: { state: "NORMAL" } })).toEqual(["record", "modify"]);
  });

  it("is not NORMAL at 100 %", () => {
    expect(actions({ image: { syncPercent: 100 } })).toEqual(["record"]);
  });

  it("is ready once its name and tags are read back", () => {
    const finishing = requested.copy("ap-shanghai", "finishing", { name: "final" });
    const plan = finishing.plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: ready"]);
    expect(finishing.after(plan).plan().actions).toEqual([]);
  });

  it("is blocked after stuckAfter if its shares cannot be read", () => {
    const finishing = requested
      .policy({ copy: { shareWith: [FRIEND] } })
      .copy("ap-shanghai", "finishing", { name: "final" })
      .shares(COPY, UNANSWERED);
    const early = finishing.plan();
    expect(early.recordChanges).toEqual([]);
    expect(early.problems.map(({ code }) => code)).toEqual([expect.stringMatching("unanswered")]);
    const late = finishing.at(hours(1)).plan();
    expect(late.recordChanges).toEqual([expect.stringMatching("stuck .unanswered")]);
    const answered = finishing.after(late).shares(COPY, [FRIEND]).at(hours(2));
    expect(answered.plan().recordChanges).toEqual(["ap-shanghai: ready"]);
  });

  it("is retried with backoff if the copy fails in the cloud", () => {
    const plan = copying({ image: { state: "CREATEFAILED" }, lineage: false });
    expect(plan.recordChanges).toEqual(["ap-shanghai: retrying (copy-failed)"]);
    expect(plan.copies[0]).toMatchObject({ attempts: 1, notBefore: NOW + 30_000 });
  });

  it("is stuck without progress for stuckAfter, and continues once it is NORMAL", () => {
    const stalled = requested.copy("ap-shanghai", "copying", {
      image: { syncPercent: 40 },
      record: { percent: 40, progressedAt: NOW - hours(1) - 1 },
    });
    const stuck = stalled.plan();
    expect(stuck.recordChanges).toEqual(["ap-shanghai: stuck (stuck)"]);
    const later = stalled.after(stuck).change(COPY, { state: "NORMAL" });
    expect(later.plan().recordChanges).toEqual(["ap-shanghai: finishing"]);
  });

  const missing = requested.copy("ap-shanghai", "copying", {
    image: "absent",
    record: { claim: { endedAt: NOW - SETTLE - CLOCK_SKEW }, progressedAt: NOW },
  });

  it("is gone only if it is missing twice, SETTLE apart", () => {
    const once = missing.plan();
    expect(once.copies[0]).toMatchObject({ phase: "copying", missingSince: NOW });
    expect(missing.after(once).at(1000).plan().actions).toEqual([]);
    const twice = missing.after(once).at(SETTLE + CLOCK_SKEW);
    expect(twice.plan().recordChanges).toEqual(["ap-shanghai: retrying (gone)"]);
  });

  it("is missing since the end of the first observation, which may take long", () => {
    const once = missing.at(minutes(15)).readAt(0).plan();
    const soon = missing.after(once).at(minutes(15) + 30_000);
    expect(soon.plan().recordChanges).toEqual([]);
  });
});
