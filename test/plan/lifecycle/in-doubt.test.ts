// A request whose answer is lost: how long it stays in doubt, and what follows.
import { describe, expect, it } from "vitest";
import { tokenName } from "../../../lib/model/identity.ts";
import { CLOCK_SKEW, SYNC_TIMEOUT } from "../../../lib/model/time.ts";
import type { Claim } from "../../../lib/model/types.ts";
import { keyOf, LAB } from "../../support/builders.ts";
import { hours, NOW, SETTLE, world } from "../../support/plan-world.ts";

describe("a copy in doubt", () => {
  const requested = world()
    .policy({ to: ["ap-shanghai"] })
    .image();
  const inDoubt = (claim: Partial<Claim> = {}) => requested.copy("ap-shanghai", "requested", { record: { claim } });
  const token = (claimNumber: number) => tokenName(keyOf("ap-shanghai"), "golden-web", claimNumber, LAB);

  it("is recovered if an image with its token is visible", () => {
    const visible = { image: { state: "SYNCING" }, lineage: false } as const;
    const plan = requested.copy("ap-shanghai", "requested", visible).plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: copying"]);
    expect(plan.copies[0]).toMatchObject({ imageId: "img-root0001-ap-shanghai", claim: { token: token(1) } });
  });

  it("is not requested again while a signed request may still arrive", () => {
    const last = -30_000 + 300_000 + 60_000 + SETTLE;
    expect(
      inDoubt()
        .at(last - 1000)
        .plan().actions,
    ).toEqual([]);
    expect(inDoubt().at(last).plan().recordChanges).toEqual(["ap-shanghai: waiting (no-effect)"]);
  });

  it("is requested again SETTLE after our own request has ended, or a minute later by the clock of another process", () => {
    const theirs = inDoubt({ endedAt: NOW, sendFailure: "failed" });
    for (const [failed, wait] of [
      [theirs.ended("another process"), SETTLE],
      [theirs, SETTLE + CLOCK_SKEW],
    ] as const) {
      expect(failed.at(wait - 1000).plan().actions).toEqual([]);
      expect(failed.at(wait).plan().recordChanges).toEqual(["ap-shanghai: retrying (no-effect)"]);
    }
  });

  it("does not count as an attempt if the cloud was only busy or the process died", () => {
    for (const sendFailure of [{ sendFailure: "busy" as const }, {}]) {
      const plan = inDoubt({ endedAt: NOW, ...sendFailure })
        .at(SETTLE + CLOCK_SKEW)
        .plan();
      expect(plan.recordChanges).toEqual(["ap-shanghai: waiting (no-effect)"]);
      expect(plan.copies[0]).toMatchObject({ attempts: 0 });
    }
  });

  it("waits only SETTLE once its claimant has ended", () => {
    const plan = inDoubt().ended("another process").plan();
    expect(plan.recordChanges).toEqual(["ap-shanghai: requested"]);
    expect(plan.copies[0]).toMatchObject({ claim: { endedAt: NOW - 30_000 + SYNC_TIMEOUT } });
  });

  it("is missing only in an observation that began late enough", () => {
    expect(inDoubt().at(hours(1)).readAt(0).plan().actions).toEqual([]);
  });

  it("gets the next claim number when it is requested again", () => {
    const { sends } = requested.copy("ap-shanghai", "retrying", { record: { reason: "no-effect" } }).plan();
    expect(sends[0]?.token).toBe(token(2));
  });

  it("fails once the attempts are used up", () => {
    const claim = { endedAt: NOW - SETTLE - CLOCK_SKEW, sendFailure: "failed" } as const;
    const last = requested.copy("ap-shanghai", "requested", { record: { claim, progressedAt: NOW, attempts: 4 } });
    expect(last.plan().recordChanges).toEqual(["ap-shanghai: failed (no-effect)"]);
  });
});
