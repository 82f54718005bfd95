// Old versions that are deprecated by age.
import { describe, expect, it } from "vitest";

import { days, NOW } from "../../support/plan-world.ts";
import { deletions, free, idOf, kept, OLD, outdated, REGION } from "./old-version-world.ts";

describe("prune.deprecateAfter", () => {
  const after = (deprecateAfter: number, since: number) =>
    outdated({ since: NOW - since }).policy({ prune: { minAge: days(30), deprecateAfter } });
  const due = after(days(2), days(2));
  const DEPRECATE = `modify ${OLD}: deprecated = true`;

  it("deprecates an orphaned copy after that time, and records that it was not because of the source", () => {
    const plan = due.copy(REGION, "ready").plan();
    expect(plan.calls).toEqual([DEPRECATE]);
    expect(plan.copies[0]).toMatchObject({ deprecatedByUs: true, deprecatedByAge: true });
    expect(
      after(days(2), days(2) - 1)
        .copy(REGION, "ready")
        .plan().calls,
    ).toEqual([]);
  });

  it("deprecates no last version, and not because of a poll", () => {
    expect(due.copy(REGION, "failed").plan().calls).toEqual([]);
    expect(due.copy(REGION, "ready").sweep(false).plan().calls).toEqual([]);
  });

  const aged = outdated(
    { since: NOW - days(8), deprecatedByUs: true, deprecatedByAge: true },
    { image: { deprecated: true } },
  ).policy({ prune: { deprecateAfter: days(2) } });

  it("leaves the copy usable: it is deleted later, or replaces an older one", () => {
    expect(deletions(aged.copy(REGION, "ready"))).toEqual([`delete ${OLD}`]);
    expect(kept(aged.copy(REGION, "failed"))).toEqual([`${OLD} last-version`]);
    const older = free(aged.version(0).copy(REGION, "retired"), idOf(0)).version(2).copy(REGION, "failed");
    expect(older.plan().calls).toEqual([`modify ${idOf(0)}: deprecated = true`]);
    expect(deletions(older.change(idOf(0), { deprecated: true }))).toEqual([`delete ${idOf(0)}`]);
  });

  it("does not come again once a person has ended it, and goes on if it was only begun", () => {
    const ended = aged.copy(REGION, "ready").change(OLD, { deprecated: false });
    expect(ended.plan().calls.filter((call) => call.startsWith("modify"))).toEqual([]);
    const begun = outdated({
      deprecatedByAge: true,
      deprecatedByUs: true,
      repair: { differences: ["deprecation"], tries: 1, at: 0 },
    });
    const plan = begun
      .policy({ prune: { deprecateAfter: days(2) } })
      .copy(REGION, "ready")
      .plan();
    expect(plan.calls).toContain(`modify ${OLD}: deprecated = true`);
  });

  it("ends when the copy is desired again", () => {
    const desired = aged.policy({ select: { type: "custom", name: ["golden-*"] } });
    const plan = desired.plan();
    expect(plan.calls).toContain(`modify ${OLD}: deprecated = false`);
    expect(plan.copies[0]).not.toHaveProperty("deprecatedByAge");
  });

  it("becomes a recall if the source is deprecated as well", () => {
    const plan = aged.copy(REGION, "ready").change("img-root0001", { deprecated: true }).plan();
    expect(plan.copies[0]).not.toHaveProperty("deprecatedByAge");
    expect(plan.copies[0]).toMatchObject({ deprecatedByUs: true });
  });
});
