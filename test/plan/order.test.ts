// The order of the phases: where two phases would answer for the same copy, which of them does.
import { describe, expect, it } from "vitest";
import { copyId } from "../../lib/model/identity.ts";
import { sharesOf, usesOf } from "../../lib/model/observation.ts";
import type { Image, Retired } from "../../lib/model/types.ts";
import type { Action, PlanInput } from "../../lib/plan/types.ts";
import { answered, called, copy, holding, image, made, planOf, retired } from "../support/builders.ts";
import { CASES, type Case } from "./order-cases.ts";
import {
  encryptedKey,
  encrypting,
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

/** The step of one copy in words: the event, the next state with its reason, the calls. */
function stepOf({ input, key: of = key }: Case): string {
  const plan = planOf(input);
  const actions = plan.actions.flatMap((action): Action[] => {
    if (action.do !== "send") return copyId(action.copy.key) === copyId(of) ? [action] : [];
    const claimRequests = action.claimRequests.filter((one) => copyId(one.copy.key) === copyId(of));
    return claimRequests.length > 0 ? [{ ...action, claimRequests }] : [];
  });
  const changes = actions.flatMap((action) => {
    if (action.do !== "record") return [];
    const { state } = action.copy;
    return [`${action.event}: ${state}${"reason" in action.copy ? ` (${action.copy.reason.code})` : ""}`];
  });
  return [...changes, ...called({ ...plan, actions })].join(", ");
}

/** The checks of `checkBlockers`: where two of them hold, which one the record names. */
const BLOCKED: readonly Case[] = [
  {
    first: "attempts used up",
    then: "block by the policy",
    input: {
      ...holding([root]),
      policies: [tooLarge],
      copies: [copy<"failed">(SHANGHAI, { state: "failed", reason: why }, { attempts: 5 })],
    },
    expected: "",
  },
  {
    first: "block by the policy",
    then: "back-off",
    input: { ...holding([root]), policies: [tooLarge], copies: [waitingOf("retrying")] },
    expected: "blocked: blocked (too-large)",
  },
  {
    first: "back-off",
    then: "state of the source",
    input: { ...holding([syncing]), copies: [waitingOf("retrying")] },
    expected: "",
  },
  {
    first: "state of the source",
    then: "region not read",
    input: unreadable({ ...holding([syncing]), policies: [rule()] }),
    expected: "waiting: waiting (source-not-normal)",
  },
  {
    first: "region not read",
    then: "state of the parent",
    input: unreadable({ ...holding([root]), policies: [encrypting] }),
    key: encryptedKey,
    expected: "waiting: waiting (unreadable)",
  },
];

describe("of two phases that would answer", () => {
  it.each(CASES.map((one) => [one.first, one.then, one] as const))("%s comes before %s", (_, __, one) => {
    expect(stepOf(one)).toBe(one.expected);
  });
});

describe("of two blockers", () => {
  it.each(BLOCKED.map((one) => [one.first, one.then, one] as const))("%s comes before %s", (_, __, one) => {
    expect(stepOf(one)).toBe(one.expected);
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
            what: [
              "tags cvm-replicator:policy",
              "description",
              "deprecation",
              "family golden",
              `shares ${LISTED}`,
            ].join("; "),
          },
        },
      },
      { do: "tag" },
    ]);
  });
});

describe("of two reasons to retain an orphaned copy", () => {
  const off = image({ tags: { "cvm-replicator:ignore": "" } });
  const old = retired(off, SHANGHAI);
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
