// What needs attention: grouped by reason, the most urgent first, each reason and remedy once.
import { describe, expect, it } from "vitest";
import { problemTexts } from "../../../cli/ui/status/problem-texts.ts";
import { storedText } from "../../../lib/model/messages/define.ts";
import { distinct, reason } from "../../../lib/model/messages/reasons.ts";
import type { Copy } from "../../../lib/model/types.ts";
import { attentionOf } from "../../../lib/report/status/attention.ts";
import { groupProblems } from "../../../lib/report/status/problem-groups.ts";
import { image, NOW } from "../../support/builders.ts";
import { copyIn, type RecordFields, recordOf, type Stage } from "../../support/plan-copy.ts";

const MINUTE = 60_000;
const inRegion = (n: number, region: string, stage: Stage, record: RecordFields = {}): Copy =>
  copyIn(stage, image({ imageId: `img-root000${n}`, name: `golden-${n}` }), region, { record }).record as Copy;
const quota = {
  code: "quota",
  text: storedText("ap-chengdu holds 5 of at most 5 custom images"),
  remedy: storedText("delete custom images"),
};
const stuckReason = (n: number) =>
  reason("stuck", { imageId: `img-copy000${n}`, unset: "name", since: `2026-11-21T11:0${n}:00.000Z` });

const refusal = (n: number) => ({
  code: "UnauthorizedOperation",
  text: storedText("SyncImages in ap-guangzhou: UnauthorizedOperation: no permission"),
  remedy: storedText("grant the action"),
  requestId: `1d9a3c1c-6a59-4b5e-9d6f-2c1b5f0f6a1${n}`,
});

describe("groups of copies that need attention", () => {
  it("are empty if everything is as it should be, or only under way, or retired", () => {
    const quiet = (["ready", "copying", "requested", "finishing", "retired", "ended"] as const).map((stage, n) =>
      inRegion(n, "ap-shanghai", stage),
    );
    expect(attentionOf(quiet, NOW)).toEqual([]);
  });

  it("have one reason and one remedy for all copies, those that wait longest first", () => {
    const copies = [1, 2, 3].map((n) =>
      inRegion(n, "ap-chengdu", "blocked", {
        reason: quota,
        delayedSince: NOW - n * MINUTE,
        notBefore: NOW + n * MINUTE,
      }),
    );
    const [group, ...others] = attentionOf(copies, NOW);
    expect(others).toEqual([]);
    expect(group).toMatchObject({
      urgency: "manual",
      healthy: "blocked",
      code: "quota",
      remedy: "delete custom images",
    });
    expect(group).toMatchObject({
      isSame: true,
      regions: ["ap-chengdu"],
      since: NOW - 3 * MINUTE,
      nextAt: NOW + MINUTE,
    });
    expect(group?.copies.map(({ rootName }) => rootName)).toEqual(["golden-3", "golden-2", "golden-1"]);
  });

  it("hold refusals together that have different request ids, and problems of a run as well", () => {
    const groups = attentionOf(
      [1, 2].map((n) => inRegion(n, "ap-tokyo", "retrying", { reason: refusal(n) })),
      NOW,
    );
    expect(groups.map(({ copies: { length }, isSame }) => ({ length, isSame }))).toEqual([{ length: 2, isSame: true }]);
    expect(distinct([refusal(1), refusal(2)])).toEqual([refusal(1)]);
    expect(groupProblems([refusal(1), refusal(2)], [])).toMatchObject([{ count: 2 }]);
    expect(groupProblems([refusal(9)], groups)).toEqual([]);
    expect(problemTexts([1, 2, 3, 4].map(refusal))).toHaveLength(1);
  });

  it("hold copies together whose reasons differ in ids, names and times alone", () => {
    const copies = [1, 2].map((n) =>
      inRegion(n, "ap-tokyo", "stuck", { imageId: `img-copy000${n}`, reason: stuckReason(n) }),
    );
    const groups = attentionOf([...copies, inRegion(3, "ap-tokyo", "stuck", { reason: quota })], NOW);
    expect(groups.map(({ copies: { length }, isSame }) => ({ length, isSame }))).toEqual([
      { length: 2, isSame: false },
      { length: 1, isSame: true },
    ]);
  });

  it("come by urgency: manual action, then what goes on by itself, then notes", () => {
    const repair = { differences: ["tags a"], tries: 1, at: NOW - MINUTE };
    const groups = attentionOf(
      [
        inRegion(1, "ap-a", "ready", { rolledBackFrom: "web" }),
        inRegion(2, "ap-a", "waiting"),
        inRegion(3, "ap-a", "ready", { repair }),
        inRegion(4, "ap-a", "ready", { missingSince: NOW - MINUTE }),
        inRegion(5, "ap-a", "retrying"),
        inRegion(6, "ap-a", "blocked"),
        inRegion(7, "ap-a", "failed"),
        inRegion(8, "ap-a", "stuck"),
        inRegion(9, "ap-a", "finishing", { publicationHold: "publish-together" }),
      ],
      NOW,
    );
    expect(groups.map(({ urgency, healthy, code }) => `${urgency} ${healthy} ${code}`)).toEqual([
      "manual failed other",
      "manual blocked other",
      "manual stuck other",
      "passing missing missing",
      "passing retrying other",
      "passing repairing repairing",
      "passing waiting other",
      "passing waiting publish-together",
      "note ok rolled-back",
    ]);
  });

  it("say why the last call for a copy failed that is still under way", () => {
    const failure = {
      code: "InternalError",
      text: storedText("ModifyImageSharePermission in ap-tokyo: InternalError"),
    };
    const [group] = attentionOf([recordOf("ap-tokyo", "finishing")], NOW, () => failure);
    expect(group).toMatchObject({ urgency: "passing", healthy: "progressing", ...failure });
  });
});

describe("problems", () => {
  const unreadable = (region: string) => ({
    code: "unreadable-InternalError",
    text: storedText(`DescribeImages in ${region}: InternalError: it failed`),
  });

  it("that say the same of many regions are one", () => {
    const groups = groupProblems([unreadable("ap-tokyo"), { ...quota }, unreadable("na-ashburn")], []);
    expect(groups.map(({ first, count, otherRegions }) => ({ text: first.text, count, otherRegions }))).toEqual([
      { text: "DescribeImages in ap-tokyo: InternalError: it failed", count: 2, otherRegions: ["na-ashburn"] },
      { text: quota.text, count: 1, otherRegions: [] },
    ]);
  });

  it("that a group of copies tells are not told again", () => {
    const told = attentionOf([inRegion(1, "ap-chengdu", "blocked", { reason: quota })], NOW);
    expect(groupProblems([quota, unreadable("ap-tokyo")], told)).toMatchObject([
      { first: { code: "unreadable-InternalError" } },
    ]);
  });

  it("are told beside such a group if it does not say what to do", () => {
    const { remedy, ...bare } = quota;
    const told = attentionOf([inRegion(1, "ap-chengdu", "blocked", { reason: bare })], NOW);
    expect(remedy).toBeDefined();
    expect(groupProblems([bare], told)).toEqual([]);
    expect(groupProblems([quota], told)).toMatchObject([{ first: quota }]);
  });
});
