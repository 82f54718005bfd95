// The deprecation of a copy, which follows its source, and its end.
import { describe, expect, it } from "vitest";
import { ROLLED_BACK_TAG } from "../../../lib/model/identity.ts";
import { type World, world } from "../../support/plan-world.ts";

const COPY = "img-root0001-ap-shanghai";

describe("deprecation", () => {
  const base = world()
    .policy({ to: ["ap-shanghai"], copy: { family: "inherit" } })
    .image({ family: "golden" })
    .sweep();
  const family = "golden";
  const orphaned = base.copy("ap-shanghai", "retired", { image: { family } });
  const recalled = orphaned.change("img-root0001", { deprecated: true });

  it("follows the source, even with onDrift: report", () => {
    for (const onDrift of ["repair", "report"] as const) {
      const plan = recalled.policy({ onDrift }).plan();
      expect(plan.calls).toEqual([`modify ${COPY}: deprecated = true`]);
      expect(plan.copies[0]).toMatchObject({ phase: "retired", deprecatedByUs: true });
    }
  });

  it("is undone when the source is no longer deprecated, if this program had set it", () => {
    const image = { family, deprecated: true };
    const ours = base.copy("ap-shanghai", "ready", { image, record: { deprecatedByUs: true } });
    expect(ours.plan().calls).toEqual([`modify ${COPY}: deprecated = false`]);
    expect(base.copy("ap-shanghai", "ready", { image }).plan().calls).toEqual([]);
  });

  it("is removed from the record if it was undone by hand", () => {
    const plan = base.copy("ap-shanghai", "ready", { image: { family }, record: { deprecatedByUs: true } }).plan();
    expect(plan.calls).toEqual([]);
    expect(plan.copies[0]).not.toHaveProperty("deprecatedByUs");
  });

  it("stays recorded as ours when the source is selected again", () => {
    const fields = { image: { family, deprecated: true }, record: { deprecatedByUs: true } } as const;
    const plan = base.copy("ap-shanghai", "retired", fields).plan();
    expect(plan.copies[0]).toMatchObject({ phase: "ready", deprecatedByUs: true });
  });

  it("stays while the copy is rolled back", () => {
    const image = { deprecated: true, family: "", tags: { [ROLLED_BACK_TAG]: "golden" } };
    const rolledBack = base.copy("ap-shanghai", "ready", { image, record: { family, deprecatedByUs: true } });
    expect(rolledBack.plan().calls).toEqual([]);
  });

  it.each<[string, World]>([
    ["without lineage tags", recalled.change(COPY, { tags: {} })],
    ["that was adopted", recalled.copy("ap-shanghai", "retired", { image: { family }, record: { adopted: true } })],
    ["that is deprecated already", recalled.change(COPY, { deprecated: true })],
    ["that is not NORMAL", recalled.change(COPY, { state: "SYNCING" })],
  ])("does not follow the source on a copy %s", (_, given) => {
    expect(given.plan().calls).toEqual([]);
  });

  it("does not follow the source if the policy is gone or disabled", () => {
    for (const given of [recalled.policies(), recalled.policy({ enabled: false })])
      expect(given.plan().calls).toEqual([]);
  });
});
