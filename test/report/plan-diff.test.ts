// A plan as a diff: one line for each copy, and no flood of them.
import { describe, expect, it } from "vitest";
import { planText } from "../../cli/ui/plan-text.ts";
import { widthOf } from "../../cli/ui/text.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import { emptyPlan } from "../../lib/plan/types.ts";
import { diffOf, groupsOf } from "../../lib/report/plan/plan-diff.ts";
import { type PlanView, viewOf } from "../../lib/report/plan/plan-view.ts";

const REGIONS = Array.from({ length: 15 }, (_, n) => `ap-region${n}`);
const copyOf = (image: number, region: string) => ({
  source: { region: "ap-guangzhou", imageId: `img-${1000 + image}` },
  sourceName: `golden-${image}`,
  region,
  variant: "plain" as const,
  intermediate: false,
  policy: "golden",
});
/** A plan that creates so many copies, deletes ten, and has as many wait for two reasons. */
function large(images: number): PlanView {
  const all = Array.from({ length: images }, (_, image) => image);
  const create = all.map((image) => {
    const copies = REGIONS.map((region) => copyOf(image, region));
    const { source, sourceName: name, policy, variant } = copyOf(image, "");
    const common = { callIndex: image, source, name, policy, as: name, variant, intermediate: [], expectedMs: null };
    return { ...common, copies, destinations: REGIONS, gib: 20 * REGIONS.length };
  });
  const gone = Array.from({ length: 10 }, (_, n) => {
    const copy = copyOf(9000 + n, "ap-region1");
    return {
      ...copy,
      image: { region: copy.region, imageId: `img-gone${n}` },
      name: "old",
      sizeGiB: 20,
      text: "x",
      after: null,
    };
  });
  const waiting = all.map((image) => {
    const why = reason("quota", {
      region: "ap-full",
      used: 9,
      limit: 9,
      reserved: image,
      ahead: 0,
      needs: 1,
      lastVersions: [],
    });
    return { ...copyOf(image, "ap-full"), state: "waiting" as const, reason: why, until: null, attempts: 0 };
  });
  return { ...viewOf(emptyPlan([])), create, delete: gone, waiting };
}

describe("a plan with 2,250 new copies", () => {
  const view = large(150);

  it("has one entry for each copy", () => {
    const [policy] = diffOf(view);
    expect(policy?.lines.filter(({ sign }) => sign === "+")).toHaveLength(2_250);
    expect(new Set(policy?.lines.map(({ source, region }) => source.imageId + region)).size).toBe(policy?.lines.length);
  });

  it("is printed without a flood, with each deletion, and says how to see all", () => {
    const lines = planText(view).split("\n");
    expect(lines.length).toBeLessThan(35);
    expect(lines.filter((line) => line.startsWith("  - "))).toHaveLength(10);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {4}… and 143 more like this \(2145 copies\); --all shows each copy$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^Policy golden: 2250 to create, 10 to delete, 150 waiting/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}· img-1000 → ap-full, img-1001 → ap-full and 148 more: waiting: /),
    );
  });

  it("has a line for each copy with --all", () => {
    const lines = planText(view, { all: true }).split("\n");
    expect(lines.filter((line) => line.startsWith("  + "))).toHaveLength(2_250);
  });

  it("fits into 80 columns", () => {
    for (const line of planText(view, { width: 79 }).split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(79);
  });
});

it("a small plan is not grouped", () => {
  const [policy] = diffOf({ ...large(1), waiting: [], delete: [] });
  expect(groupsOf(policy?.lines ?? [])).toHaveLength(15);
});

it("a region that cannot be read makes a plan incomplete, and it does not say that nothing is to be done", () => {
  const why = { code: "unreadable-Timeout", text: "DescribeImages in ap-tokyo: no answer" as never };
  const view = viewOf(emptyPlan([]), { unreadable: new Map([["ap-tokyo", why]]) });
  expect(planText(view)).toBe(
    "incomplete: 1 region could not be read, so what is due there is not in this plan: ap-tokyo: DescribeImages in ap-tokyo: no answer\n",
  );
});

it("shows refusals with different request ids as one group", () => {
  const refused = (n: number) => ({
    ...{ code: "UnauthorizedOperation", text: storedText("no permission"), remedy: storedText("grant it") },
    requestId: `1d9a3c1c-6a59-4b5e-9d6f-2c1b5f0f6a${10 + n}`,
  });
  const blocked = REGIONS.flatMap((region, n) =>
    [0, 1].map((image) => ({ ...copyOf(image, region), state: "blocked" as const, reason: refused(2 * n + image) })),
  );
  const [policy] = diffOf({ ...viewOf(emptyPlan([])), blocked });
  expect(groupsOf(policy?.lines ?? []).map(({ lines }) => lines.length)).toEqual([30]);
});
