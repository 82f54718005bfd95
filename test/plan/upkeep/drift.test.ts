// Upkeep of finished copies: which differences are repaired, and which are only reported.
import { describe, expect, it } from "vitest";
import type { Image } from "../../../lib/model/types.ts";
import { days, hours, NOW, type RecordFields, UNANSWERED, type World, world } from "../../support/plan-world.ts";

const LISTED = "100000000003";
const COPY = "img-root0001-ap-shanghai";
const base = world()
  .policy({ to: ["ap-shanghai"], copy: { family: "inherit", tags: { set: { env: "prod" } }, shareWith: [LISTED] } })
  .image({ family: "golden", tags: { team: "web" } })
  .sweep();
/** A finished copy in its desired state, except for these fields. */
const finished = (image: Partial<Image> = {}, record: RecordFields = {}) => {
  const tags = { team: "web", env: "prod", ...image.tags };
  const fields = { image: { family: "golden", ...image, tags }, record: { family: "golden", ...record } };
  return base.copy("ap-shanghai", "ready", fields).shares(COPY, [LISTED]);
};

it("gets its family and age recorded later if it was recovered without reading its source", () => {
  const [action, ...more] = finished({}, { family: undefined, rootCreatedAt: undefined, rootFamily: undefined }).plan()
    .actions;
  expect(action).toMatchObject({
    do: "record",
    copy: { family: "golden", rootCreatedAt: NOW - days(1), rootFamily: "golden" },
  });
  expect(more).toEqual([]);
});

it("gets the family of its root recorded anew when the source has another one", () => {
  const { actions } = finished({}, { rootFamily: "silver" }).plan();
  expect(actions).toMatchObject([{ do: "record", event: "refreshed", copy: { rootFamily: "golden" } }]);
});

describe("a finished copy that differs from its desired state", () => {
  const cases: [string, World, string][] = [
    ["tag changed", finished({ tags: { team: "core" } }), `tag ${COPY}: team`],
    ["lineage tag changed", finished({ tags: { "cvm-replicator:policy": "x" } }), `tag ${COPY}: cvm-replicator:policy`],
    ["description", finished({ description: "by hand" }), `modify ${COPY}: description = a golden image`],
    ["family", finished({ family: "silver" }), `modify ${COPY}: family = golden`],
    ["share ended", finished().shares(COPY, []), `share ${COPY}: ${LISTED}`],
  ];

  it.each(cases)("is repaired: %s", (_, differing, call) => {
    const plan = differing.plan();
    expect(plan.calls).toEqual([call]);
    expect(plan.problems).toEqual([]);
  });

  it.each(cases)("is only reported with onDrift: report: %s", (_, differing) => {
    const plan = differing.policy({ onDrift: "report" }).plan();
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toMatchObject([{ code: "drift" }]);
    expect(plan.problems[0]?.text).toContain(`${COPY} in ap-shanghai differs from its desired state`);
  });

  it.each(cases)("waits for the next sweep: %s", (_, differing) => {
    expect(differing.sweep(false).plan().actions).toEqual([]);
  });

  it("is repaired one difference at a time, tags first and shares last", () => {
    const all = finished({ tags: { team: "core" }, description: "by hand", family: "silver" }).shares(COPY, []);
    expect(all.plan().calls).toEqual([`tag ${COPY}: team`]);
    expect(all.policy({ onDrift: "report" }).plan().problems[0]?.text).toContain(
      "tags team; description; family golden; shares 100000000003",
    );
  });

  it("has its shares read only if the policy shares it", () => {
    const unasked = finished().withoutAnswers();
    expect(unasked.plan().questions).toEqual([{ ask: "shares", region: "ap-shanghai", imageId: COPY }]);
    expect(unasked.policy({ copy: { shareWith: [] } }).plan().questions).toEqual([]);
  });

  it("is reported if its shares cannot be read, and every other difference is repaired", () => {
    const differing = finished({ description: "by hand" }).shares(COPY, UNANSWERED);
    expect(differing.plan().calls).toEqual([`modify ${COPY}: description = a golden image`]);
    expect(finished().shares(COPY, UNANSWERED).plan().problems).toMatchObject([
      { code: "unanswered-UnauthorizedOperation" },
    ]);
  });
});

