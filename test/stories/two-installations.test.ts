// Two installations on one account: a laptop beside the deployed state, and a state that is lost without its id.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tagsOf } from "../../emulator/world/image.ts";
import { INSTALLATION_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { rebuild } from "../../lib/replicator/rebuild-state.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { copySettings, policy } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { NO_JOURNAL } from "../support/records.ts";
import { type Instance, sweep } from "../support/world.ts";
import { FACTORY, HOUR, type Story, story } from "./story.ts";

const SHANGHAI = "ap-shanghai";
const golden = (fields: Partial<Policy> = {}) =>
  policy({
    to: [SHANGHAI],
    prune: { minAge: HOUR, delete: true },
    copy: copySettings({ family: "inherit" }),
    ...fields,
  });

let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

/** An installation with a state of its own; without an id, its state makes one. */
function installation(policies: readonly Policy[], id?: string): Instance {
  const { installation: _, ...rest } = s.program(FACTORY, policies);
  const state = memoryState();
  return { ...rest, state, journal: NO_JOURNAL, ...(id !== undefined && { installation: id }) };
}

const makerOf = (name: string) => {
  const image = s.image(FACTORY, SHANGHAI, name);
  return image && tagsOf(image).get(INSTALLATION_TAG);
};
const changes = () =>
  s.t.world.requests.filter(({ action, effects }) => !action.startsWith("Describe") && effects.length > 0).length;
const exitCode = ({ copies, problems }: Awaited<ReturnType<typeof replicate>>) =>
  exitCodeOf(summarise(copies, problems));

describe("a laptop beside the deployed state", () => {
  it("with another policy of the same name neither deletes nor doubles the copies of the other", {
    timeout: 60_000,
  }, async () => {
    s.bake("golden-web", "web");
    s.bake("golden-db", "db");
    const prod = installation([golden()], "prod");
    await s.pass(2, [prod]);
    expect(s.names(FACTORY, SHANGHAI)).toEqual(["golden-db", "golden-web"]);

    const laptop = installation([golden({ select: { type: "custom", name: ["golden-web", "test-*"] } })], "laptop");
    s.bake("test-1", "test");
    const [, report] = await s.pass(5, [prod, laptop]);
    expect(s.names(FACTORY, SHANGHAI)).toEqual(["golden-db", "golden-web", "test-1"]);
    expect(["golden-db", "golden-web", "test-1"].map(makerOf)).toEqual(["prod", "prod", "laptop"]);
    expect(report && exitCode(report)).toBe(0);
    expect(report?.copies.map((copy) => [copy.rootName, copy.phase === "ready" && copy.installation]).sort()).toEqual([
      ["golden-web", "prod"],
      ["test-1", undefined],
    ]);
  });

  it("waits for what the other is making, and takes it over only with its id", { timeout: 60_000 }, async () => {
    s.bake("golden-web", "web");
    const prod = installation([golden()], "prod");
    await s.pass(0.1, [prod]);
    expect(s.t.copies()).toMatchObject([expect.stringContaining("-prod-1")]);
    const laptop = installation([golden()], "laptop");
    const [waits] = await s.pass(0.8, [laptop]);
    expect(waits?.copies).toMatchObject([{ phase: "waiting", reason: { code: "other-copying" } }]);
    const [blocked] = await s.pass(1, [laptop]);
    expect(blocked && exitCode(blocked)).toBe(3);
    expect(blocked?.copies).toMatchObject([{ phase: "blocked", reason: { code: "other-unfinished" } }]);
    expect(s.t.copies()).toMatchObject([expect.stringContaining("-prod-1")]);

    const [ready] = await s.pass(1, [{ ...laptop, installation: "prod" }]);
    expect(ready?.copies).toMatchObject([{ phase: "ready", adopted: false }]);
    expect(s.names(FACTORY, SHANGHAI)).toEqual(["golden-web"]);
    expect(makerOf("golden-web")).toBe("prod");
    expect(s.t.syncs()).toBe(1);
  });
});

describe("a state that is lost", () => {
  const lose = async (id?: string) => {
    s.bake("golden-web", "web");
    await s.pass(2, [installation([golden()], "prod")]);
    return { next: installation([golden()], id), before: changes() };
  };

  it("is recovered by itself with the id", async () => {
    const { next, before } = await lose("prod");
    const report = await replicate(sweep, next);
    expect(report.copies).toMatchObject([{ phase: "ready", adopted: false }]);
    expect([exitCode(report), changes()]).toEqual([0, before]);
  });

  it("without the id requests nothing twice and changes nothing, and says how to go on", {
    timeout: 60_000,
  }, async () => {
    const { next, before } = await lose();
    const [report] = await s.pass(3, [next]);
    expect(changes()).toBe(before);
    expect(report && exitCode(report)).toBe(3);
    expect(report?.problems.map(({ code }) => code)).toEqual(["met-installation"]);
    expect(report?.problems[0]?.remedy).toContain("--take-over prod");
  });

  it.each([
    ["the id is given", (lost: Instance) => replicate(sweep, { ...lost, installation: "prod" })],
    ["a rebuild takes it over", (lost: Instance) => rebuild(lost, "prod")],
  ])(
    "is recovered once %s, with what was made meanwhile, and no image is tagged again",
    { timeout: 60_000 },
    async (_, takeOver) => {
      const { next } = await lose();
      s.bake("golden-db", "db");
      await s.pass(2, [next]);
      const before = changes();
      await takeOver(next);
      const [report] = await s.pass(2, [next]);
      expect(report && exitCode(report)).toBe(0);
      expect(report?.copies).toMatchObject([{ adopted: false }, { adopted: false }]);
      expect(changes()).toBe(before);
      expect(makerOf("golden-db")).not.toBe("prod");
    },
  );

  it("is another installation if it is given another id", async () => {
    const { next } = await lose();
    await replicate(sweep, next);
    const report = await replicate(sweep, { ...next, installation: "laptop" });
    expect(report.copies).toMatchObject([{ phase: "ready", installation: "prod" }]);
    expect(exitCode(report)).toBe(0);
  });
});
