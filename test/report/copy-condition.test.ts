// The two axes of a copy: as desired, and healthy.
import { describe, expect, it } from "vitest";
import { type AsDesired, conditionOf, type Health, needsManualAction } from "../../lib/report/copies/copy-condition.ts";
import { NOW } from "../support/builders.ts";
import { type RecordFields, recordOf, type Stage } from "../support/plan-copy.ts";

const HOUR = 3_600_000;
const repair = { differences: ["tags a"], tries: 1, at: NOW - HOUR };
const refusals = [{ kind: "account", item: "100000000009", code: "InvalidParameter", at: NOW }] as const;

describe("the condition of a copy", () => {
  it.each<[Stage, RecordFields, AsDesired, Health]>([
    ["waiting", {}, "not yet", "waiting"],
    ["requested", {}, "not yet", "progressing"],
    ["copying", {}, "not yet", "progressing"],
    ["copying", { missingSince: NOW }, "not yet", "missing"],
    ["finishing", {}, "not yet", "progressing"],
    ["finishing", { publicationHold: "publish-together" }, "not yet", "waiting"],
    ["finishing", { nameHold: "name-held" }, "not yet", "waiting"],
    ["stuck", {}, "not yet", "stuck"],
    ["retrying", {}, "not yet", "retrying"],
    ["failed", {}, "not yet", "failed"],
    ["blocked", {}, "not yet", "blocked"],
    ["blocked", { lastImageId: "img-gone0001" }, "no", "blocked"],
    ["ready", {}, "yes", "ok"],
    ["ready", { rolledBackFrom: "web" }, "yes", "ok"],
    ["ready", { missingSince: NOW }, "no", "missing"],
    ["ready", { repair }, "no", "repairing"],
    ["ready", { repair: { ...repair, tries: 5 } }, "no", "stuck"],
    ["ready", { pendingReshare: ["100000000009"] }, "no", "retrying"],
    ["ready", { refusals }, "no", "retrying"],
    ["retired", {}, "no longer", "ok"],
    ["retired", { refusedDeletion: { code: "ImageInUse", tries: 2, at: NOW } }, "no longer", "retrying"],
    ["ended", {}, "no longer", "ok"],
  ])("%s %o is as desired: %s, healthy: %s", (stage, fields, asDesired, healthy) => {
    const condition = conditionOf(recordOf("ap-shanghai", stage, fields), NOW);
    expect(condition).toMatchObject({ asDesired, healthy });
    expect(condition.differences.length > 0).toBe(asDesired === "no");
    expect(condition.elapsedMs === null).toBe(healthy === "ok");
    expect(needsManualAction(condition)).toBe(["failed", "blocked", "stuck"].includes(healthy));
  });

  it("says how long it has lasted, by the first delay and not by the last change", () => {
    const retrying = recordOf("ap-shanghai", "retrying", { delayedSince: NOW - HOUR, notBefore: NOW + 5000 });
    expect(conditionOf(retrying, NOW)).toMatchObject({ elapsedMs: HOUR, nextAt: NOW + 5000 });
    expect(conditionOf(recordOf("ap-shanghai", "copying"), NOW).elapsedMs).toBe(60_000);
    expect(conditionOf(recordOf("ap-shanghai", "copying"), NOW - HOUR).elapsedMs).toBe(0);
  });
});
