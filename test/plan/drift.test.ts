// Upkeep of finished copies: which differences are repaired, and which are only reported.
import { describe, expect, it } from "vitest";
import { ROLLED_BACK_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { CLOCK_SKEW } from "../../lib/model/time.ts";
import type { Copy, Image } from "../../lib/model/types.ts";
import { retried } from "../../lib/plan/lifecycle/manual-retry.ts";
import {
  answered,
  called,
  copySettings,
  holding,
  image,
  type Known,
  made,
  NOW,
  noted,
  observation,
  planOf,
  policy,
  retired,
  SETTLE,
  UNANSWERED,
} from "../support/builders.ts";

const SHANGHAI = "ap-shanghai";
const [LISTED, UNLISTED] = ["100000000003", "100000000004"];
const root = image({ family: "golden", tags: { team: "web" } });
const settings = copySettings({
  family: "inherit",
  tags: { inherit: true, set: { env: "prod" } },
  shareWith: [LISTED],
});
const rule = (fields: Partial<Policy> = {}) => policy({ to: [SHANGHAI], copy: settings, ...fields });
const desired: Partial<Image> = { family: "golden", tags: { team: "web", env: "prod" } };
/** A copy in its desired state, except for some fields. */
const copyWith = (fields: Partial<Image> = {}, record: Partial<Known["copy"]> = {}): Known => {
  const there = made(root, SHANGHAI, { image: { ...desired, ...fields, tags: { ...desired.tags, ...fields.tags } } });
  return { image: there.image, copy: { ...there.copy, family: "golden", ...record } as Copy };
};
const { imageId } = copyWith().image;
const shares = (value: unknown) => answered([{ ask: "shares", region: SHANGHAI, imageId }, value]);
const planFor = (one: Known, more: Partial<Parameters<typeof planOf>[0]> = {}) =>
  planOf({ policies: [rule()], ...holding([root], one), answers: shares([LISTED]), sweep: true, ...more });

it("gets its family and age recorded later if it was recovered without reading its source", () => {
  const { family: _, rootCreatedAt: _age, rootFamily: _family, ...bare } = copyWith().copy;
  const [action, ...more] = planFor({ ...copyWith(), copy: bare }).actions;
  const known = { family: "golden", rootCreatedAt: root.createdAt, rootFamily: "golden" };
  expect(action).toMatchObject({ do: "record", copy: known });
  expect(more).toEqual([]);
});

describe("a finished copy that differs from its desired state", () => {
  const cases: [string, Known, unknown, string][] = [
    ["tag changed", copyWith({ tags: { team: "core" } }), [LISTED], `tag ${imageId}: team`],
    [
      "lineage tag changed",
      copyWith({ tags: { "cvm-replicator:policy": "x" } }),
      [LISTED],
      `tag ${imageId}: cvm-replicator:policy`,
    ],
    ["description", copyWith({ description: "by hand" }), [LISTED], `modify ${imageId}: description = a golden image`],
    ["family", copyWith({ family: "silver" }), [LISTED], `modify ${imageId}: family = golden`],
    ["share ended", copyWith(), [UNLISTED], `share ${imageId}: ${LISTED}`],
  ];

  it.each(cases)("is repaired: %s", (_, one, shared, call) => {
    const plan = planFor(one, { answers: shares(shared) });
    expect(called(plan)).toEqual([call]);
    expect(plan.problems).toEqual([]);
  });

  it.each(cases)("is only reported with onDrift: report: %s", (_, one, shared) => {
    const plan = planFor(one, { answers: shares(shared), policies: [rule({ onDrift: "report" })] });
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "drift" }]);
    expect(plan.problems[0]?.text).toContain(`${imageId} in ap-shanghai differs from its desired state`);
  });

  it.each(cases)("waits for the next sweep: %s", (_, one, shared) => {
    expect(planFor(one, { answers: shares(shared), sweep: false }).actions).toEqual([]);
  });

  it("is repaired one difference at a time, tags first and shares last", () => {
    const one = copyWith({ tags: { team: "core" }, description: "by hand", family: "silver" });
    expect(called(planFor(one, { answers: shares([]) }))).toEqual([`tag ${imageId}: team`]);
    expect(planFor(one, { policies: [rule({ onDrift: "report" })], answers: shares([]) }).problems[0]?.text).toContain(
      "tags team; description; family golden; shares 100000000003",
    );
  });

  it("has its shares read only if the policy shares it", () => {
    expect(planFor(copyWith(), { answers: answered() }).questions).toEqual([
      { ask: "shares", region: SHANGHAI, imageId },
    ]);
    const alone = [rule({ copy: { ...settings, shareWith: [] } })];
    expect(planFor(copyWith(), { answers: answered(), policies: alone }).questions).toEqual([]);
  });

  it("is reported if its shares cannot be read, and every other difference is repaired", () => {
    const plan = planFor(copyWith({ description: "by hand" }), { answers: shares(UNANSWERED) });
    expect(called(plan)).toEqual([`modify ${imageId}: description = a golden image`]);
    expect(planFor(copyWith(), { answers: shares(UNANSWERED) }).problems).toMatchObject([
      { code: "unanswered-UnauthorizedOperation" },
    ]);
  });
});

