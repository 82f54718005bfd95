// A policy no longer names an account, a tag or a family: what this program gave is taken back.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { tagsOf } from "../../emulator/world/image.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { ACCOUNT, copySettings, policy } from "../support/builders.ts";
import { NO_JOURNAL } from "../support/records.ts";
import type { Instance } from "../support/world.ts";
import { FACTORY, HOUR, MINUTE, type Story, story, TEAMS } from "./story.ts";

const REGIONS = ["ap-shanghai", "ap-beijing"];
const [FIRST = "", SECOND = "", HAND = ""] = TEAMS;
const rule = (copy: Partial<Policy["copy"]>) => policy({ to: REGIONS, copy: copySettings(copy) });
const both = rule({ family: "inherit", shareWith: [FIRST, SECOND] });
const one = rule({ family: "inherit", shareWith: [FIRST] });

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

const sharesIn = (region: string) => [...(s.image(FACTORY, region, "golden-1")?.shares.keys() ?? [])].sort();
const everywhere = (read: (region: string) => unknown) => REGIONS.map(read);
/** A program whose timer sweeps every ten minutes, as the story does. */
const start = (first: Policy): Instance => {
  const program = s.program(FACTORY, [first]);
  program.sweepEvery = 10 * MINUTE;
  return program;
};
/** The same program with another policy. */
const follow = (program: Instance, next: Policy) => {
  program.policies = [next];
};

describe.each(ALL_SWITCHES.modifyWhileShared.values)("where a modification of a shared image is %s", (value) => {
  beforeEach(() => {
    s.t.world.switches.modifyWhileShared = value;
  });

  it("an account that is taken out of shareWith loses the image, and one that a person added keeps it", async () => {
    s.bake("golden-1", "golden");
    const program = start(both);
    await s.pass(1, [program]);
    s.image(FACTORY, "ap-shanghai", "golden-1")?.shares.set(HAND, 0);
    follow(program, one);
    const [report] = await s.pass(1, [program]);
    expect(sharesIn("ap-shanghai")).toEqual([FIRST, HAND].sort());
    expect(sharesIn("ap-beijing")).toEqual([FIRST]);
    expect(report?.problems).toEqual([]);
    const entries = await s.t.state.entries(ACCOUNT, 500);
    expect(entries.filter(({ event }) => event === "shared-by-others")).toHaveLength(1);
  });

  it("a family and tags that the policy no longer says are taken back", async () => {
    s.bake("golden-1", "");
    const program = start(rule({ family: "web", tags: { inherit: true, set: { env: "prod" } }, shareWith: [FIRST] }));
    await s.pass(1, [program]);
    expect(everywhere((region) => s.pointed(FACTORY, region, "web"))).toEqual(["golden-1", "golden-1"]);
    follow(program, rule({ shareWith: [FIRST] }));
    const [report] = await s.pass(1, [program]);
    expect(everywhere((region) => s.pointed(FACTORY, region, "web"))).toEqual([undefined, undefined]);
    for (const region of REGIONS) {
      const image = s.image(FACTORY, region, "golden-1");
      expect(image && [...tagsOf(image).keys()]).not.toContain("env");
      expect(sharesIn(region)).toEqual([FIRST]);
    }
    expect(report?.problems).toEqual([]);
  });
});

it("a family that cannot be left is reported", async () => {
  s.t.world.switches.emptyFamily = "ignored";
  s.bake("golden-1", "");
  const program = start(rule({ family: "web" }));
  await s.pass(1, [program]);
  follow(program, rule({}));
  const [report] = await s.pass(3, [program]);
  expect(report?.problems.map(({ code }) => code)).toEqual(["drift", "drift"]);
});

