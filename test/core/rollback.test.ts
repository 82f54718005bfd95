import { describe, expect, it } from "vitest";
import { ROLLED_BACK_TAG } from "../../lib/core/mark.ts";
import { rollback } from "../../lib/core/rollback.ts";
import type { Copy } from "../../lib/types.ts";
import {
  called,
  copySettings,
  holding,
  image,
  type Known,
  made,
  NOW,
  observation,
  planOf,
  policy,
  retired,
} from "../support/builders.ts";

const DAY = 86_400_000;
const [SHANGHAI, BEIJING] = ["ap-shanghai", "ap-beijing"];
const version = (n: number, fields: Partial<ReturnType<typeof image>> = {}) =>
  image({
    imageId: `img-root000${n}`,
    name: `golden-${n}`,
    family: "golden",
    createdAt: NOW - (9 - n) * DAY,
    ...fields,
  });
const [v1, v2, v3] = [version(1), version(2), version(3)];
const inFamily = { image: { family: "golden" } };
const copyOf = (root: typeof v1, region: string, differing: Parameters<typeof made>[2] = inFamily): Known => {
  const { image: there, copy } = made(root, region, differing);
  return { image: { ...there, name: root.name }, copy };
};
const back = (roots: readonly (typeof v1)[], ...known: Known[]) => {
  const { copies, observation: seen } = holding(roots, ...known);
  return rollback("golden", copies, seen);
};
const told = (...given: Parameters<typeof back>) => {
  const { regions, acts, problems } = back(...given);
  expect(acts.map((act) => act.image.imageId)).toEqual(regions.map(({ from }) => from.imageId));
  for (const act of acts) expect(act.tags).toEqual({ [ROLLED_BACK_TAG]: "golden" });
  return [
    ...regions.map(({ region, from, to }) => `${region}: ${from.name} → ${to.name}`),
    ...problems.map(({ code }) => code),
  ];
};

