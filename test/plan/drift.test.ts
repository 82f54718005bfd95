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
const [FRIEND, STRANGER] = ["100000000003", "100000000004"];
const root = image({ family: "golden", tags: { team: "web" } });
const settings = copySettings({
  family: "inherit",
  tags: { inherit: true, set: { env: "prod" } },
  shareWith: [FRIEND],
});
const rule = (fields: Partial<Policy> = {}) => policy({ to: [SHANGHAI], copy: settings, ...fields });
const right: Partial<Image> = { family: "golden", tags: { team: "web", env: "prod" } };
/** A copy that is as it should be but for some fields. */
const copyWith = (fields: Partial<Image> = {}, record: Partial<Known["copy"]> = {}): Known => {
  const there = made(root, SHANGHAI, { image: { ...right, ...fields, tags: { ...right.tags, ...fields.tags } } });
  return { image: there.image, copy: { ...there.copy, family: "golden", ...record } as Copy };
};
const { imageId } = copyWith().image;
const shares = (value: unknown) => answered([{ ask: "shares", region: SHANGHAI, imageId }, value]);
const look = (one: Known, more: Partial<Parameters<typeof planOf>[0]> = {}) =>
  planOf({ policies: [rule()], ...holding([root], one), answers: shares([FRIEND]), sweep: true, ...more });

it("is remembered with its family and age, where it was found while its source was not looked at", () => {
  const { family: _, rootCreatedAt: _age, ...bare } = copyWith().copy;
  const [action, ...more] = look({ ...copyWith(), copy: bare }).actions;
  expect(action).toMatchObject({ do: "record", copy: { family: "golden", rootCreatedAt: root.createdAt } });
  expect(more).toEqual([]);
});

describe("a finished copy that is not as it should be", () => {
  const cases: [string, Known, unknown, string][] = [
    ["tag changed", copyWith({ tags: { team: "core" } }), [FRIEND], `tag ${imageId}: team`],
    [
      "lineage tag changed",
      copyWith({ tags: { "cvm-replicator:policy": "x" } }),
      [FRIEND],
      `tag ${imageId}: cvm-replicator:policy`,
    ],
    ["description", copyWith({ description: "by hand" }), [FRIEND], `modify ${imageId}: description = a golden image`],
    ["family", copyWith({ family: "silver" }), [FRIEND], `modify ${imageId}: family = golden`],
    ["share ended", copyWith(), [STRANGER], `share ${imageId}: ${FRIEND}`],
  ];

  it.each(cases)("is set right: %s", (_, one, shared, call) => {
    const plan = look(one, { answers: shares(shared) });
    expect(called(plan)).toEqual([call]);
    expect(plan.problems).toEqual([]);
  });

  it.each(cases)("is reported where the policy says so: %s", (_, one, shared) => {
    const plan = look(one, { answers: shares(shared), policies: [rule({ onDrift: "report" })] });
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "drift" }]);
    expect(plan.problems[0]?.text).toContain(`${imageId} in ap-shanghai differs from what is wanted`);
  });

  it.each(cases)("is left for the next look at everything: %s", (_, one, shared) => {
    expect(look(one, { answers: shares(shared), sweep: false }).actions).toEqual([]);
  });

  it("is set right in one respect after the other, tags first and shares last", () => {
    const one = copyWith({ tags: { team: "core" }, description: "by hand", family: "silver" });
    expect(called(look(one, { answers: shares([]) }))).toEqual([`tag ${imageId}: team`]);
    expect(look(one, { policies: [rule({ onDrift: "report" })], answers: shares([]) }).problems[0]?.text).toContain(
      "tags team; description; family golden; shares 100000000003",
    );
  });

  it("is asked about its shares only where the policy shares it", () => {
    expect(look(copyWith(), { answers: answered() }).questions).toEqual([{ ask: "shares", region: SHANGHAI, imageId }]);
    const alone = [rule({ copy: { ...settings, shareWith: [] } })];
    expect(look(copyWith(), { answers: answered(), policies: alone }).questions).toEqual([]);
  });

  it("is reported where its shares cannot be read, and set right in everything else", () => {
    const plan = look(copyWith({ description: "by hand" }), { answers: shares(UNANSWERED) });
    expect(called(plan)).toEqual([`modify ${imageId}: description = a golden image`]);
    expect(look(copyWith(), { answers: shares(UNANSWERED) }).problems).toMatchObject([
      { code: "unanswered-UnauthorizedOperation" },
    ]);
  });
});

describe("what somebody did to a finished copy stays", () => {
  it.each<[string, Known, readonly string[]]>([
    ["a tag that was added", copyWith({ tags: { owner: "me" } }), [FRIEND]],
    ["a share that was added", copyWith(), [FRIEND, STRANGER]],
    ["another name", copyWith({ name: "renamed" }), [FRIEND]],
    ["a mark that it is deprecated", copyWith({ deprecated: true }), [FRIEND]],
    ["everything, while it is not NORMAL", copyWith({ description: "by hand", state: "SYNCING" }), [FRIEND]],
    ["everything, where it was made by other means", copyWith({ description: "by hand" }, { adopted: true }), []],
  ])("%s", (_, one, shared) => {
    const plan = look(one, { answers: shares(shared) });
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toEqual([]);
  });
});