describe("the brake", () => {
  it("holds a new policy back for two SWEEP_EVERY", async () => {
    s.bake("golden-1", "golden");
    const program = start(both);
    await s.pass(1, [program]);
    follow(program, one);
    await s.pass(0.3, [program]);
    expect(everywhere(sharesIn)).toEqual([[FIRST, SECOND].sort(), [FIRST, SECOND].sort()]);
    await s.pass(0.5, [program]);
    expect(everywhere(sharesIn)).toEqual([[FIRST], [FIRST]]);
  });

  it("takes nothing back while an older policy runs beside the newer one", async () => {
    s.bake("golden-1", "golden");
    const newer = start(both);
    await s.pass(1, [newer]);
    const older = start(one);
    await s.pass(6, [newer, older]);
    expect(everywhere(sharesIn)).toEqual([[FIRST, SECOND].sort(), [FIRST, SECOND].sort()]);
    const unshared = s.t.world.requests.filter(({ params }) => JSON.stringify(params).includes("CANCEL"));
    expect(unshared).toEqual([]);
    await s.pass(1, [older]);
    expect(everywhere(sharesIn)).toEqual([[FIRST], [FIRST]]);
  });

  it("deletes nothing while an older policy runs beside the newer one", async () => {
    const pruning = { prune: { minAge: HOUR, delete: true }, to: ["ap-shanghai"] };
    const select = { type: "custom", name: ["golden-*"] } as const;
    s.bake("golden-1", "");
    s.bake("golden-2", "");
    const wide = start(policy({ ...pruning, select }));
    await s.pass(1, [wide]);
    const narrow = start(policy({ ...pruning, select: { ...select, name: ["golden-2"] } }));
    await s.pass(5, [wide, narrow]);
    expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1", "golden-2"]);
    await s.pass(3, [narrow]);
    expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-2"]);
  });
});

it.each([
  ["finished", one],
  ["not finished", undefined],
])(
  "a share whose answer was lost, and whose process died then, is known to be ours: the copy was %s",
  async (_, first) => {
    s.bake("golden-1", "golden");
    const program = start(one);
    if (first) await s.pass(1, [program]);
    const dying = start(both);
    const { cloud } = program;
    dying.cloud = {
      ...dying.cloud,
      share: async (...args) => {
        await cloud.share(...args);
        throw new Error("the process is killed");
      },
    };
    await expect(s.pass(1, [dying])).rejects.toThrow("the process is killed");
    expect(everywhere(sharesIn)).toContainEqual([FIRST, SECOND].sort());
    await s.pass(1, [program]);
    expect(everywhere(sharesIn)).toEqual([[FIRST], [FIRST]]);
  },
);

it("after a loss of the state, an account that no policy names is left, and reported once", async () => {
  s.bake("golden-1", "golden");
  const program = start(both);
  await s.pass(1, [program]);
  const state = await s.t.forget();
  const fresh = { ...start(one), state, journal: NO_JOURNAL };
  const [report] = await s.pass(3, [fresh]);
  expect(everywhere(sharesIn)).toEqual([[FIRST, SECOND].sort(), [FIRST, SECOND].sort()]);
  expect(report?.problems).toEqual([]);
  const entries = (await state.entries(ACCOUNT, 500)).filter(({ event }) => event === "shared-by-others");
  expect(entries).toHaveLength(2);
  expect(entries[0]?.text).toContain("--Permission CANCEL");
});

it("nothing is taken back for a policy that is disabled or gone", async () => {
  s.bake("golden-1", "golden");
  const other = { ...rule({ family: "inherit", shareWith: [SECOND] }), name: "other" };
  const program = start(one);
  program.policies = [one, other];
  await s.pass(1, [program]);
  for (const policies of [[one, { ...other, enabled: false }], [one]]) {
    program.policies = policies;
    await s.pass(1, [program]);
    expect(everywhere(sharesIn)).toEqual([[FIRST, SECOND].sort(), [FIRST, SECOND].sort()]);
  }
});

it("a copy loses most of many accounts only once a user has confirmed it", async () => {
  const many = Array.from({ length: 9 }, (_, n) => `20000000000${n}`);
  for (const uin of many) (s.t.world.config.accounts as unknown[]).push({ uin });
  s.bake("golden-1", "golden");
  const program = start(rule({ shareWith: many }));
  await s.pass(1, [program]);
  follow(program, rule({ shareWith: many.slice(0, 2) }));
  const [report] = await s.pass(2, [program]);
  expect(everywhere((region) => sharesIn(region).length)).toEqual([9, 9]);
  expect(report?.problems.map(({ code }) => code)).toEqual(["loses-most-shares", "loses-most-shares"]);
});