describe("rolling a family back", () => {
  it("puts the version before the newest in its place, in every region", () => {
    const known = [v1, v2, v3].flatMap((root) => [copyOf(root, SHANGHAI), copyOf(root, BEIJING)]);
    expect(told([], ...known)).toEqual(["ap-shanghai: golden-3 → golden-2", "ap-beijing: golden-3 → golden-2"]);
  });

  it("knows the newest by its source, not by when the copy was made", () => {
    const late = copyOf(v1, SHANGHAI, { image: { family: "golden", createdAt: NOW } });
    expect(told([], late, copyOf(v2, SHANGHAI))).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("takes the newest version of all out, and leaves alone the regions that do not have it", () => {
    const known = [copyOf(v1, BEIJING), copyOf(v2, BEIJING), copyOf(v2, SHANGHAI), copyOf(v3, SHANGHAI)];
    expect(told([], ...known)).toEqual(["ap-shanghai: golden-3 → golden-2"]);
  });

  it.each<[string, Known]>([
    ["is retired", retired(v1, SHANGHAI, { image: { name: "golden-1", family: "golden" } })],
    ["was made too late to have ever been in it", copyOf(v1, SHANGHAI, { copy: { family: "golden" } })],
  ])("puts back a former copy that %s", (_, former) => {
    expect(told([], former, copyOf(v2, SHANGHAI))).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it.each<[string, Known]>([
    ["is deprecated", copyOf(v1, SHANGHAI, { image: { family: "golden", deprecated: true } })],
    [
      "was rolled back before",
      copyOf(v1, SHANGHAI, { image: { family: "golden", tags: { [ROLLED_BACK_TAG]: "golden" } } }),
    ],
    ["is in another family", copyOf(v1, SHANGHAI, { image: { family: "silver" }, copy: { family: "silver" } })],
    ["was made by other means", copyOf(v1, SHANGHAI, { ...inFamily, copy: { adopted: true } })],
    ["is not provably ours", { ...copyOf(v1, SHANGHAI), image: { ...copyOf(v1, SHANGHAI).image, tags: {} } }],
    ["is not NORMAL", copyOf(v1, SHANGHAI, { image: { family: "golden", state: "SYNCING" } })],
    ["is another copy of the bad one", copyOf(v2, BEIJING)],
  ])("does not put back one that %s, and says that there is no former", (_, former) => {
    const { regions, problems } = back([], former, copyOf(v2, SHANGHAI));
    expect(regions).toEqual([]);
    expect(problems.map(({ code }) => code)).toContain("no-former");
    expect(problems.find(({ text }) => text.startsWith(SHANGHAI))?.text).toBe(
      'ap-shanghai has no former copy in the family "golden"; img-root0002-ap-shanghai stays in it',
    );
  });

  it("is done where it can be, and told where it cannot", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), copyOf(v2, BEIJING)];
    expect(told([], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1", "no-former"]);
  });

  it("goes back once more when it is asked for again", () => {
    const bad = copyOf(v3, SHANGHAI, {
      image: { family: "", deprecated: true, tags: { [ROLLED_BACK_TAG]: "golden" } },
    });
    expect(told([], copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), bad)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("leaves the source to its owner, and says so", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI)];
    expect(told([v1, v2], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1", "source-in-family"]);
    expect(told([v1, { ...v2, deprecated: true }], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
    expect(told([v1, version(2, { family: "other" })], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("says when nothing of ours is in the family", () => {
    const theirs = image({ region: SHANGHAI, imageId: "img-theirs01", family: "golden" });
    expect(told([theirs])).toEqual(["no-such-family"]);
    expect(told([], copyOf(v1, SHANGHAI, { image: { family: "silver" } }))).toEqual(["no-such-family"]);
  });

  it("concerns the copies that leave and those that come", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), copyOf(v3, SHANGHAI)];
    expect([...back([], ...known).concerned].map((key) => key.split("/")[2])).toEqual(["img-root0003", "img-root0002"]);
  });
});

describe("the plan after the mark is set", () => {
  const rule = { policies: [policy({ to: [SHANGHAI], copy: copySettings({ family: "inherit" }) })], sweep: true };
  const marked = (fields: Partial<ReturnType<typeof image>> = {}) =>
    copyOf(v2, SHANGHAI, { image: { family: "golden", tags: { [ROLLED_BACK_TAG]: "golden" }, ...fields } });
  const { imageId } = marked().image;

  it("takes the bad one out of its family and deprecates it, wanted or not, also where drift is only reported", () => {
    const out = [`modify ${imageId}: family = , deprecated = true`];
    expect(called(planOf({ ...rule, ...holding([v1, v2], marked(), copyOf(v1, SHANGHAI)) }))).toEqual(out);
    const policies = rule.policies.map((one) => ({ ...one, onDrift: "report" as const }));
    expect(called(planOf({ ...rule, policies, ...holding([v1, v2], marked(), copyOf(v1, SHANGHAI)) }))).toEqual(out);
    const { copy: record } = retired(v2, SHANGHAI);
    const unwanted = { image: marked().image, copy: record };
    expect(called(planOf({ ...rule, ...holding([v1, { ...v2, name: "x" }], unwanted) }))).toContain(out[0]);
  });

  it("gives the family to the former one where it has it not", () => {
    const former = copyOf(v1, SHANGHAI, {});
    const bad = marked({ family: "", deprecated: true });
    expect(called(planOf({ ...rule, ...holding([v1, v2], bad, former) }))).toEqual([
      `modify ${former.image.imageId}: family = golden`,
    ]);
  });

  it("is content with a copy that is deprecated, where the family cannot be emptied", () => {
    const bad = marked({ deprecated: true });
    expect(planOf({ ...rule, ...holding([v1, v2], bad, copyOf(v1, SHANGHAI)) }).actions).toEqual([]);
  });

  it("gives the family back when the mark is taken away", () => {
    const bad = copyOf(v2, SHANGHAI, {});
    expect(called(planOf({ ...rule, ...holding([v1, v2], bad, copyOf(v1, SHANGHAI)) }))).toEqual([
      `modify ${imageId}: family = golden`,
    ]);
  });

  it("is made with records that were lost, too", () => {
    const bad = marked({ family: "", deprecated: true });
    const former = copyOf(v1, SHANGHAI, {});
    const seen = observation([v1, v2, bad.image, former.image]);
    const found = planOf({ ...rule, observation: seen });
    const copies: readonly Copy[] = found.copies;
    expect(called(planOf({ ...rule, copies, observation: seen }))).toEqual([
      `modify ${former.image.imageId}: family = golden`,
    ]);
  });
});