describe("a manual change of a finished copy is kept", () => {
  it.each<[string, World]>([
    ["an added tag", finished({ tags: { owner: "me" } })],
    ["a new name", finished({ name: "renamed" })],
    ["its deprecation", finished({ deprecated: true })],
    ["any change while the image is not NORMAL", finished({ description: "by hand", state: "SYNCING" })],
    ["any change of an adopted copy", finished({ description: "by hand" }, { adopted: true }).shares(COPY, [])],
  ])("%s", (_, changed) => {
    const plan = changed.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.problems).toEqual([]);
  });
});

describe("a repair without effect", () => {
  const tried = (tries: number, ago: number) => ({ repair: { differences: ["description"], tries, at: NOW - ago } });
  /** A copy whose description differs still, after so many tries. */
  const after = (tries: number, ago: number) => finished({ description: "by hand" }, tried(tries, ago));

  it.each([
    [1, 29_000, 30_000],
    [2, 59_000, 60_000],
    [3, 119_000, 120_000],
    [4, 239_000, 240_000],
    [5, 86_399_000, 86_400_000],
    [9, 86_399_000, 86_400_000],
  ])("is retried after try %i once its backoff has passed", (tries, soon, late) => {
    expect(after(tries, soon).sweep(false).plan().calls).toEqual([]);
    const plan = after(tries, late).sweep(false).plan();
    expect(plan.calls).toEqual([`modify ${COPY}: description = a golden image`]);
    expect(plan.copies[0]).toMatchObject({ repair: { differences: ["description"], tries: tries + 1, at: NOW } });
  });

  it("is reported from the fifth try on", () => {
    expect(after(4, 1000).plan().problems).toEqual([]);
    const { problems } = after(5, 1000).plan();
    expect(problems).toMatchObject([{ code: "drift" }]);
    expect(problems[0]?.text).toMatch(/description, tried 5 times, last at 20/);
  });

  it("does not hold up the repair of other differences", () => {
    const two = after(5, 1000).change(COPY, { family: "silver" });
    expect(two.plan().calls).toEqual([`modify ${COPY}: family = golden`]);
  });

  it("counts tries for all differences together, so that two that alternate reach the limit as well", () => {
    const [description, family] = [["description = a golden image"], ["family = golden"]];
    let two = finished({ description: "by hand", family: "silver" });
    const repairs = Array.from({ length: 8 }, (_, hour) => {
      const plan = two.at(hours(hour)).plan();
      two = two.after(plan);
      return [plan.calls.map((call) => call.split(": ")[1]), plan.problems.length];
    });
    expect(repairs).toEqual([
      [description, 0],
      [family, 0],
      [description, 0],
      [family, 0],
      [description, 0],
      [[], 1],
      [[], 1],
      [[], 1],
    ]);
  });

  it("ends if the other differences are only reported or cannot be read", () => {
    const other = finished({ tags: { team: "core" } }, tried(1, 1000))
      .policy({ onDrift: "report" })
      .plan();
    expect(other.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(other.problems).toMatchObject([{ code: "drift" }]);
    const unknown = finished({}, tried(1, 1000)).shares(COPY, UNANSWERED).plan();
    expect(unknown.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(after(1, 1000).policy({ onDrift: "report" }).plan().actions).toMatchObject([
      { text: `${COPY} still differs, which is only reported from now on: description` },
    ]);
  });

  it("ends once the copy is in its desired state", () => {
    const plan = finished({}, tried(2, 1000)).sweep(false).plan();
    expect(plan.actions).toMatchObject([{ do: "record", event: "repaired" }]);
    expect(plan.copies[0]).not.toHaveProperty("repair");
  });
});
