// The cloud refuses deletions: they are reported with what to do, and keep no other image from its deletion.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../emulator/api/faults.ts";
import { setQuota } from "../../emulator/world/world.ts";
import type { Report } from "../../lib/replicator/reconcile.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { policyOf } from "../support/plan-policy.ts";
import { type Instance, sweep } from "../support/world.ts";
import { FACTORY, HOUR, MINUTE, type Story, story } from "./story.ts";

const REFUSING = "ap-beijing";
const OTHER = "ap-shanghai";
const all = policyOf({ to: [REFUSING, OTHER], prune: { delete: true, minAge: MINUTE } });
const newest = { ...all, select: { ...all.select, newest: 1 } };

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

const exitOf = ({ copies, problems }: Report) => exitCodeOf(summarise(copies, problems));
const held = (region: string) => s.names(FACTORY, region).length;

/** This many versions are copied to both regions. */
async function copied(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    s.bake(`golden-${n}`, "golden");
    s.t.pass(HOUR);
  }
  await s.t.settle(s.program(FACTORY, [all]));
}

/** The cloud refuses the calls of this action in one region. */
function refuse(code: string, action = "DeleteImages"): void {
  addFault(s.t.world, { match: { action, region: REFUSING, times: 0 }, effect: { kind: "error", code } });
}

async function sweeps(count: number, program: Instance): Promise<Report> {
  let report = await replicate(sweep, program);
  for (let n = 1; n < count; n += 1) {
    s.t.pass(10 * MINUTE);
    report = await replicate(sweep, program);
  }
  return report;
}

describe.each(["UnauthorizedOperation", "InvalidImageId.IncorrectState"])(
  "deletions that are refused with %s",
  (code) => {
    it("leave the deletions of a run to others, however many they are", async () => {
      await copied(14);
      refuse(code);
      await sweeps(8, s.program(FACTORY, [newest]));
      expect([held(REFUSING), held(OTHER)]).toEqual([14, 1]);
    });

    it("are a problem with image, region and code, are tried again once a day, and go through in the end", async () => {
      await copied(2);
      refuse(code);
      const program = s.program(FACTORY, [newest]);
      const report = await sweeps(12, program);
      expect(report.problems).toMatchObject([{ code: "deletion-refused" }]);
      expect(report.problems[0]?.text).toMatch(new RegExp(`img-.* ${REFUSING}.*${code}`));
      expect(report.plan.retained).toMatchObject([{ reason: { code: "deletion-refused" } }]);
      expect(exitOf(report)).toBe(3);
      const tries = () =>
        s.t.world.requests.filter(({ action, region }) => action === "DeleteImages" && region === REFUSING).length;
      const before = tries();
      await sweeps(20, program);
      expect(tries()).toBe(before);
      endFaults(s.t.world);
      s.t.pass(24 * HOUR);
      const later = await sweeps(2, program);
      expect(held(REFUSING)).toBe(1);
      expect(later.problems).toEqual([]);
    });
  },
);

it("a copy whose sharing cannot be ended for its deletion is reported, too", async () => {
  const shared = {
    ...all,
    copy: { ...all.copy, shareWith: ["100000000002"] },
    prune: { delete: true, minAge: MINUTE, shared: "delete" as const },
  };
  s.bake("golden-1", "golden");
  s.t.pass(HOUR);
  await s.t.settle(s.program(FACTORY, [shared]));
  s.bake("golden-2", "golden");
  await s.t.settle(s.program(FACTORY, [shared]));
  refuse("UnauthorizedOperation", "ModifyImageSharePermission");
  const report = await sweeps(3, s.program(FACTORY, [{ ...shared, select: newest.select }]));
  expect(report.problems).toMatchObject([{ code: "deletion-refused" }]);
});

it("what cannot be deleted makes no room in a full region: the new version is blocked and says why", async () => {
  await copied(2);
  refuse("UnauthorizedOperation");
  const program = s.program(FACTORY, [newest]);
  await sweeps(2, program);
  setQuota(s.t.world, REFUSING, 2);
  s.bake("golden-3", "golden");
  const report = await sweeps(2, program);
  const copy = report.copies.find(({ rootName, key }) => rootName === "golden-3" && key.region === REFUSING);
  expect(copy).toMatchObject({ phase: "blocked", reason: { code: "quota" } });
  expect(exitOf(report)).toBe(3);
});
