// The order of the phases: where two phases would answer for the same copy, which of them does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyId } from "../../lib/model/identity.ts";
import { sharesOf, usesOf } from "../../lib/model/observation.ts";
import type { Image, Retired } from "../../lib/model/types.ts";
import { actionsOf } from "../../lib/plan/actions.ts";
import { gatherFacts } from "../../lib/plan/context.ts";
import { casesOf } from "../../lib/plan/lifecycle/cases.ts";
import { BLOCKERS } from "../../lib/plan/lifecycle/creation/check-blockers.ts";
import { LIFE, nextStep } from "../../lib/plan/lifecycle/phases.ts";
import { type Stage, stage, toRequest } from "../../lib/plan/lifecycle/stages.ts";
import { type CopyCase, emptyPlan, type PlanContext, type PlanInput } from "../../lib/plan/types.ts";
import { BORN, copy, image, NOW, planOf, policy, SETTLE } from "../support/builders.ts";
import { answered, holding, made, retired } from "../support/known-copies.ts";
import { callsOf } from "../support/plan-lines.ts";
import { CASES, type Case } from "./order-cases.ts";
import {
  foreign,
  key,
  LISTED,
  pruning,
  publishing,
  root,
  rule,
  SHANGHAI,
  shares,
  syncing,
  tooLarge,
  unreadable,
  waitingOf,
  why,
} from "./order-world.ts";

/** The case of one copy in a small world, and the context of its plan. */
function caseOf({ input, key: of = key }: Case): { copyCase: CopyCase; ctx: PlanContext } {
  const defaults = {
    policies: [policy()],
    copies: [],
    record: BORN,
    now: NOW,
    settle: SETTLE,
    ended: new Set<string>(),
  };
  const { ctx } = gatherFacts({ ...defaults, ...input });
  const copyCase = casesOf(ctx).find((one) => copyId(one.key) === copyId(of));
  if (!copyCase) throw new Error(`no case of ${copyId(of)}`);
  return { copyCase, ctx };
}

/** The step of one copy in words: the event, the next state with its reason, the calls. */
function stepOf(one: Case, life: readonly Stage[] = LIFE): string {
  const { copyCase, ctx } = caseOf(one);
  const actions = actionsOf([nextStep(copyCase, ctx, life)]);
  const changes = actions.flatMap((action) => {
    if (action.do !== "record") return [];
    const { phase } = action.copy;
    return [`${action.event}: ${phase}${"reason" in action.copy ? ` (${action.copy.reason.code})` : ""}`];
  });
  return [...changes, ...callsOf(emptyPlan([], actions))].join(", ");
}

/** A list in which two items have changed places. */
function swapped<T>(items: readonly T[], a: number, b: number): T[] {
  return items.map((item, at) => (at === a ? items[b] : at === b ? items[a] : item)) as T[];
}

/** The life with two phases of one stage in each other's place. */
function withSwap(stageAt: number, a: number, b: number): Stage[] {
  return LIFE.map((one, at) => (at === stageAt ? { ...one, phases: swapped(one.phases, a, b) } : one));
}

/** The checks of `checkBlockers`: where two of them hold, which one the record names. */
const BLOCKED: readonly Case[] = [
  {
    first: "attempts used up",
    then: "block by the policy",
    input: {
      ...holding([root]),
      policies: [tooLarge],
      copies: [copy<"failed">(SHANGHAI, { phase: "failed", reason: why }, { attempts: 5 })],
    },
    expected: "",
  },
  {
    first: "block by the policy",
    then: "name that another image keeps",
    input: { ...holding([root, foreign]), policies: [tooLarge] },
    expected: "blocked: blocked (too-large)",
  },
  {
    first: "name that another image keeps",
    then: "back-off",
    input: { ...holding([root, foreign]), policies: [rule()], copies: [waitingOf("retrying")] },
    expected: "blocked: blocked (name-taken)",
  },
  {
    first: "back-off",
    then: "region not read",
    input: unreadable({ ...holding([root]), policies: [rule()], copies: [waitingOf("retrying")] }),
    expected: "",
  },
  {
    first: "region not read",
    then: "state of the source",
    input: unreadable({ ...holding([syncing]), policies: [rule()] }),
    expected: "waiting: waiting (unreadable)",
  },
];

describe("of two phases that would answer", () => {
  it.each(CASES.map((one) => [one.first, one.then, one] as const))("%s comes before %s", (_, __, one) => {
    expect(stepOf(one)).toBe(one.expected);
  });
});

