// The answer of a function: what a person reads first, and how long it can become.
import { describe, expect, it } from "vitest";
import { CloudError, InputError, StartError, StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { ignoredBecause } from "../../lib/model/messages/event.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import type { Copy, CopyPhase, Run } from "../../lib/model/types.ts";
import { emptyPlan } from "../../lib/plan/types.ts";
import { type AnswerInput, answerOf, helloWorldAnswer, noRunAnswer } from "../../lib/report/answer/answer.ts";
import { thrownError } from "../../lib/report/answer/thrown-error.ts";
import { viewOf } from "../../lib/report/plan/plan-view.ts";
import { recordOf } from "../support/plan-copy.ts";

const RUN: Run = {
  id: "r",
  account: "100000000001",
  trigger: "timer",
  startedAt: 0,
  endedAt: 1,
  actions: {},
  failures: 0,
  stoppedEarly: false,
  problems: [],
};

const copy = (phase: CopyPhase, n = 1): Copy => {
  const record = recordOf("ap-shanghai", phase);
  return { ...record, key: { ...record.key, rootId: `img-${n}` }, version: 1 };
};
const problem = (n: number) => ({ code: "drift", text: storedText(`problem ${n}`), remedy: storedText("do this") });

function answer(input: Partial<AnswerInput>) {
  return answerOf({
    account: RUN.account,
    run: RUN,
    copies: [],
    isPart: false,
    totals: {},
    problems: [],
    done: {},
    ...input,
  });
}

describe("the first sentences", () => {
  it("say what was done and how all copies of the account stand", () => {
    const { summary, next } = answer({
      copies: [copy("ready")],
      totals: { ready: 20, requested: 3 },
      done: { requested: 3, finished: 1 },
    });
    expect(summary).toBe(
      "3 copies requested and 1 finished. Of 23 copies, 3 are being copied and 20 are ready. The timer continues with them.",
    );
    expect(next).toBeNull();
  });

  it("ask nobody for anything while journal lines wait for CLS to answer, and name what a person has to do", () => {
    const waiting = (remedy?: string) =>
      answer({ problems: [reason("journal-not-sent", { lines: undefined, cause: "no answer", remedy })] });
    expect([waiting().next, waiting().problems.length]).toEqual([null, 1]);
    expect(waiting("grant cls:UploadLog").next).toMatch(/^This needs you: .*grant cls:UploadLog/);
  });

  it("say that there was nothing to do", () => {
    expect(answer({ totals: { ready: 24 } }).summary).toBe("Nothing had to be changed. All 24 copies are ready.");
    expect(answer({}).summary).toBe("Nothing had to be changed. No copies are recorded.");
    const skipped = answer({ run: { ...RUN, skipped: "another timer run is in progress" } });
    expect(skipped.summary).toBe("Nothing was done: another timer run is in progress.");
  });

  it("name what needs a person, first of all a problem, and what to do about it", () => {
    const blocked = copy("blocked");
    const both = answer({ copies: [blocked], totals: { blocked: 1 }, problems: [problem(1)] });
    expect(both.next).toMatch(
      /^2 things need you, first: problem 1; do this\. Then send \{"retry": true\} to evaluate/,
    );
    const one = answer({ copies: [blocked], totals: { blocked: 1 } });
    expect(one.next).toMatch(/^This needs you: img-1 to ap-shanghai: /);
    const unseen = answer({ totals: { blocked: 1, failed: 1 } });
    expect(unseen.next).toMatch(/^2 copies are blocked or failed: send \{\} to evaluate-policy/);
  });

  it("say that a run stopped early, and when to give it more time", () => {
    const stopped = answer({ run: { ...RUN, stoppedEarly: true } });
    expect(stopped.summary).toMatch(/^It stopped before its time limit/);
    expect(stopped.next).toMatch(/a longer time limit/);
  });

  it("say of a dry run that nothing was changed, and how to do it", () => {
    const plan = { ...viewOf(emptyPlan([])), update: [{} as never] };
    const dry = answer({ plan, copies: [copy("requested")], totals: { ready: 1 }, isPart: true });
    expect(dry.summary).toBe(
      "Dry run: nothing was changed. It would request 0 copies, change 1 and delete 0. The only copy is ready.",
    );
    expect(dry.next).toBe('To do it, send the same event without "dryRun".');
    expect(dry.counts).toEqual({ total: 1, ready: 1 });
    const blocked = answer({ plan, copies: [copy("blocked")], totals: {} });
    expect(blocked.next, "the plan of which blocks a copy").toMatch(/^This needs you: img-1 to ap-shanghai/);
    expect(dry.copies, "which are as they would be").toEqual([]);
  });

  it("say why an image that the event names has no copies", () => {
    const reason = { code: "name", text: storedText('the name "x" does not match') };
    const images = [
      { region: "ap-guangzhou", imageId: "img-1", isRead: true, notSelected: [] },
      { region: "ap-tokyo", imageId: "img-2", isRead: false, notSelected: [] },
      { region: "ap-guangzhou", imageId: "img-3", isRead: true, notSelected: [{ policy: "golden", reason }] },
      { region: "ap-guangzhou", imageId: "img-4", isRead: true, notSelected: [] },
      { region: "ap-shanghai", imageId: "img-5", isRead: false, notSelected: [], copyOf: copy("ready") },
    ];
    const found = { ...copy("ready"), key: { ...copy("ready").key, rootRegion: "ap-guangzhou", rootId: "img-1" } };
    const all = answer({ copies: [found], isPart: true, event: { images, ignored: [] } });
    expect(all.images?.map(({ imageId, result }) => [imageId, result])).toEqual([
      [
        "img-2",
        "no enabled policy copies from ap-tokyo; nothing to do if it is a copy; to copy it further, add ap-tokyo to `from` of a policy",
      ],
      ["img-3", 'not selected: golden: the name "x" does not match'],
      ["img-4", expect.stringContaining("the cloud shows no such image in ap-guangzhou")],
      ["img-5", "it is the copy of img-1 in ap-guangzhou for policy golden; a copy is never a source"],
      ["img-1", "its only copy is ready"],
    ]);
    expect(all.summary).toMatch(
      /^Nothing had to be changed\. img-2 in ap-tokyo: .* \(and 3 more, see images\)\. The only copy concerned is ready/,
    );
  });

  it.each([
    [["copying", "copying"], "All 2 copies concerned are being copied.", "all its 2 copies are being copied"],
    [["waiting"], "The only copy concerned waits.", "its only copy waits"],
    [
      ["copying", "ready"],
      "Of 2 copies concerned, 1 is being copied and 1 is ready.",
      "2 copies: 1 is being copied and 1 is ready",
    ],
  ] as const)("count the states %j of copies", (states, summary, result) => {
    const key = { rootRegion: "ap-guangzhou", rootId: "img-1" } as const;
    const copies = states.map((state) => ({ ...copy(state), key: { ...copy(state).key, ...key } }));
    const images = [{ region: "ap-guangzhou", imageId: "img-1", isRead: true, notSelected: [] }];
    const all = answer({ copies, isPart: true, event: { images, ignored: [] } });
    expect(all.summary).toContain(summary);
    expect(all.images?.[0]?.result).toBe(result);
  });

  it("say of an event without images why, and what to send instead", () => {
    const ignored = noRunAnswer([ignoredBecause("hello-world-event")]);
    expect(ignored.summary).toBe("Nothing was done: this is the SCF console's hello-world event.");
    expect(ignored.next).toMatch(/^Send \{"region".*\.$/);
    expect(helloWorldAnswer("{}")).toEqual({
      summary: "Nothing was done: this is the hello-world event of the SCF console.",
      next: "Choose another test event, e.g. {}.",
    });
  });
});

describe("the lists", () => {
  it("begin with what is blocked; copies that are ready are only counted, unless the answer is about them", () => {
    const copies = [copy("ready"), copy("waiting", 2), copy("blocked", 3), copy("failed", 4)];
    const totals = { ready: 1, waiting: 1, blocked: 1, failed: 1 };
    expect(answer({ copies, totals }).copies.map(({ state }) => state)).toEqual(["blocked", "failed", "waiting"]);
    expect(answer({ copies, totals, isPart: true }).copies).toHaveLength(4);
  });

  it("count copies that the run did not look at, and one that is missing as one that waits", () => {
    const missing = { ...copy("ready"), missingSince: 5 } as Copy;
    const { counts } = answer({ copies: [missing], totals: { ready: 1_000_000, stuck: 2, ended: 3, requested: 4 } });
    expect(counts).toMatchObject({ total: 1_000_009, ready: 999_999, waiting: 1, blocked: 2, retired: 3, copying: 4 });
  });

  it("have twenty entries at most, and the whole 16,000 characters, with 10,000 copies and the longest reasons", () => {
    const long = storedText("a reason ".repeat(2_000));
    const copies = Array.from({ length: 10_000 }, (_, n) => {
      return { ...copy("blocked", n), reason: { code: "x", text: n < 15 ? storedText("short") : long } } as Copy;
    });
    const images = copies.map(({ key }) => {
      return { region: key.rootRegion, imageId: key.rootId, isRead: true, notSelected: [] };
    });
    const small = answer({ copies: copies.slice(0, 15), totals: { blocked: 15 } });
    expect(small.copies).toHaveLength(15);
    expect(small).not.toHaveProperty("omitted");
    const problems = Array.from({ length: 500 }, (_, n) => ({ ...problem(n), text: long }));
    const large = answer({ copies, totals: { blocked: 10_000 }, problems, event: { images, ignored: [] } });
    expect(JSON.stringify(large).length).toBeLessThan(16_000);
    expect(large.omitted).toMatchObject({ copies: 10_000, problems: 500 });
    expect(large.counts.blocked).toBe(10_000);
  });
});

describe("the error of a function", () => {
  const failure = (code: string, outcome: "retry" | "terminal", remedy?: string) =>
    new CloudError({
      action: "DescribeImages",
      region: "ap-tokyo",
      code,
      text: storedText("no"),
      outcome,
      effect: "none",
      ...(remedy !== undefined && { remedy: storedText(remedy) }),
    });

  it.each([
    [failure("AuthFailure", "terminal", "check the role"), /AuthFailure: no; nothing is lost; check the role$/],
    [failure("Network", "retry"), /check that the network of the function/],
    [failure("InternalError", "retry"), /passes by itself/],
    [new StateError(storedText("cannot be reached")), /^StateError: cannot be reached$/],
    [new StartError(storedText("too little"), { cause: new Error("why") }), /^StartError: too little$/],
    [new InputError([{ where: "STATE_URL", text: storedText("not set") }]), /^InputError: STATE_URL: not set$/],
    [new TypeError("x is undefined"), /internal error \(TypeError: x is undefined\).*LOG_LEVEL=debug/],
  ])("%o shows its message and what to do, without a stack", (error, expected) => {
    const thrown = thrownError(error, false);
    expect(thrown).toBe(error);
    expect(thrown.stack).toMatch(expected);
    expect(thrown.stack).not.toContain("\n    at ");
    expect(thrown.cause).toBeUndefined();
  });

  it("keeps the stack of an unexpected error with LOG_LEVEL=debug", () => {
    expect(thrownError(new TypeError("x"), true).stack).toContain("\n    at ");
    expect(thrownError("text", false).message).toContain("Error: text");
  });
});
