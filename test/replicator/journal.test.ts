// The journal in the log service after whole runs: complete, in order, and in the way of nothing.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { rehearse } from "../../lib/replicator/rehearsal/rehearse.ts";
import { requestForTimer } from "../../lib/replicator/run-requests.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { ACCOUNT } from "../support/builders.ts";
import { makeTopic, type TestTopic } from "../support/log-topic.ts";
import { recordOf } from "../support/records.ts";
import { watched } from "../support/watched-state.ts";
import { type Instance, poll, sweep, type TestWorld, testWorld } from "../support/world.ts";
import { golden, MINUTE } from "./reconcile-world.ts";

let t: TestWorld;
let topic: TestTopic;
let program: Instance;

beforeEach(async () => {
  t = await testWorld();
  topic = makeTopic(t.world);
  program = t.instance([golden], { logService: topic.service(() => t.world.now()) });
});
afterEach(() => t.close());

/** The texts of the state's journal, in the order of writing. */
const written = async () => (await t.state.entries(ACCOUNT, 10_000)).map(({ text }) => String(text)).reverse();
const away = () =>
  addFault(t.world, { match: { action: "UploadLog", times: 0 }, effect: { kind: "http", status: 503 } });
const back = () => {
  t.world.faults.length = 0;
};
const uploads = () => t.world.requests.filter(({ action }) => action === "UploadLog").length;

describe("the journal in CLS", () => {
  it("has every line once, in the order of the state, whatever made the run", async () => {
    t.bake();
    await t.settle(program);
    // Lines that the last save of a run writes go with the next run.
    await replicate(poll, program);
    expect(await written()).toContainEqual(expect.stringContaining('is ready as "golden-web"'));
    expect(topic.texts()).toEqual(await written());
    const found = topic.find();
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(found.every(({ policy }) => policy === "golden")).toBe(true);
  });

  it("has what other processes wrote without a log, a command line for example", async () => {
    t.bake();
    await replicate(sweep, t.instance([golden]));
    expect(topic.find()).toEqual([]);
    t.pass(MINUTE);
    await replicate(poll, program);
    const { length } = topic.texts();
    expect(length).toBeGreaterThan(5);
    expect(topic.texts()).toEqual((await written()).slice(0, length));
  });

  it("is complete after an outage; the runs meanwhile fail in nothing and say what waits", async () => {
    t.bake();
    away();
    const report = await replicate(sweep, program);
    expect(report.run.problems).toMatchObject([
      { code: "journal-not-sent", text: expect.stringMatching(/^\d+ journal lines/) as string },
    ]);
    expect(report.problems).toEqual(report.run.problems);
    expect(exitCodeOf(summarise(report.copies, report.problems))).toBe(0);
    // The next run sees for itself, so that no record keeps the problem alive.
    expect((await recordOf(t.state, ACCOUNT))?.problems).toEqual([]);
    const { copies } = await t.settle(program);
    expect(copies.map(({ phase }) => phase)).toEqual(["ready", "ready", "ready"]);
    expect(topic.find()).toEqual([]);
    back();
    expect((await replicate(poll, program)).problems).toEqual([]);
    expect(topic.texts()).toEqual(await written());
  });

  it("is sent by an idle poll, in one read and one mark more, and costs one that has nothing to send nothing", async () => {
    t.bake();
    await t.settle(program);
    const watch = watched(t.state);
    const timer = async () => {
      watch.forget();
      t.pass(MINUTE);
      const deps = { ...program, state: watch.state, sweepEvery: 600 * MINUTE };
      return await replicate(await requestForTimer(deps, deps.sweepEvery), deps);
    };
    away();
    await t.state.save(ACCOUNT, { entries: await t.state.entries(ACCOUNT, 1) });
    const idle = await timer();
    expect(idle.run.problems).toMatchObject([{ code: "journal-not-sent" }]);
    back();
    expect((await timer()).run.problems).toEqual([]);
    expect((await t.state.read(ACCOUNT)).unsentSince).toBeUndefined();
    const before = uploads();
    const calls = t.world.requests.length;
    await timer();
    expect([watch.queries(), uploads()]).toEqual([2, before]);
    expect(t.world.requests.slice(calls).every(({ action }) => action === "GetCallerIdentity")).toBe(true);
  });

  it("is not sent by a plan, its rehearsal, or a run that found another one at work", async () => {
    t.bake();
    await replicate(sweep, t.instance([golden]));
    const { observation } = await replicate({ ...sweep, mode: "dry-run" }, program);
    await rehearse(observation!, program);
    const lease = { by: { id: "other" }, until: t.world.now() + MINUTE };
    await t.state.save(ACCOUNT, { record: { ...(await recordOf(t.state, ACCOUNT))!, timer: lease } });
    const { run } = await replicate({ trigger: "timer", scope: { kind: "sweep" } }, program);
    expect(run.skipped).toBeDefined();
    expect(uploads()).toBe(0);
  });

  it("waits, without a word, if the run ends at its deadline", async () => {
    t.bake();
    const report = await replicate(sweep, { ...program, stopAt: () => t.world.now() });
    expect([report.run.stoppedEarly, uploads()]).toEqual([true, 0]);
    expect(report.problems.map(({ code }) => code)).not.toContain("journal-not-sent");
  });
});
