// An empty state over copies of ours in the cloud: what is recovered, and what stays in doubt.

import { describe, expect, it } from "vitest";
import { makePlan } from "../../../lib/plan/plan.ts";
import { knownAccount } from "../../../lib/record/account-record.ts";
import { recordFirstContact } from "../../../lib/record/first-contact.ts";
import { ACCOUNT, LAB } from "../../support/builders.ts";
import { memoryState } from "../../support/memory-state.ts";
import { minutes, NOW, type World, world } from "../../support/plan-world.ts";

describe("an empty state", () => {
  const lost = world().image().stateLost(minutes(1));

  it("recovers finished and unfinished copies by their ownership markers", () => {
    const plan = lost
      .copy("ap-shanghai", "ready", { record: "absent" })
      .copy("ap-beijing", "copying", { record: "absent", lineage: false })
      .plan();
    expect(plan.recordChanges).toEqual(["ap-beijing: copying", "ap-shanghai: ready"]);
    expect(plan.requests).toEqual([]);
  });

  it("treats a copy that is not visible as in doubt, not as missing, until every request must have ended", () => {
    const plan = lost.plan();
    expect(plan.recordChanges).toEqual([
      "ap-beijing: waiting (unknown-after-loss)",
      "ap-shanghai: waiting (unknown-after-loss)",
    ]);
    const later = lost.after(plan).at(minutes(1)).plan();
    expect(later.requests).toEqual(["img-root0001 → ap-beijing", "img-root0001 → ap-shanghai"]);
  });
});

it("a named copy that stays SYNCING is blocked after stuckAfter, and is recovered once it is NORMAL", () => {
  const busy = world()
    .policy({ to: ["ap-shanghai"] })
    .image()
    .copy("ap-shanghai", "ready", { record: "absent", image: { state: "SYNCING" } })
    .sweep();
  const first = busy.plan();
  expect(first.recordChanges).toEqual(["ap-shanghai: waiting (unidentified-busy)"]);
  const later = busy.after(first).at(minutes(61));
  expect(later.plan().recordChanges).toEqual(["ap-shanghai: blocked (unidentified-stuck)"]);
  const blocked = later.after(later.plan());
  expect(blocked.plan().recordChanges).toEqual([]);
  const normal = blocked.change("img-root0001-ap-shanghai", { state: "NORMAL" });
  expect(normal.plan().recordChanges).toEqual(["ap-shanghai: ready"]);
});

it("a named copy that stays SYNCING is retired at once if no policy selects it", () => {
  const busy = { state: "SYNCING" } as const;
  const given = world()
    .policy({ to: ["ap-beijing"] })
    .image()
    .copy("ap-shanghai", "waiting", { image: "absent" });
  const orphan = given.copy("ap-shanghai", "ready", { record: "absent", image: busy }).sweep();
  expect(orphan.plan().recordChanges).toContain("ap-shanghai: retired (unfinished-orphan)");
});

describe("the wait of a copy that may be in progress says why", () => {
  const given = world()
    .policy({ to: ["ap-shanghai"] })
    .image();
  /** The reason of the copy at the first contact of an empty state, at a time after NOW. */
  async function reasonAt(first: World, offset: number, mode?: "dry-run") {
    const { observation } = first.input();
    const known = knownAccount(ACCOUNT, undefined, memoryState());
    const me = { id: "process" };
    const deps = { known, me, settle: minutes(2), now: () => NOW + offset, installation: LAB };
    const record = await recordFirstContact(observation, [], mode ? { mode } : {}, deps);
    return makePlan({ ...first.input(), record }).copies.flatMap((copy) =>
      "reason" in copy ? [copy.reason.text] : [],
    );
  }
  const unread = given.unreadable("ap-tokyo");

  it("names the regions that could not be read, or the loss", async () => {
    expect(await reasonAt(unread, 0)).toEqual([
      "ap-tokyo could not be read when this state first met the account; waiting until 2026-11-21T12:09:30.000Z in case this copy is already in progress",
    ]);
    const lost = given.version(2).copy("ap-beijing", "ready", { record: "absent" });
    expect((await reasonAt(lost, 0)).join()).toContain("the state was lost or rebuilt; waiting until");
  });

  it("does not move from one plan of an empty state to the next", async () => {
    const [now, later] = [await reasonAt(unread, 0, "dry-run"), await reasonAt(unread, minutes(5), "dry-run")];
    expect(now.join()).toContain("waits 570s from the first apply on");
    expect(later).toEqual(now);
  });
});
