// A plan that is made long after the reading: what was absent then may have appeared since.
import { describe, expect, it } from "vitest";
import { CLOCK_SKEW, SYNC_TIMEOUT } from "../../lib/model/time.ts";
import { hours, minutes, NOW, SETTLE, type World, world } from "../support/plan-world.ts";

const source = world()
  .policy({ to: ["ap-shanghai"] })
  .image();
const missing = { image: "absent", record: { missingSince: NOW } } as const;
const unseen = { image: "absent", record: { claim: { endedAt: NOW } } } as const;
const refused = { record: { reason: "requested-with-others", inDoubtUntil: NOW + minutes(3) } };

describe("an absent image counts only if the reading began late enough, and not if only the plan is late", () => {
  it.each<[string, World, number, string]>([
    ["gone", source.copy("ap-shanghai", "ready", missing), SETTLE + CLOCK_SKEW, "ap-shanghai: waiting (gone)"],
    [
      "gone after its request",
      source.copy("ap-shanghai", "copying", unseen),
      SETTLE + CLOCK_SKEW,
      "ap-shanghai: copying",
    ],
    [
      "not requested",
      source.copy("ap-shanghai", "requested", { record: { claim: { endedAt: NOW } } }),
      SETTLE + CLOCK_SKEW,
      "ap-shanghai: waiting (no-effect)",
    ],
    [
      "not requested by a dead process",
      source
        .copy("ap-shanghai", "requested", { record: { claim: { endedAt: NOW + SYNC_TIMEOUT } } })
        .ended("another process"),
      SETTLE + SYNC_TIMEOUT,
      "ap-shanghai: waiting (no-effect)",
    ],
  ])("%s", (_, given, at, change) => {
    expect(
      given
        .at(hours(1))
        .readAt(at - 1)
        .plan().recordChanges,
    ).toEqual([]);
    expect(given.at(hours(1)).readAt(at).plan().recordChanges).toEqual([change]);
  });

  it("waits for a later reading because of a call that was refused, and not because of a loss", () => {
    const early = source.copy("ap-shanghai", "waiting", refused).at(hours(1)).readAt(minutes(2)).plan();
    expect(early.copies).toMatchObject([{ phase: "waiting", reason: { code: "refusal-in-doubt" } }]);
  });

  it.each<[string, World, number]>([
    ["after the state was lost", source.stateLost(minutes(10)), minutes(10)],
    [
      "after a call that was refused for another destination",
      source.copy("ap-shanghai", "waiting", refused),
      minutes(3),
    ],
  ])("it is requested %s", (_, given, at) => {
    expect(
      given
        .at(hours(1))
        .readAt(at - 1)
        .plan().requests,
    ).toEqual([]);
    expect(given.at(hours(1)).readAt(at).plan().requests).toEqual(["img-root0001 → ap-shanghai"]);
  });

  it("is missing since the plan, so that two late plans of one time are not two observations", () => {
    const absent = source.copy("ap-shanghai", "ready", { image: "absent" });
    const plan = absent.at(hours(1)).readAt(0).plan();
    expect(plan.copies).toMatchObject([{ missingSince: NOW + hours(1) }]);
  });
});
