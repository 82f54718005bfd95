// Regions that this release does not know: the cloud's own list decides whether they exist.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import type { Copy } from "../../lib/model/types.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rollback } from "../../lib/replicator/rollback-family.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { policy } from "../support/builders.ts";
import { recordOf } from "../support/records.ts";
import { poll, sweep, type TestWorld, testWorld } from "../support/world.ts";

const RIYADH = "me-saudi-arabia";
const DAY = 86_400_000;
const NAMED = { from: ["ap-singapore"], to: [RIYADH, "ap-tokyo"] } as const;
const declared = policy({ ...NAMED, declaredSides: { [RIYADH]: "outside" } });
const misspelt = policy({ ...NAMED, to: ["me-saudi-aarabia", "ap-tokyo"], crossBorder: "approved" });

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
  t.bake({ region: "ap-singapore" });
});
afterEach(() => t.close());

const asked = () => t.world.requests.filter(({ action }) => action === "DescribeRegions").length;
const refuseList = () =>
  addFault(t.world, {
    match: { action: "DescribeRegions", times: 0 },
    effect: { kind: "error", code: "UnauthorizedOperation" },
  });
const inRegions = (copies: readonly Copy[]) =>
  Object.fromEntries(copies.map((copy) => [copy.key.region, "reason" in copy ? copy.reason.code : copy.phase]));

describe("a region that only the cloud knows", () => {
  it("gets its copy once the file says its side", async () => {
    const { copies, problems } = await t.settle(t.instance([declared]));
    expect(inRegions(copies)).toEqual({ [RIYADH]: "ready", "ap-tokyo": "ready" });
    expect(problems).toEqual([]);
  });

  it("counts as across the border until then, and its reason says how to say it", async () => {
    const { copies } = await replicate(sweep, t.instance([policy(NAMED)]));
    expect(inRegions(copies)).toEqual({ [RIYADH]: "cross-border", "ap-tokyo": "copying" });
    const blocked = copies.find(({ key }) => key.region === RIYADH);
    expect(blocked).toMatchObject({
      reason: {
        text: expect.stringContaining(`because this release does not know ${RIYADH}`) as string,
        remedy: expect.stringContaining(`regions: { outside: ["+${RIYADH}"] }`) as string,
      },
    });
    const approved = await t.settle(t.instance([policy({ ...NAMED, crossBorder: "approved" })]));
    expect(inRegions(approved.copies)).toEqual({ [RIYADH]: "ready", "ap-tokyo": "ready" });
  });

  it("costs one call a day, and none if every region of the policies is known", async () => {
    await t.settle(t.instance([policy({ ...NAMED, to: ["ap-tokyo"] })]));
    expect(asked()).toBe(0);
    const program = t.instance([declared]);
    await t.settle(program);
    await replicate(poll, program);
    await replicate(sweep, program);
    expect(asked()).toBe(1);
    t.pass(DAY);
    await replicate(poll, program);
    expect(asked()).toBe(2);
    await replicate(sweep, t.instance([{ ...misspelt, enabled: false }]));
    expect(asked()).toBe(2);
  });
});

describe("a region that the cloud does not have", () => {
  it("blocks its copies with a reason that names the region that may be meant, and no others", async () => {
    const { copies, problems } = await t.settle(t.instance([misspelt]));
    expect(inRegions(copies)).toEqual({ "me-saudi-aarabia": "no-such-region", "ap-tokyo": "ready" });
    expect(copies.map(({ phase }) => phase).sort()).toEqual(["blocked", "ready"]);
    expect(problems).toEqual([
      {
        code: "no-such-region",
        text: "Tencent Cloud lists no region me-saudi-aarabia for CVM",
        remedy: `use ${RIYADH}, if that is meant; or correct me-saudi-aarabia in the policy file, or remove it`,
      },
    ]);
    expect(t.world.requests.filter(({ region }) => region === "me-saudi-aarabia")).toEqual([]);
  });

  it("does not count as a region that may hold copies from before a loss of the state", async () => {
    const { copies } = await replicate(sweep, t.instance([misspelt]));
    expect(inRegions(copies)["ap-tokyo"]).toBe("copying");
    expect((await recordOf(t.state, copies[0]?.key.account ?? ""))?.uncertainUntil).toBeUndefined();
  });

  it("is a problem if it is a source, too, and in a rollback", async () => {
    const program = t.instance([{ ...misspelt, from: ["ap-singapore", "ap-atlantis-2"] }]);
    const codes = (await replicate(sweep, program)).problems.map(({ code, text }) => [
      code,
      text.includes("ap-atlantis-2"),
    ]);
    expect(codes).toContainEqual(["no-such-region", true]);
    const { problems } = await rollback("golden", { dryRun: true }, program);
    expect(problems.map(({ code }) => code)).toContain("no-such-region");
  });

  it("is asked for again in each sweep, because regions are added", async () => {
    const program = t.instance([misspelt]);
    await t.settle(program, 3);
    const before = asked();
    await replicate(poll, program);
    expect(asked()).toBe(before);
    await replicate(sweep, program);
    expect(asked()).toBe(before + 1);
  });

  it("does not make every run of the timer a sweep", async () => {
    const program = t.instance([misspelt], { sweepEvery: 600_000 });
    const kinds: string[] = [];
    for (let minute = 0; minute < 10; minute += 1) {
      const request = await requestForTimer(program, 600_000);
      kinds.push(request.scope.kind);
      await replicate(request, program);
      t.pass(60_000);
    }
    expect(kinds.filter((kind) => kind === "sweep")).toHaveLength(2);
  });

  it("changes nothing in a dry run, which reports it", async () => {
    const { problems, account } = await replicate({ ...sweep, mode: "dry-run" }, t.instance([misspelt]));
    expect(problems.map(({ code }) => code)).toEqual(["no-such-region"]);
    expect(await recordOf(t.state, account)).toBeUndefined();
  });
});

describe("if the cloud does not answer its list", () => {
  it("a region that exists is used all the same", async () => {
    refuseList();
    const { copies } = await t.settle(t.instance([declared]));
    expect(inRegions(copies)).toEqual({ [RIYADH]: "ready", "ap-tokyo": "ready" });
  });

  it("a region that does not exist cannot be read, and is no problem once no policy names it", async () => {
    refuseList();
    const { problems } = await replicate(sweep, t.instance([misspelt]));
    expect(problems.map(({ code }) => code)).toEqual(["unreadable-UnsupportedRegion"]);
    const corrected = t.instance([policy({ ...NAMED, to: ["ap-tokyo"] })]);
    for (let runs = 0; runs < 2; runs += 1) {
      t.pass(3_600_000);
      const report = await replicate(sweep, corrected);
      expect(report.problems).toEqual([]);
      expect(inRegions(report.copies)).not.toHaveProperty("me-saudi-aarabia", "waiting");
      expect((await replicate({ ...sweep, mode: "dry-run" }, corrected)).problems).toEqual([]);
    }
  });
});