describe("a manual change of a finished copy is kept", () => {
  it.each<[string, Known, readonly string[]]>([
    ["an added tag", copyWith({ tags: { owner: "me" } }), [LISTED]],
    ["an added share", copyWith(), [LISTED, UNLISTED]],
    ["a new name", copyWith({ name: "renamed" }), [LISTED]],
    ["its deprecation", copyWith({ deprecated: true }), [LISTED]],
    ["any change while the image is not NORMAL", copyWith({ description: "by hand", state: "SYNCING" }), [LISTED]],
    ["any change of an adopted copy", copyWith({ description: "by hand" }, { adopted: true }), []],
  ])("%s", (_, one, shared) => {
    const plan = planFor(one, { answers: shares(shared) });
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toEqual([]);
  });
});

describe("a repair without effect", () => {
  const drifted = copyWith({ description: "by hand" });
  const after = (tries: number, ago: number): Known => ({
    ...drifted,
    copy: { ...drifted.copy, repair: { what: "description", tries, at: NOW - ago } } as Copy,
  });

  it.each([
    [1, 29_000, 30_000],
    [2, 59_000, 60_000],
    [3, 119_000, 120_000],
    [4, 239_000, 240_000],
    [5, 86_399_000, 86_400_000],
    [9, 86_399_000, 86_400_000],
  ])("is retried after try %i once its backoff has passed", (tries, soon, late) => {
    expect(called(planFor(after(tries, soon), { sweep: false }))).toEqual([]);
    const plan = planFor(after(tries, late), { sweep: false });
    expect(called(plan)).toEqual([`modify ${imageId}: description = a golden image`]);
    expect(plan.copies[0]).toMatchObject({ repair: { what: "description", tries: tries + 1, at: NOW } });
  });

  it("is reported from the fifth try on", () => {
    expect(planFor(after(4, 1000)).problems).toEqual([]);
    const { problems } = planFor(after(5, 1000));
    expect(problems).toMatchObject([{ code: "drift" }]);
    expect(problems[0]?.text).toMatch(/description, tried 5 times, last at 20/);
  });

  it("does not hold up the repair of other differences", () => {
    const one = { ...after(5, 1000), image: { ...drifted.image, family: "silver" } };
    expect(called(planFor(one))).toEqual([`modify ${imageId}: family = golden`]);
  });

  it("counts tries for all differences together, so that two that alternate reach the limit as well", () => {
    const one = { image: { ...drifted.image, family: "silver" }, copy: copyWith().copy };
    const told: (string[] | number)[] = [];
    let { copy } = one;
    for (let hour = 0; hour < 8; hour += 1) {
      const now = NOW + hour * 3_600_000;
      const plan = planFor({ ...one, copy }, { now });
      told.push(
        called(plan).map((call) => call.split(": ")[1] ?? ""),
        plan.problems.length,
      );
      copy = plan.copies[0] as Copy;
    }
    const [description, family] = [["description = a golden image"], ["family = golden"]];
    expect(told).toEqual([description, 0, family, 0, description, 0, family, 0, description, 0, [], 1, [], 1, [], 1]);
  });

  it("ends if the other differences are only reported or cannot be read", () => {
    const report = [rule({ onDrift: "report" })];
    const other = { ...copyWith({ tags: { team: "core" } }), copy: after(1, 1000).copy };
    const reported = planFor(other, { policies: report });
    expect(reported.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(reported.problems).toMatchObject([{ code: "drift" }]);
    const unknown = planFor({ ...copyWith(), copy: after(1, 1000).copy }, { answers: shares(UNANSWERED) });
    expect(unknown.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(planFor(after(1, 1000), { policies: report }).actions).toMatchObject([
      { text: `${imageId} still differs, which is only reported from now on: description` },
    ]);
  });

  it("ends once the copy is in its desired state", () => {
    const plan = planFor({ ...copyWith(), copy: after(2, 1000).copy }, { sweep: false });
    expect(plan.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(plan.copies[0]).not.toHaveProperty("repair");
  });
});

describe("deprecation", () => {
  const recalled = { ...root, deprecated: true };
  const old = retired(root, SHANGHAI, { image: desired });

  it("follows the source, even with onDrift: report", () => {
    for (const onDrift of ["repair", "report"] as const) {
      const plan = planFor(old, { ...holding([recalled], old), policies: [rule({ onDrift })] });
      expect(called(plan)).toEqual([`modify ${imageId}: deprecated = true`]);
      expect(plan.copies[0]).toMatchObject({ state: "retired", deprecatedByUs: true });
    }
  });

  it("is undone when the source is no longer deprecated, if this program had set it", () => {
    const marked = copyWith({ deprecated: true }, { deprecatedByUs: true });
    expect(called(planFor(marked))).toEqual([`modify ${imageId}: deprecated = false`]);
    expect(called(planFor(copyWith({ deprecated: true })))).toEqual([]);
  });

  it("is removed from the record if it was undone by hand", () => {
    const plan = planFor(copyWith({}, { deprecatedByUs: true }));
    expect(called(plan)).toEqual([]);
    expect(plan.copies[0]).not.toHaveProperty("deprecatedByUs");
  });

  it("stays recorded as ours when the source is selected again", () => {
    const back = {
      ...old,
      image: { ...old.image, deprecated: true },
      copy: { ...old.copy, deprecatedByUs: true as const },
    };
    const plan = planFor(back);
    expect(plan.copies[0]).toMatchObject({ state: "ready", deprecatedByUs: true });
  });

  it("stays while the copy is rolled back", () => {
    const one = copyWith(
      { deprecated: true, family: "", tags: { [ROLLED_BACK_TAG]: "golden" } },
      { deprecatedByUs: true },
    );
    expect(called(planFor(one))).toEqual([]);
  });

  it.each<[string, Known]>([
    ["without lineage tags", { ...old, image: { ...old.image, tags: {} } }],
    ["that was adopted", retired(root, SHANGHAI, { image: desired, copy: { adopted: true } })],
    ["that is deprecated already", { ...old, image: { ...old.image, deprecated: true } }],
    ["that is not NORMAL", { ...old, image: { ...old.image, state: "SYNCING" } }],
  ])("does not follow the source on a copy %s", (_, one) => {
    expect(called(planFor(one, holding([recalled], one)))).toEqual([]);
  });

  it("does not follow the source if the policy is gone or disabled", () => {
    for (const policies of [[], [rule({ enabled: false })]])
      expect(called(planFor(old, { ...holding([recalled], old), policies }))).toEqual([]);
  });
});

describe("a finished copy that was deleted by hand", () => {
  const lost = made(root, SHANGHAI, { image: desired, copy: { missingSince: NOW - SETTLE - CLOCK_SKEW } });
  const gone = (fields: Partial<Policy>, copies: readonly Copy[] = [lost.copy]) =>
    planOf({ policies: [rule(fields)], copies, observation: observation([root]), sweep: true });

  it("is created again", () => {
    const plan = gone({});
    expect(noted(plan)).toEqual(["ap-shanghai: waiting (gone)"]);
    expect(called(gone({}, plan.copies))).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("is only reported with onDrift: report, and created again after a retry or a change of the policy", () => {
    const plan = gone({ onDrift: "report" });
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (gone)"]);
    const [blocked] = plan.copies as [Copy];
    expect("reason" in blocked && blocked.reason.remedy).toContain("cvm-replicator retry img-root0001");
    expect(gone({ onDrift: "report" }, [blocked]).actions).toEqual([]);
    const again = retried(blocked, NOW) as Copy;
    expect(called(gone({ onDrift: "report" }, [again]))).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(called(gone({ onDrift: "repair" }, [blocked]))).toEqual(["send img-root0001 → ap-shanghai"]);
  });
});
