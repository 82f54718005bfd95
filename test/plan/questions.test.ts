// The questions that a plan asks the cloud, and the effect of their answers.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeUser } from "../../emulator/world/image-users.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { answerTo, NO_ANSWERS, type Question, questionId, sharesOf, usesOf } from "../../lib/model/observation.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copySettings, policy } from "../support/builders.ts";
import { callsOf } from "../support/plan-lines.ts";
import { UNANSWERED, world } from "../support/plan-world.ts";
import { sweep, type TestWorld, testWorld } from "../support/world.ts";

const SHANGHAI = "ap-shanghai";
const existing = { region: SHANGHAI, imageId: "img-a" };

describe("a question", () => {
  it("differs by region, image, family and kind", () => {
    const questions: Question[] = [
      { ask: "quota", region: SHANGHAI },
      { ask: "quota", region: "ap-beijing" },
      sharesOf(existing),
      usesOf(existing),
      sharesOf({ ...existing, region: "ap-beijing" }),
      sharesOf({ ...existing, imageId: "img-b" }),
      { ask: "family", region: SHANGHAI, family: "img-a" },
      { ask: "family", region: SHANGHAI, family: "golden" },
    ];
    expect(new Set(questions.map(questionId)).size).toBe(questions.length);
  });

  it("without an answer differs from an unanswerable question and from an empty answer", () => {
    const asked = world().otherImage(existing).users("img-a", undefined).shares("img-a", UNANSWERED);
    const { answers = NO_ANSWERS } = asked.input();
    expect(answerTo(answers, usesOf(existing))).toEqual({ value: undefined });
    expect(answerTo(answers, sharesOf(existing))).toHaveProperty("unanswerable");
    expect(answerTo(answers, { ask: "quota", region: SHANGHAI })).toBeUndefined();
  });

  it("does not change a plan that does not ask it", () => {
    const disabled = world().policy({ enabled: false }).image();
    const read = ({ notSelected, ...plan }: ReturnType<typeof disabled.plan>) => ({ ...plan, passed: notSelected() });
    expect(read(disabled.quota(SHANGHAI, 0).plan())).toEqual(read(disabled.plan()));
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
  const pruning = policy({ to: [SHANGHAI], prune: { minAge: 0, delete: true, last: true } });

  it("happens before copies are requested, once for each region", async () => {
    t.bake({ count: 3 });
    setQuota(t.world, SHANGHAI, 2);
    const { plan } = await replicate({ ...sweep, mode: "dry-run" }, t.instance([policy({})]));
    expect(asked("DescribeImageQuota").sort()).toEqual(["ap-beijing", SHANGHAI]);
    expect(callsOf(plan).filter((call) => call.endsWith(SHANGHAI))).toHaveLength(2);
    expect(callsOf(plan).filter((call) => call.endsWith("ap-beijing"))).toHaveLength(3);
  });

  it("does not happen if no step depends on the answer", async () => {
    t.bake({ count: 2 });
    const program = t.instance([policy({ to: [SHANGHAI], copy: copySettings({ family: "web" }) })]);
    await t.settle(program);
    const before = t.world.requests.length;
    await replicate(sweep, program);
    const reads = new Set(t.world.requests.slice(before).map(({ action }) => action));
    expect([...reads].sort()).toEqual(["DescribeImages", "GetCallerIdentity"]);
  });

  it("reads the users of all images of a region once", async () => {
    t.bake({ count: 3 });
    await t.settle(t.instance([pruning]));
    const [first] = [...(t.world.images.get(SHANGHAI)?.values() ?? [])].filter(({ copiedFrom }) => copiedFrom);
    makeUser(t.world, { kind: "instance", region: SHANGHAI, imageIds: [first?.imageId ?? ""] });
    const nothing = t.instance([{ ...pruning, select: { type: "custom", name: ["none"] } }]);
    await replicate(sweep, nothing);
    t.pass(3_600_000);
    const before = asked("DescribeInstances").length;
    const { plan } = await replicate({ ...sweep, mode: "dry-run" }, nothing);
    expect(asked("DescribeInstances").slice(before)).toEqual([SHANGHAI]);
    expect(callsOf(plan)).toHaveLength(2);
    expect(plan.retained).toMatchObject([{ image: { imageId: first?.imageId }, reason: { code: "in-use" } }]);
  });

  it("retains only the copies that depend on the answer if the call is refused", async () => {
    addFault(t.world, {
      match: { action: "DescribeImageQuota", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    t.bake();
    const report = await t.settle(t.instance([pruning]));
    expect(report.copies.map(({ phase }) => phase)).toEqual(["ready"]);
    addFault(t.world, {
      match: { action: "DescribeInstances", times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation" },
    });
    const nothing = t.instance([{ ...pruning, select: { type: "custom", name: ["none"] } }]);
    await replicate(sweep, nothing);
    t.pass(3_600_000);
    const { plan } = await replicate(sweep, nothing);
    expect(callsOf(plan)).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code: "unanswered-UnauthorizedOperation" } }]);
  });
});
