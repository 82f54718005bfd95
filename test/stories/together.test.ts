// `publish: together` with a region that gets nowhere: after `stuckAfter` the family moves without it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { copySettings, policy } from "../support/builders.ts";
import { type Instance, sweep } from "../support/world.ts";
import { FACTORY, HOUR, MINUTE, type Story, story } from "./story.ts";

const golden = policy({
  to: ["ap-shanghai", "ap-beijing"],
  copy: copySettings({ family: "golden", publish: "together" }),
  stuckAfter: 30 * MINUTE,
});

let s: Story;
let program: Instance;
beforeEach(async () => {
  s = await story();
  program = s.program(FACTORY, [golden]);
});
afterEach(() => s.t.close());

const pointed = () => s.pointed(FACTORY, "ap-shanghai", "golden");

/** The region ap-beijing fails with this error from now on. */
function failWith(code: string, message: string): void {
  endFaults(s.t.world);
  addFault(s.t.world, {
    match: { service: "cvm", region: "ap-beijing", times: 0 },
    effect: { kind: "error", code, message },
  });
}

describe("a family does not wait for ever", () => {
  it("for a region whose error has other words each time", { timeout: 120_000 }, async () => {
    s.bake("golden-1", "golden");
    let times = 0;
    failWith("ResourceUnavailable", "try later");
    await s.pass(2, [program], () => {
      times += 1;
      failWith(times % 20 === 0 ? "FailedOperation" : "ResourceUnavailable", `try later [request id: ${times}]`);
    });
    expect(pointed()).toBe("golden-1");
  });

  it("for a copy that is refused as busy each time, which a person is told", { timeout: 120_000 }, async () => {
    await replicate(sweep, program);
    s.bake("golden-1", "golden");
    failWith("ResourceUnavailable", "try later");
    await replicate(sweep, program);
    endFaults(s.t.world);
    addFault(s.t.world, {
      match: { action: "SyncImages", times: 0 },
      effect: { kind: "error", code: "InvalidImageId.IncorrectState" },
    });
    await s.pass(2, [program]);
    expect(pointed()).toBe("golden-1");
    const { copies, problems } = await replicate(sweep, program);
    expect(exitCodeOf(summarise(copies, problems))).toBe(3);
    expect(copies.find(({ key }) => key.region === "ap-beijing")).toMatchObject({
      phase: "blocked",
      reason: { code: "InvalidImageId.IncorrectState" },
    });
    // It is tried again all the same.
    endFaults(s.t.world);
    await s.pass(1, [program]);
    expect(s.pointed(FACTORY, "ap-beijing", "golden")).toBe("golden-1");
  });

  it("for a copy of which one attempt after the other fails", { timeout: 120_000 }, async () => {
    s.bake("golden-1", "golden");
    addFault(s.t.world, {
      match: { action: "SyncImages", times: 0 },
      effect: { kind: "fail-copy", percent: 40, destination: "ap-beijing" },
    });
    await s.pass(2, [s.program(FACTORY, [{ ...golden, attempts: 20 }])]);
    expect(pointed()).toBe("golden-1");
  });

  it("but it waits for a copy that makes progress", { timeout: 120_000 }, async () => {
    addFault(s.t.world, {
      match: { action: "SyncImages", dryRun: false },
      effect: { kind: "stick-copy", percent: 50, destination: "ap-beijing" },
    });
    s.bake("golden-1", "golden");
    await s.pass(0.5, [program]);
    expect(pointed()).toBeUndefined();
    s.t.pass(HOUR);
    await s.pass(0.5, [program]);
    expect(pointed()).toBe("golden-1");
  });
});
