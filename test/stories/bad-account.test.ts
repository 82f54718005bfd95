// One account or one tag that the cloud refuses keeps nobody from the image, and is reported.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { ALL_SWITCHES } from "../../emulator/settings/switches.ts";
import { tagsOf } from "../../emulator/world/image.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { copySettings, policy } from "../support/builders.ts";
import { type Instance, poll, sweep } from "../support/world.ts";
import { FACTORY, HOUR, type Story, story, TEAMS } from "./story.ts";

const REGIONS = ["ap-shanghai", "ap-beijing"];
const BAD = "100000088888";
const [FIRST = "", , LAST = ""] = TEAMS;
const sharing = policy({
  to: REGIONS,
  copy: copySettings({ family: "inherit", shareWith: [FIRST, BAD, LAST] }),
});

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

const sharesIn = (region: string) => [...(s.image(FACTORY, region, "golden-1")?.shares.keys() ?? [])].sort();
const requestsFor = (account: string) =>
  s.t.world.requests.filter(({ params }) => JSON.stringify(params).includes(account)).length;

describe.each(
  ALL_SWITCHES.shareWithBadAccount.values.flatMap((others) =>
    ALL_SWITCHES.badAccountNamed.values.map((named) => ({ others, named })),
  ),
)("a list with one bad account, where the cloud shares with $others and names it: $named", ({ others, named }) => {
  beforeEach(() => {
    Object.assign(s.t.world.switches, { shareWithBadAccount: others, badAccountNamed: named });
  });

  it("is shared with every other account, and the bad one is one problem that names it", async () => {
    s.bake("golden-1", "golden");
    const program = s.program(FACTORY, [sharing]);
    const [report] = await s.pass(2, [program]);
    for (const region of REGIONS) {
      expect(sharesIn(region)).toEqual([FIRST, LAST].sort());
      expect(s.pointed(FACTORY, region, "golden")).toBe("golden-1");
    }
    expect(report?.copies.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
    expect(report?.problems).toMatchObject([{ code: "account-refused" }]);
    expect(report?.problems[0]?.text).toContain(BAD);
    expect(exitCodeOf(summarise(report?.copies ?? [], report?.problems ?? []))).toBe(3);
  });

  it("is tried again once a day, and is no problem any more once it is accepted", async () => {
    s.bake("golden-1", "golden");
    const program = s.program(FACTORY, [sharing]);
    await s.pass(1, [program]);
    const before = requestsFor(BAD);
    await s.pass(20, [program]);
    expect(requestsFor(BAD)).toBe(before);
    (s.t.world.config.accounts as unknown[]).push({ ...DEFAULT_ACCOUNTS[0], uin: BAD });
    const [report] = await s.pass(6, [program]);
    for (const region of REGIONS) expect(sharesIn(region)).toEqual([FIRST, BAD, LAST].sort());
    expect(report?.problems).toEqual([]);
    expect(report?.copies.every((copy) => !("refusals" in copy))).toBe(true);
  });

  it("is added to the policy of finished copies: the others keep their share", async () => {
    s.bake("golden-1", "golden");
    const program = s.program(FACTORY, [policy({ ...sharing, copy: copySettings({ shareWith: [FIRST] }) })]);
    await s.pass(1, [program]);
    program.policies = [sharing];
    const [report] = await s.pass(1, [program]);
    for (const region of REGIONS) expect(sharesIn(region)).toEqual([FIRST, LAST].sort());
    expect(report?.problems).toMatchObject([{ code: "account-refused" }]);
  });
});

it("a bad account is a problem of the run in which the cloud refuses it, sweep or poll", async () => {
  s.bake("golden-1", "golden");
  const program = s.program(FACTORY, [policy({ ...sharing, copy: copySettings({ shareWith: [FIRST] }) })]);
  await s.pass(1, [program]);
  program.policies = [sharing];
  expect((await replicate(sweep, program)).problems).toMatchObject([{ code: "account-refused" }]);

  s.bake("golden-2", "golden");
  await replicate(sweep, program);
  s.t.pass(HOUR);
  const { copies, problems } = await replicate(poll, program);
  expect(copies.map(({ phase }) => phase)).toEqual(["ready", "ready", "ready", "ready"]);
  expect(problems).toMatchObject([{ code: "account-refused" }]);
  program.policies = [policy({ ...sharing, copy: copySettings({ shareWith: [FIRST] }) })];
  expect((await replicate(sweep, program)).problems).toEqual([]);
});

it("a copy whose ownership tags are refused keeps the temporary name, which is its other mark", async () => {
  s.bake("golden-1", "golden");
  addFault(s.t.world, {
    match: { action: "TagResources", times: 0 },
    effect: { kind: "error", code: "InvalidParameter.Tag" },
  });
  const [report] = await s.pass(2, [s.program(FACTORY, [policy({ to: REGIONS })])]);
  for (const region of REGIONS) expect(s.names(FACTORY, region)).toEqual([expect.stringContaining("--copying-")]);
  expect(report?.copies.map(({ phase }) => phase)).toEqual(["stuck", "stuck"]);
});

it("a tag that the cloud refuses keeps no copy from its other tags, its name and its shares", async () => {
  s.bake("golden-1", "golden");
  const tags = { inherit: true, set: { good: "1", bad: "x".repeat(300) } };
  const copy = copySettings({ shareWith: [FIRST], tags });
  const [report] = await s.pass(2, [s.program(FACTORY, [policy({ to: REGIONS, copy })])]);
  for (const region of REGIONS) {
    const image = s.image(FACTORY, region, "golden-1");
    expect(image && tagsOf(image).get("good")).toBe("1");
    expect(sharesIn(region)).toEqual([FIRST]);
  }
  expect(report?.copies.map(({ phase }) => phase)).toEqual(["ready", "ready"]);
  expect(report?.problems).toMatchObject([{ code: "tag-refused" }]);
});

describe("an account of a disabled policy that the cloud refuses when its share is given back", () => {
  const [DESTINATION = ""] = REGIONS;
  const of = (name: string, account: string) =>
    policy({ name, to: [DESTINATION], copy: copySettings({ shareWith: [account] }) });
  const [first, last] = [of("first", FIRST), of("last", LAST)];
  const reworded = { ...last, copy: { ...last.copy, description: "new words" } };

  /** Both policies have shared the copy. One is disabled, and the other has the image modified. */
  async function modified(refusals: number) {
    s.bake("golden-1", "golden");
    const program = s.program(FACTORY, [first, last]);
    await s.pass(1, [program]);
    expect(sharesIn(DESTINATION)).toEqual([FIRST, LAST].sort());
    program.policies = [{ ...first, enabled: false }, reworded];
    // The first call ends the shares, the second gives them back together, the third the first one alone.
    addFault(s.t.world, {
      match: { action: "ModifyImageSharePermission", nth: 2, times: refusals },
      effect: { kind: "error", code: "InvalidAccountId.NotFound" },
    });
    const [report] = await s.pass(2, [program]);
    return { program, report };
  }

  const aDayLater = async (program: Instance) => {
    s.t.pass(25 * HOUR);
    const [report] = await s.pass(0.5, [program]);
    return report;
  };

  it("is reported, and gets its share a day later", async () => {
    const { program, report } = await modified(2);
    expect(sharesIn(DESTINATION)).toEqual([LAST]);
    expect(report?.problems).toMatchObject([{ code: "account-refused" }]);
    expect(report?.problems[0]?.text).toContain(FIRST);
    const later = await aDayLater(program);
    expect(sharesIn(DESTINATION)).toEqual([FIRST, LAST].sort());
    expect(later?.problems).toEqual([]);
    expect(later?.copies.every((copy) => !("refusals" in copy || "pendingReshare" in copy))).toBe(true);
  });

  it("is given up once its policy is enabled and no longer names it", async () => {
    const { program } = await modified(2);
    program.policies = [{ ...first, copy: copySettings() }, reworded];
    const report = await aDayLater(program);
    expect(sharesIn(DESTINATION)).toEqual([LAST]);
    expect(report?.problems).toEqual([]);
  });
});