describe("setting a copy right in vain", () => {
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
  ])("is tried again after the %ith time when a while has passed", (tries, soon, late) => {
    expect(called(look(after(tries, soon), { sweep: false }))).toEqual([]);
    const plan = look(after(tries, late), { sweep: false });
    expect(called(plan)).toEqual([`modify ${imageId}: description = a golden image`]);
    expect(plan.copies[0]).toMatchObject({ repair: { what: "description", tries: tries + 1, at: NOW } });
  });

  it("is told to a person from the fifth time on", () => {
    expect(look(after(4, 1000)).problems).toEqual([]);
    const { problems } = look(after(5, 1000));
    expect(problems).toMatchObject([{ code: "drift" }]);
    expect(problems[0]?.text).toMatch(/description, tried 5 times, last at 20/);
  });

  it("does not keep it from being set right in what else differs", () => {
    const one = { ...after(5, 1000), image: { ...drifted.image, family: "silver" } };
    expect(called(look(one))).toEqual([`modify ${imageId}: family = golden`]);
  });

  it("is counted for all that differs together: two things that take turns come to an end as well", () => {
    const one = { image: { ...drifted.image, family: "silver" }, copy: copyWith().copy };
    const told: (string[] | number)[] = [];
    let { copy } = one;
    for (let hour = 0; hour < 8; hour += 1) {
      const now = NOW + hour * 3_600_000;
      const plan = look({ ...one, copy }, { now });
      told.push(
        called(plan).map((call) => call.split(": ")[1] ?? ""),
        plan.problems.length,
      );
      copy = plan.copies[0] as Copy;
    }
    const [description, family] = [["description = a golden image"], ["family = golden"]];
    expect(told).toEqual([description, 0, family, 0, description, 0, family, 0, description, 0, [], 1, [], 1, [], 1]);
  });

  it("ends where what else differs is only reported, or cannot be known", () => {
    const report = [rule({ onDrift: "report" })];
    const other = { ...copyWith({ tags: { team: "core" } }), copy: after(1, 1000).copy };
    const reported = look(other, { policies: report });
    expect(reported.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(reported.problems).toMatchObject([{ code: "drift" }]);
    const unknown = look({ ...copyWith(), copy: after(1, 1000).copy }, { answers: shares(UNANSWERED) });
    expect(unknown.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(look(after(1, 1000), { policies: report }).actions).toMatchObject([
      { text: `${imageId} still differs, which is only reported from now on: description` },
    ]);
  });

  it("ends when it is seen to be as it should be", () => {
    const plan = look({ ...copyWith(), copy: after(2, 1000).copy }, { sweep: false });
    expect(plan.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(plan.copies[0]).not.toHaveProperty("repair");
  });
});

describe("deprecation", () => {
  const recalled = { ...root, deprecated: true };
  const old = retired(root, SHANGHAI, { image: right });

  it("follows the source, also where drift is only reported", () => {
    for (const onDrift of ["repair", "report"] as const) {
      const plan = look(old, { ...holding([recalled], old), policies: [rule({ onDrift })] });
      expect(called(plan)).toEqual([`modify ${imageId}: deprecated = true`]);
      expect(plan.copies[0]).toMatchObject({ state: "retired", deprecatedByUs: true });
    }
  });

  it("is taken back when the source is not deprecated any more, if it was ours", () => {
    const marked = copyWith({ deprecated: true }, { deprecatedByUs: true });
    expect(called(look(marked))).toEqual([`modify ${imageId}: deprecated = false`]);
    expect(called(look(copyWith({ deprecated: true })))).toEqual([]);
  });

  it("is forgotten when somebody else has taken it back", () => {
    const plan = look(copyWith({}, { deprecatedByUs: true }));
    expect(called(plan)).toEqual([]);
    expect(plan.copies[0]).not.toHaveProperty("deprecatedByUs");
  });

  it("is ours still when the source is selected again", () => {
    const back = {
      ...old,
      image: { ...old.image, deprecated: true },
      copy: { ...old.copy, deprecatedByUs: true as const },
    };
    const plan = look(back);
    expect(plan.copies[0]).toMatchObject({ state: "ready", deprecatedByUs: true });
  });

  it("stays while the copy is rolled back", () => {
    const one = copyWith(
      { deprecated: true, family: "", tags: { [ROLLED_BACK_TAG]: "golden" } },
      { deprecatedByUs: true },
    );
    expect(called(look(one))).toEqual([]);
  });

  it.each<[string, Known]>([
    ["without our lineage", { ...old, image: { ...old.image, tags: {} } }],
    ["made by other means", retired(root, SHANGHAI, { image: right, copy: { adopted: true } })],
    ["deprecated already", { ...old, image: { ...old.image, deprecated: true } }],
    ["that is not NORMAL", { ...old, image: { ...old.image, state: "SYNCING" } }],
  ])("does not follow on a copy %s", (_, one) => {
    expect(called(look(one, holding([recalled], one)))).toEqual([]);
  });

  it("does not follow where the policy is gone or disabled", () => {
    for (const policies of [[], [rule({ enabled: false })]])
      expect(called(look(old, { ...holding([recalled], old), policies }))).toEqual([]);
  });
});

describe("a finished copy that somebody deletes", () => {
  const lost = made(root, SHANGHAI, { image: right, copy: { missingSince: NOW - SETTLE - CLOCK_SKEW } });
  const gone = (fields: Partial<Policy>, copies: readonly Copy[] = [lost.copy]) =>
    planOf({ policies: [rule(fields)], copies, observation: observation([root]), sweep: true });

  it("is made again", () => {
    const plan = gone({});
    expect(noted(plan)).toEqual(["ap-shanghai: waiting (gone)"]);
    expect(called(gone({}, plan.copies))).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("is reported where the policy says so, and made again when a person wants that, or the policy changes", () => {
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
