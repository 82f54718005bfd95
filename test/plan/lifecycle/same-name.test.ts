// A source that is made again under its name: the new copy gets the name, and the old one steps aside.
import { describe, expect, it } from "vitest";
import { replacedName } from "../../../lib/model/identity.ts";
import { RECHECK_AFTER } from "../../../lib/model/time.ts";
import { keyOf } from "../../support/builders.ts";
import { hours, minutes, NOW, type RecordFields, world } from "../../support/plan-world.ts";

const OLD = "img-root0001-ap-shanghai";
const NEW = "img-root0002-ap-shanghai";
const aside = replacedName(keyOf("ap-shanghai"), "golden-web");

describe("a source that was deleted and made again under its name", () => {
  const v1 = world()
    .policy({ to: ["ap-shanghai"] })
    .image()
    .copy("ap-shanghai", "ready");
  const rebuilt = v1
    .withoutSources()
    .image({ imageId: "img-root0002", createdAt: NOW - minutes(60) })
    .quota("ap-shanghai", 9)
    .shares(OLD, []);
  const finished = rebuilt.copy("ap-shanghai", "finishing", { of: "img-root0002" });

  it("is copied while its old copy keeps the name", () => {
    expect(rebuilt.plan().requests).toEqual(["img-root0002 → ap-shanghai"]);
    expect(rebuilt.plan().recordChanges).toEqual(["ap-shanghai: retired (deselected)"]);
  });

  it("gets the name once its copy is finished, in two calls", () => {
    const first = finished.plan();
    expect(first.calls).toEqual([`modify ${OLD}: name = ${aside}`]);
    const second = finished.after(first).change(OLD, { name: aside }).plan();
    expect(second.calls).toEqual([`modify ${NEW}: name = golden-web, description = a golden image`]);
  });

  it("waits for the name until the policy has run alone for some time", () => {
    const brake = { since: NOW, until: NOW + minutes(20), isUnconfirmed: false };
    const plan = finished.option({ brake }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.waits).toMatchObject([{ reason: { code: "policy-too-new" }, until: brake.until }]);
    expect(plan.problems).toEqual([]);
    const unconfirmed = finished.option({ brake: { ...brake, isUnconfirmed: true } }).plan();
    expect(unconfirmed.calls).toEqual([]);
    expect(unconfirmed.problems).toMatchObject([{ code: "unconfirmed-policy" }]);
    const free = finished.change(OLD, { name: aside }).option({ brake }).plan();
    expect(free.calls).toEqual([`modify ${NEW}: name = golden-web, description = a golden image`]);
  });

  describe("that cannot have the name yet", () => {
    const waiting = (record: RecordFields, phase: "copying" | "finishing" | "stuck" = "finishing") =>
      rebuilt.copy("ap-shanghai", phase, { of: "img-root0002", image: { state: "NORMAL" }, record });
    const since = (brakeSince: number) => ({
      brake: { since: brakeSince, until: brakeSince + hours(2), isUnconfirmed: false },
    });
    const held = (ago: number) => waiting({ nameHold: "name-held", progressedAt: NOW - ago });

    it("is recorded as finishing, with the reason, once", () => {
      for (const given of [waiting({}, "copying"), waiting({})]) {
        const first = given.option(since(NOW)).plan();
        expect(first.recordChanges).toContain("ap-shanghai: finishing");
        expect(first.copies.find(({ key }) => key.rootId === "img-root0002")).toMatchObject({
          nameHold: { code: "name-held" },
        });
        expect(given.after(first).option(since(NOW)).plan().recordChanges).toEqual([]);
      }
    });

    it("needs a person after stuckAfter if the policy has changed again since", () => {
      expect(held(hours(1)).option(since(NOW)).plan().recordChanges).not.toContain("ap-shanghai: stuck (name-held)");
      const { recordChanges, copies } = held(hours(1) + 1)
        .option(since(NOW))
        .plan();
      expect(recordChanges).toContain("ap-shanghai: stuck (name-held)");
      const [copy] = copies.filter(({ key }) => key.rootId === "img-root0002");
      expect(copy).toMatchObject({ phase: "stuck", notBefore: NOW + RECHECK_AFTER });
      expect(copy && "reason" in copy && copy.reason.text).toContain(OLD);
    });

    it("needs none while the policy has been the same since it was finished", () => {
      const same = held(hours(1) + 1)
        .option(since(NOW - hours(1) - 1))
        .plan();
      expect(same.recordChanges).not.toContain("ap-shanghai: stuck (name-held)");
    });

    it("needs a person, too, if the older copy is busy for that long", () => {
      const busy = held(hours(1) + 1).change(OLD, { state: "SYNCING" });
      expect(busy.plan().recordChanges).toContain("ap-shanghai: stuck (name-held)");
    });

    it("gets it however long it has waited", () => {
      for (const given of [held(hours(9)), waiting({ reason: "name-held", notBefore: NOW }, "stuck")]) {
        expect(given.plan().calls).toEqual([`modify ${OLD}: name = ${aside}`]);
        expect(given.plan().copies.find(({ key }) => key.rootId === "img-root0002")).not.toHaveProperty("nameHold");
      }
    });
  });

  it("gets the name from a copy that is shared as this program shared it, for the policy of then", () => {
    const given = { golden: { accounts: ["100000000004"], tags: {}, families: [] } };
    const shared = finished.copy("ap-shanghai", "retired", { of: "img-root0001", record: { given } });
    const { actions } = shared.shares(OLD, ["100000000004"]).plan();
    expect(actions).toMatchObject([{ do: "record" }, { do: "modify", mayUnshareTemporarily: ["100000000004"] }]);
  });

  it("gets the name from a copy that was orphaned before", () => {
    const orphaned = finished.copy("ap-shanghai", "retired", { of: "img-root0001" });
    expect(orphaned.plan().calls).toEqual([`modify ${OLD}: name = ${aside}`]);
  });

  it("gets the name from a copy of a newer version whose source was deleted", () => {
    const older = v1.withoutSources().image({ imageId: "img-root0002", createdAt: NOW - hours(9000) });
    const orphaned = older.shares(OLD, []).copy("ap-shanghai", "retired");
    const plan = orphaned.copy("ap-shanghai", "finishing", { of: "img-root0002" }).plan();
    expect(plan.calls).toEqual([`modify ${OLD}: name = ${aside}`]);
  });

  it("does not get the name of a copy whose source may still exist", () => {
    expect(finished.unread("ap-guangzhou").plan().calls).not.toContain(`modify ${OLD}: name = ${aside}`);
  });

  it("is blocked by an old copy that is shared with an account which no policy names", () => {
    const plan = rebuilt.shares(OLD, ["100000000009"]).plan();
    expect(plan.requests).toEqual([]);
    expect(plan.recordChanges).toContain("ap-shanghai: blocked (name-taken)");
  });

  it("does not become ready while its old copy is shared with such an account, and says so", () => {
    const held = finished.shares(OLD, ["100000000009"]);
    const plan = held.plan();
    expect(plan.calls).toEqual([]);
    expect(plan.recordChanges).toContain("ap-shanghai: stuck (name-taken)");
    expect(held.after(plan).at(minutes(11)).plan().actions).toEqual([]);
    const ended = held.after(plan).shares(OLD, []).at(minutes(11)).plan();
    expect(ended.calls).toEqual([`modify ${OLD}: name = ${aside}`]);
  });

  it("asks with whom the old copy is shared", () => {
    const plan = v1
      .withoutSources()
      .image({ imageId: "img-root0002", createdAt: NOW - minutes(60) })
      .plan();
    expect(plan.questions).toContainEqual({ ask: "shares", region: "ap-shanghai", imageId: OLD });
    expect(plan.requests).toEqual([]);
  });

  it("moves the name together with the family: in no region before all copies are finished", () => {
    const together = finished
      .policy({ to: ["ap-shanghai", "ap-beijing"], copy: { family: "golden", publish: "together" } })
      .copy("ap-beijing", "copying", { of: "img-root0002" });
    const held = together.plan();
    expect(held.calls).toEqual([]);
    expect(held.recordChanges).toContain("ap-shanghai: finishing");
    const all = together.copy("ap-beijing", "finishing", { of: "img-root0002", name: "final" });
    const allHeld = all.after(all.plan());
    expect(allHeld.plan().calls).toContain(`modify ${OLD}: name = ${aside}`);
  });
});

