// The rollback of a family: which images leave it, which return, and what the next plans do.

import { describe, expect, it } from "vitest";
import { asideName, IGNORE_TAG, ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy } from "../../lib/model/types.ts";
import { rollback } from "../../lib/plan/family/plan-rollback.ts";
import {
  asked,
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
const rollBack = (roots: readonly (typeof v1)[], ...known: Known[]) => {
  const { copies, observation: seen } = holding(roots, ...known);
  return rollback({ family: "golden", further: false, now: NOW }, copies, seen);
};
const outcomeOf = (...given: Parameters<typeof rollBack>) => {
  const { regions, calls, problems, remarks } = rollBack(...given);
  expect(calls.map((call) => call.image.imageId)).toEqual(regions.map(({ from }) => from.imageId));
  for (const call of calls) expect(call.tags).toEqual({ [ROLLED_BACK_TAG]: "golden" });
  return [
    ...regions.map(({ region, from, to }) => `${region}: ${from.name} → ${to.name}`),
    ...[...problems, ...remarks].map(({ code }) => code),
  ];
};
const rolledBackFrom = (root: typeof v1, region: string) =>
  copyOf(root, region, { image: { family: "", deprecated: true, tags: { [ROLLED_BACK_TAG]: "golden" } } });

describe("rolling a family back", () => {
  it("replaces the newest version by the former one in every region", () => {
    const known = [v1, v2, v3].flatMap((root) => [copyOf(root, SHANGHAI), copyOf(root, BEIJING)]);
    expect(outcomeOf([], ...known)).toEqual(["ap-shanghai: golden-3 → golden-2", "ap-beijing: golden-3 → golden-2"]);
  });

  it("orders versions by the age of the source, not of the copy", () => {
    const late = copyOf(v1, SHANGHAI, { image: { family: "golden", createdAt: NOW } });
    expect(outcomeOf([], late, copyOf(v2, SHANGHAI))).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("takes out only the newest version of all regions, and skips regions without it", () => {
    const known = [copyOf(v1, BEIJING), copyOf(v2, BEIJING), copyOf(v2, SHANGHAI), copyOf(v3, SHANGHAI)];
    expect(outcomeOf([], ...known)).toEqual(["ap-shanghai: golden-3 → golden-2"]);
  });

  it.each<[string, Known]>([
    ["is retired", retired(v1, SHANGHAI, { image: { name: "golden-1", family: "golden" } })],
    ["was created too late to have joined the family", copyOf(v1, SHANGHAI, { copy: { family: "golden" } })],
  ])("goes back to a former copy that %s", (_, former) => {
    expect(outcomeOf([], former, copyOf(v2, SHANGHAI))).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it.each<[string, Known]>([
    ["is deprecated", copyOf(v1, SHANGHAI, { image: { family: "golden", deprecated: true } })],
    [
      "was rolled back before",
      copyOf(v1, SHANGHAI, { image: { family: "golden", tags: { [ROLLED_BACK_TAG]: "golden" } } }),
    ],
    ["is in another family", copyOf(v1, SHANGHAI, { image: { family: "silver" }, copy: { family: "silver" } })],
    ["was adopted", copyOf(v1, SHANGHAI, { ...inFamily, copy: { adopted: true } })],
    ["has no lineage tags", { ...copyOf(v1, SHANGHAI), image: { ...copyOf(v1, SHANGHAI).image, tags: {} } }],
    ["is not NORMAL", copyOf(v1, SHANGHAI, { image: { family: "golden", state: "SYNCING" } })],
    ["is another copy of the bad one", copyOf(v2, BEIJING)],
  ])("does not go back to a copy that %s, and reports that there is no former copy", (_, former) => {
    const { regions, problems } = rollBack([], former, copyOf(v2, SHANGHAI));
    expect(regions).toEqual([]);
    expect(problems.map(({ code }) => code)).toContain("no-previous-version");
    expect(problems.find(({ text }) => text.startsWith(SHANGHAI))?.text).toBe(
      'ap-shanghai has no former copy to put into the family "golden"; img-root0002-ap-shanghai stays in it',
    );
  });

  it("is done in every region where it is possible, and reports the others", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), copyOf(v2, BEIJING)];
    expect(outcomeOf([], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1", "no-previous-version"]);
  });

  it("changes nothing if it is repeated, and goes back one more version with --further", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), rolledBackFrom(v3, SHANGHAI)];
    const { calls, changes, regions, problems, remarks } = rollBack([], ...known);
    expect([calls, changes, problems]).toEqual([[], [], []]);
    expect(regions.map(({ from, to }) => `${from.name} → ${to.name}`)).toEqual(["golden-3 → golden-2"]);
    expect(remarks.map(({ code }) => code)).toEqual(["rolled-back-before"]);
    const { copies, observation: seen } = holding([], ...known);
    const once = rollback({ family: "golden", further: true, now: NOW }, copies, seen);
    expect(once.regions.map(({ from, to }) => `${from.name} → ${to.name}`)).toEqual(["golden-2 → golden-1"]);
    expect(once.calls.map(({ image: { imageId } }) => imageId)).toEqual([known[1]?.image.imageId]);
  });

  it("completes the regions that an interrupted rollback did not reach", () => {
    const known = [copyOf(v1, SHANGHAI), rolledBackFrom(v2, SHANGHAI), copyOf(v1, BEIJING), copyOf(v2, BEIJING)];
    const { calls, regions } = rollBack([], ...known);
    expect(calls.map(({ image: { imageId } }) => imageId)).toEqual([known[3]?.image.imageId]);
    expect(regions.map(({ region }) => region).sort()).toEqual([BEIJING, SHANGHAI]);
  });

  it("rolls back a newer version that was published after an earlier rollback", () => {
    const known = [copyOf(v1, SHANGHAI), rolledBackFrom(v2, SHANGHAI), copyOf(v3, SHANGHAI)];
    expect(outcomeOf([], ...known)).toEqual(["ap-shanghai: golden-3 → golden-1"]);
  });

  it("reports regions whose former version differs", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v3, SHANGHAI), copyOf(v2, BEIJING), copyOf(v3, BEIJING)];
    expect(outcomeOf([], ...known)).toContain("previous-version-differs");
  });

  it.each<[string, Partial<typeof v1>]>([
    ["is ignored", { tags: { [IGNORE_TAG]: "bad" } }],
    ["is deprecated", { deprecated: true }],
  ])("does not go back to a version whose source %s", (_, fields) => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), copyOf(v3, SHANGHAI)];
    expect(outcomeOf([v1, version(2, fields)], ...known)).toEqual(["ap-shanghai: golden-3 → golden-1"]);
  });

  it("finds the newest version in the cloud even if its copy is blocked, or deprecated with its source", () => {
    const two = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI)];
    const deprecated = copyOf(v3, SHANGHAI, { image: { family: "golden", deprecated: true } });
    expect(outcomeOf([], ...two, deprecated)).toEqual(["ap-shanghai: golden-3 → golden-2"]);
    const { image: there, copy } = copyOf(v3, SHANGHAI);
    const { claim } = asked(v3, SHANGHAI).copy as Extract<Copy, { state: "copying" }>;
    const { imageId } = there;
    const reason = { code: "share-refused", text: storedText("") };
    const blocked = { ...copy, state: "blocked", imageId, claim, reason, notBefore: NOW + DAY } as Copy;
    const { calls, changes } = rollBack([], ...two, { image: there, copy: blocked });
    expect(calls.map(({ image: { imageId: id } }) => id)).toEqual([imageId]);
    expect(changes).toMatchObject([{ copy: { state: "blocked", rolledBackFrom: "golden" } }]);
    expect(changes[0]?.copy).not.toHaveProperty("notBefore");
  });

  it("goes back to a version of the same second", () => {
    const twin = version(2, { createdAt: v1.createdAt });
    const known = [copyOf(v1, SHANGHAI), copyOf(twin, SHANGHAI), copyOf(v1, BEIJING), copyOf(twin, BEIJING)];
    expect(outcomeOf([], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1", "ap-beijing: golden-2 → golden-1"]);
  });

  it("does not go back to an older version without its own name", () => {
    const gone = copyOf(v2, SHANGHAI);
    const newer = copyOf(v3, SHANGHAI, { image: { family: "" }, copy: { family: "golden" } });
    const aside = copyOf(v1, SHANGHAI);
    const named = { ...aside, image: { ...aside.image, name: asideName(aside.copy.key, v1.name) } };
    expect(outcomeOf([], gone, newer, named)).toEqual(["no-previous-version"]);
  });

  it("also tags a finished copy of the version that has not joined the family yet", () => {
    const late = copyOf(v2, BEIJING, { copy: { family: "golden" } });
    const { calls } = rollBack([], copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), late);
    expect(calls.map(({ image: { imageId } }) => imageId)).toContain(late.image.imageId);
  });

  it("also records the rollback for unfinished copies of the version", () => {
    const { image: there, copy: record } = asked(v2, BEIJING);
    const under = { image: there, copy: { ...record, family: "golden" } };
    const { changes, remarks } = rollBack([v1, v2], copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), under);
    expect(changes.map(({ copy }) => [copy.key.region, copy.rolledBackFrom])).toEqual([
      [SHANGHAI, "golden"],
      [BEIJING, "golden"],
    ]);
    expect(remarks.map(({ code }) => code)).toContain("unfinished");
  });

  it("does not change the source, and reports it", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI)];
    expect(outcomeOf([v1, v2], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1", "source-left"]);
    expect(rollBack([v1, v2], ...known).remarks[0]?.text).toContain('it is still in the family "golden"');
    expect(outcomeOf([v1, { ...v2, deprecated: true }], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
    const ignored = version(2, { family: "other", tags: { [IGNORE_TAG]: "bad" } });
    expect(outcomeOf([v1, ignored], ...known)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("reports a family without copies, and the families that exist", () => {
    const theirs = image({ region: SHANGHAI, imageId: "img-theirs01", family: "golden" });
    expect(outcomeOf([theirs])).toEqual(["no-such-family"]);
    const silver = copyOf(v1, SHANGHAI, { image: { family: "silver" } });
    expect(rollBack([], silver).problems).toMatchObject([{ code: "no-such-family", remedy: 'use one of "silver"' }]);
  });

  it("lists the copies that leave and those that join", () => {
    const known = [copyOf(v1, SHANGHAI), copyOf(v2, SHANGHAI), copyOf(v3, SHANGHAI)];
    expect([...rollBack([], ...known).concerned].map((key) => key.split("/")[2])).toEqual([
      "img-root0003",
      "img-root0002",
    ]);
  });
});

describe("the plan after the rollback tag is set", () => {
  const copy = copySettings({ family: "inherit" });
  const rule = { policies: [policy({ to: [SHANGHAI], copy })], sweep: true };
  const both = [policy({ to: [SHANGHAI, BEIJING], copy })];
  const marked = (fields: Partial<ReturnType<typeof image>> = {}) =>
    copyOf(v2, SHANGHAI, { image: { family: "golden", tags: { [ROLLED_BACK_TAG]: "golden" }, ...fields } });
  const { imageId } = marked().image;

  it("takes the tagged copy out of its family and deprecates it, desired or orphaned, even with onDrift: report", () => {
    const out = [`modify ${imageId}: family = , deprecated = true`];
    expect(called(planOf({ ...rule, ...holding([v1, v2], marked(), copyOf(v1, SHANGHAI)) }))).toEqual(out);
    const policies = rule.policies.map((one) => ({ ...one, onDrift: "report" as const }));
    expect(called(planOf({ ...rule, policies, ...holding([v1, v2], marked(), copyOf(v1, SHANGHAI)) }))).toEqual(out);
    const { copy: record } = retired(v2, SHANGHAI);
    const isOrphaned = { image: marked().image, copy: record };
    expect(called(planOf({ ...rule, ...holding([v1, { ...v2, name: "x" }], isOrphaned) }))).toContain(out[0]);
  });

  it("puts the former copy into the family if it is not in it", () => {
    const former = copyOf(v1, SHANGHAI, {});
    const bad = marked({ family: "", deprecated: true });
    expect(called(planOf({ ...rule, ...holding([v1, v2], bad, former) }))).toEqual([
      `modify ${former.image.imageId}: family = golden`,
    ]);
  });

  it("accepts a deprecated copy if the family cannot be emptied", () => {
    const bad = marked({ deprecated: true });
    expect(called(planOf({ ...rule, ...holding([v1, v2], bad, copyOf(v1, SHANGHAI)) }))).toEqual([]);
  });

  it("keeps copies that are finished later or created again out of the family, and tags them", () => {
    const there = marked({ family: "", deprecated: true });
    const [former, known] = [copyOf(v1, BEIJING), [v1, v2]];
    const under = asked(v2, BEIJING, { state: "NORMAL" });
    const first = planOf({ ...rule, policies: both, ...holding(known, there, copyOf(v1, SHANGHAI), former, under) });
    expect(called(first)).toEqual([expect.stringContaining(`${ROLLED_BACK_TAG}`)]);
    // No copy of the version is left anywhere, so the records count.
    const { imageId: _, claim: __, ...rest } = asked(v2, BEIJING).copy as Extract<Copy, { state: "copying" }>;
    const again: Copy = {
      ...rest,
      state: "waiting",
      reason: { code: "gone", text: storedText("") },
      rolledBackFrom: "golden",
    };
    const { copies, observation: seen } = holding(known, former);
    const next = planOf({ ...rule, policies: both, copies: [...copies, again], observation: seen });
    const claimRequests = next.actions.flatMap((action) => (action.do === "send" ? action.claimRequests : []));
    const ofBad = claimRequests.filter(({ copy: { rootName } }) => rootName === "golden-2");
    expect(ofBad.map(({ copy: { rolledBackFrom } }) => rolledBackFrom)).toEqual(["golden", "golden"]);
  });

  it("takes out an unfinished copy that is named and in the family already", () => {
    const one = asked(v2, BEIJING, { state: "NORMAL", name: "golden-2", family: "golden" });
    const under = { image: one.image, copy: { ...one.copy, state: "finishing" } as Copy };
    const there = marked({ family: "", deprecated: true });
    const first = planOf({ ...rule, policies: both, ...holding([v1, v2], there, copyOf(v1, SHANGHAI), under) });
    expect(called(first)).toContainEqual(expect.stringContaining(ROLLED_BACK_TAG));
    const tagged = { ...under, image: { ...one.image, tags: { ...one.image.tags, [ROLLED_BACK_TAG]: "golden" } } };
    const next = planOf({ ...rule, policies: both, ...holding([v1, v2], there, copyOf(v1, SHANGHAI), tagged) });
    expect(called(next)).toContain(`modify ${one.image.imageId}: family = , deprecated = true`);
  });

  it("completes the rollback if the source was not read or the policy is disabled", () => {
    const out = [`modify ${imageId}: family = , deprecated = true`];
    const { copies } = holding([], marked());
    const unread = observation([marked().image], [SHANGHAI]);
    const seen = { ...unread, regions: new Map([...unread.regions].filter(([region]) => region === SHANGHAI)) };
    expect(called(planOf({ ...rule, copies, observation: seen }))).toEqual(out);
    const disabled = rule.policies.map((one) => ({ ...one, enabled: false }));
    const gone = retired(v2, SHANGHAI, { image: marked().image });
    expect(called(planOf({ ...rule, policies: disabled, ...holding([v2], gone) }))).toEqual(out);
  });

  it("continues if the version is deselected before the tag is set", () => {
    const { copy: record, image: there } = copyOf(v2, SHANGHAI);
    const begun = { ...record, rolledBackFrom: "golden", repair: { what: "rollback", tries: 0, at: NOW } } as Copy;
    const ignored = version(2, { tags: { [IGNORE_TAG]: "bad" } });
    const first = planOf({ ...rule, ...holding([v1, ignored], { image: there, copy: begun }) });
    expect(first.copies[0]?.state).toBe("retired");
    const next = planOf({ ...rule, copies: first.copies, observation: observation([v1, ignored, there]) });
    expect(called(next)[0]).toContain(ROLLED_BACK_TAG);
  });

  it("retains the former version in place of the one that was rolled back", () => {
    const newest = { type: "custom", name: ["golden-*"], newest: 1 } as const;
    const policies = rule.policies.map((one) => ({ ...one, select: newest }));
    const former = retired(v1, SHANGHAI, { image: { name: "golden-1", family: "golden" } });
    const plan = planOf({ ...rule, policies, ...holding([v1, v2], marked({ family: "", deprecated: true }), former) });
    expect([...plan.desiredCopies.values()].map(({ root }) => root.name).sort()).toEqual(["golden-1", "golden-2"]);
    expect(plan.copies.map(({ state }) => state)).toEqual(["ready", "ready"]);
  });

  it("undoes the deprecation when the tag is removed", () => {
    const before = marked({ family: "", deprecated: true });
    const known = holding([v1, v2], before, copyOf(v1, SHANGHAI));
    const { copies } = planOf({ ...rule, ...known });
    const bare = { ...before.image, tags: copyOf(v2, SHANGHAI).image.tags };
    const seen = observation([v1, v2, bare, copyOf(v1, SHANGHAI).image]);
    const plan = planOf({ ...rule, copies, observation: seen });
    expect(called(plan)).toEqual([`modify ${imageId}: deprecated = false`]);
  });

  it("puts the copy back into its family when the tag is removed", () => {
    const bad = copyOf(v2, SHANGHAI, {});
    expect(called(planOf({ ...rule, ...holding([v1, v2], bad, copyOf(v1, SHANGHAI)) }))).toEqual([
      `modify ${imageId}: family = golden`,
    ]);
  });

  it("needs no records", () => {
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
