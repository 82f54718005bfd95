import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeUser } from "../../emulator/world/image-users.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { answerTo, type Question, questionId, sharesOf, usesOf } from "../../lib/model/observation.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { answered, called, copySettings, image, observation, planOf, policy, UNANSWERED } from "../support/builders.ts";
import { sweep, type TestWorld, testWorld } from "../support/world.ts";

const SHANGHAI = "ap-shanghai";
const there = image({ region: SHANGHAI, imageId: "img-a" });

describe("a question", () => {
  it("is another one for each region, image, family and matter", () => {
    const questions: Question[] = [
      { ask: "quota", region: SHANGHAI },
      { ask: "quota", region: "ap-beijing" },
      sharesOf(there),
      usesOf(there),
      sharesOf({ ...there, region: "ap-beijing" }),
      sharesOf({ ...there, imageId: "img-b" }),
      { ask: "family", region: SHANGHAI, family: "img-a" },
      { ask: "family", region: SHANGHAI, family: "golden" },
    ];
    expect(new Set(questions.map(questionId)).size).toBe(questions.length);
  });

  it("that was not asked is told from one that nobody can answer, and from one whose answer is nothing", () => {
    const answers = answered([usesOf(there), undefined], [sharesOf(there), UNANSWERED]);
    expect(answerTo(answers, usesOf(there))).toEqual({ value: undefined });
    expect(answerTo(answers, sharesOf(there))).toHaveProperty("unanswerable");
    expect(answerTo(answers, { ask: "quota", region: SHANGHAI })).toBeUndefined();
  });

  it("is of no account for a plan that does not ask it", () => {
    const bare = { policies: [policy({ enabled: false })], observation: observation([image()]) };
    const quota = answered([{ ask: "quota", region: SHANGHAI }, 0]);
    expect(planOf({ ...bare, answers: quota })).toEqual(planOf(bare));
  });
});

describe("asking the cloud", () => {
  let t: TestWorld;
  beforeEach(async () => {
    t = await testWorld();
  });
  afterEach(() => t.close());
  const asked = (action: string) =>
    t.world.requests.filter((request) => request.action === action).map(({ region }) => region);
  const pruning = policy({ to: [SHANGHAI], prune: { minAge: 0, delete: true } });

  it("is done before a copy is asked for, once for each region", async () => {
    t.bake({ count: 3 });
    setQuota(t.world, SHANGHAI, 2);
    const { plan } = await replicate({ ...sweep, dryRun: true }, t.instance([policy({})]));
    expect(asked("DescribeImageQuota").sort()).toEqual(["ap-beijing", SHANGHAI]);
    expect(called(plan).filter((call) => call.endsWith(SHANGHAI))).toHaveLength(2);
    expect(called(plan).filter((call) => call.endsWith("ap-beijing"))).toHaveLength(3);
  });

  it("is not done where nothing depends on it", async () => {
    t.bake({ count: 2 });
    const program = t.instance([policy({ to: [SHANGHAI], copy: copySettings({ family: "web" }) })]);
    await t.settle(program);
    const before = t.world.requests.length;
    await replicate(sweep, program);
    const reads = new Set(t.world.requests.slice(before).map(({ action }) => action));
    expect([...reads].sort()).toEqual(["DescribeImages", "GetCallerIdentity"]);
  });

  it("reads once for all images of a region who uses them", async () => {
    t.bake({ count: 3 });
    await t.settle(t.instance([pruning]));
    const [first] = [...(t.world.images.get(SHANGHAI)?.values() ?? [])].filter(({ copiedFrom }) => copiedFrom);
    makeUser(t.world, { kind: "instance", region: SHANGHAI, imageIds: [first?.imageId ?? ""] });
    const nothing = t.instance([{ ...pruning, select: { type: "custom", name: ["none"] } }]);
    await replicate(sweep, nothing);
    t.pass(3_600_000);
    const before = asked("DescribeInstances").length;
    const { plan } = await replicate({ ...sweep, dryRun: true }, nothing);
    expect(asked("DescribeInstances").slice(before)).toEqual([SHANGHAI]);
    expect(called(plan)).toHaveLength(2);
    expect(plan.retained).toMatchObject([{ image: { imageId: first?.imageId }, reason: { code: "in-use" } }]);
  });

  it("that is refused keeps what depends on it, and nothing else", async () => {
    addFault(t.world, {
      match: { action: "DescribeImageQuota", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    t.bake();
    const report = await t.settle(t.instance([pruning]));
    expect(report.copies.map(({ state }) => state)).toEqual(["ready"]);
    addFault(t.world, {
      match: { action: "DescribeInstances", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const nothing = t.instance([{ ...pruning, select: { type: "custom", name: ["none"] } }]);
    await replicate(sweep, nothing);
    t.pass(3_600_000);
    const { plan } = await replicate(sweep, nothing);
    expect(called(plan)).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code: "unanswered-UnauthorizedOperation" } }]);
  });
});