describe("a source that was renamed while another one was made under its name", () => {
  it("has a copy that follows to the new name, and keeps it", () => {
    const both = world()
      .policy({ to: ["ap-shanghai"] })
      .image({ name: "golden-web" })
      .copy("ap-shanghai", "ready")
      .image({ name: "golden-old" })
      .image({ imageId: "img-root0002", createdAt: NOW - minutes(60) })
      .copy("ap-shanghai", "finishing", { of: "img-root0002" });
    expect(both.shares(OLD, []).plan().calls).toEqual([`modify ${OLD}: name = golden-old`]);
  });

  it("is blocked by another copy that is desired under the name", () => {
    const plan = world()
      .policy({ to: ["ap-shanghai"] })
      .image()
      .copy("ap-shanghai", "ready")
      .image({ imageId: "img-root0002", createdAt: NOW - minutes(60) })
      .plan();
    expect(plan.requests).toEqual([]);
    expect(plan.recordChanges).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });

  it("keeps the name if policies contradict each other about its copy", () => {
    const disputed = world()
      .policies(
        { to: ["ap-shanghai"] },
        {
          name: "other",
          to: ["ap-shanghai"],
          copy: { name: "x-{{name}}" },
          select: { type: "custom", name: ["golden-old"] },
        },
      )
      .image({ name: "golden-web" })
      .copy("ap-shanghai", "ready")
      .image({ name: "golden-old" })
      .image({ imageId: "img-root0002", createdAt: NOW - minutes(60) });
    const plan = disputed.copy("ap-shanghai", "finishing", { of: "img-root0002" }).plan();
    expect(plan.calls.filter((call) => call.startsWith(`modify ${OLD}`))).toEqual([]);
  });
});
