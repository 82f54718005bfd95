// A wait that was recorded by a process whose clock was wrong: it keeps no copy waiting for long.
import { describe, expect, it } from "vitest";
import { NOW } from "../../support/builders.ts";
import { world } from "../../support/plan-world.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

describe("a wait that is further away than any wait is over", () => {
  it.each([
    ["waiting", 1 * MINUTE, 0],
    ["waiting", 30 * MINUTE, 0],
    ["waiting", 2 * DAY, 1],
    ["retrying", 30 * MINUTE, 0],
    ["retrying", 2 * DAY, 1],
    ["blocked", 10 * MINUTE, 0],
    ["blocked", 2 * DAY, 1],
  ] as const)("of a %s copy, %i ms away", (phase, away, sends) => {
    const plan = world()
      .image()
      .copy("ap-shanghai", phase, { record: { reason: "busy", notBefore: NOW + away } })
      .sweep()
      .plan();
    expect(plan.calls.filter((call) => call.includes("ap-shanghai"))).toHaveLength(sends);
  });

  it.each([
    [10 * MINUTE, 0],
    [2 * DAY, 1],
  ])("of a stuck copy, %i ms away", (away, calls) => {
    const plan = world()
      .image()
      .copy("ap-shanghai", "stuck", { image: { state: "NORMAL" }, record: { reason: "busy", notBefore: NOW + away } })
      .sweep()
      .plan();
    expect(plan.calls.filter((call) => call.includes("ap-shanghai"))).toHaveLength(calls);
  });
});