describe("of two neighbours in the list", () => {
  /** Swaps that change nothing, each with the reason. */
  const HARMLESS: Record<string, string> = {
    "checkMaker, confirmLoss": "one is for an image that exists, the other for one that is absent",
    "confirmLoss, resolveInDoubt": "one is for records with an image, the other for records without",
    "leaveFamily, publish": "a version that was rolled back leads no family, so it is not published",
    "finishRollback, reshare": "reshare itself waits for a rollback that has begun",
    "toRequest, unmade": "desired or not",
    "unmade, stuck": "without an image or with one",
    "underWay, ready": "other states",
    "ready, retired": "other states",
    "retired, kept": "other states",
    "kept, left": "what is kept is not left",
  };
  const isNoticed = (life: readonly Stage[]) => CASES.some((one) => stepOf(one, life) !== one.expected);
  const phases = LIFE.flatMap(({ phases: some }, at) =>
    some.slice(1).map((next, before) => ({
      swap: `${some[before]?.name}, ${next.name}`,
      life: withSwap(at, before, before + 1),
    })),
  );
  const stages = LIFE.slice(1).map((next, before) => ({
    swap: `${LIFE[before]?.select.name}, ${next.select.name}`,
    life: swapped(LIFE, before, before + 1),
  }));
  const apart = [
    { swap: "locate, resolveInDoubt", life: withSwap(0, 0, 3) },
    { swap: "finishRollback, abandonRepair", life: withSwap(8, 0, 2) },
  ];

  it.each([...phases, ...stages, ...apart])("a swap of $swap is noticed, or harmless", ({ swap, life }) => {
    expect(isNoticed(life)).toBe(!(swap in HARMLESS));
  });
});

describe("of two blockers", () => {
  it.each(BLOCKED.map((one) => [one.first, one.then, one] as const))("%s comes before %s", (_, __, one) => {
    expect(stepOf(one)).toBe(one.expected);
  });

  it.each(BLOCKERS.slice(1).map((next, before) => [BLOCKERS[before]?.name, next.name, before] as const))(
    "a swap of %s and %s is noticed",
    (_, __, before) => {
      const life = [stage(toRequest, ...swapped(BLOCKERS, before, before + 1))];
      expect(BLOCKED.some((one) => stepOf(one, life) !== one.expected)).toBe(true);
    },
  );
});

describe("the phases of the list", () => {
  const names = new Set(LIFE.flatMap(({ phases }) => phases.map(({ name }) => name)));
  const read = (file: string) => readFileSync(join(import.meta.dirname, "../..", file), "utf8");
  const namedIn = (texts: readonly string[]) =>
    new Set(
      texts.flatMap((text) =>
        text
          .replace(/\([^)]*\)/g, "")
          .split(/[,→]/)
          .map((name) => name.trim())
          .filter((name) => name !== "" && name !== "–"),
      ),
    );

  it("are those in the table of all cases, and no other", () => {
    const rows = read("lib/plan/plan.ts").match(/^\/\/ \|.*\|$/gm) ?? [];
    expect(namedIn(rows.slice(2).map((row) => row.split("|")[4] ?? ""))).toEqual(names);
  });

  it("are those in the state diagram, and no other", () => {
    const [diagram = ""] = /stateDiagram[^`]*/.exec(read("docs/architecture.md")) ?? [];
    expect(namedIn([...diagram.matchAll(/-->.*?: (.*)/g)].map((arrow) => arrow[1] ?? ""))).toEqual(names);
  });
});

describe("the differences of a finished copy", () => {
  const all = made(root, SHANGHAI, {
    image: { description: "by hand", deprecated: true, tags: { "cvm-replicator:policy": "x" } },
    copy: { deprecatedByUs: true },
  });

  it("are repaired in one order", () => {
    const plan = planOf({ ...holding([root], all), policies: [publishing], answers: shares(all.image), sweep: true });
    expect(plan.actions).toMatchObject([
      {
        copy: {
          repair: {
            differences: [
              "tags cvm-replicator:policy",
              "description",
              "deprecation",
              "family golden",
              `shares ${LISTED}`,
            ],
          },
        },
      },
      { do: "tag" },
    ]);
  });
});

describe("of two reasons to retain an orphaned copy", () => {
  const off = image({ tags: { "cvm-replicator:ignore": "" } });
  const old = retired(off, SHANGHAI, {
    image: { deprecated: true },
    copy: { reason: "recalled", deprecatedByUs: true },
  });
  const inUse = answered([usesOf(old.image), "ins-1"], [sharesOf(old.image), ["1"]]);
  const retainedFor = (image: Partial<Image>, record: Partial<Retired>, more: Partial<PlanInput>): string[] =>
    planOf({
      ...holding([off], { image: { ...old.image, ...image }, copy: { ...old.copy, ...record } }),
      policies: [pruning],
      sweep: true,
      answers: inUse,
      ...more,
    }).retained.map(({ reason }) => reason.code);

  it.each([
    ["adopted before not permitted", {}, { adopted: true }, { policies: [rule()] }, "adopted"],
    ["not permitted before unfinished", { state: "SYNCING" }, {}, { policies: [rule()] }, "not-permitted"],
    ["unfinished before no lineage", { state: "SYNCING", tags: {} }, {}, {}, "unfinished"],
    ["no lineage before use", { tags: {} }, {}, {}, "no-lineage"],
    ["use before shares", {}, {}, {}, "in-use"],
  ] as const)("%s", (_, fields, record, more, code) => {
    expect(retainedFor(fields, record as Partial<Retired>, more as Partial<PlanInput>)).toEqual([code]);
  });
});
