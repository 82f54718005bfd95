// A full region: it is said at once, also while the source is still being made, and goes on by itself.
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeImages } from "../../emulator/control/console.ts";
import { setQuota } from "../../emulator/world/world.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { policy } from "../support/builders.ts";
import { sweep } from "../support/world.ts";
import { FACTORY, HOME, type Story, story } from "./story.ts";

const golden = policy({ to: ["ap-shanghai"], select: { type: "custom", name: ["golden-*"] } });
let s: Story;
beforeEach(async () => {
  s = await story();
});
afterEach(() => s.t.close());

it("a region that is full is reported while the source is being made, and the copy follows once there is room", {
  timeout: 60_000,
}, async () => {
  const program = s.program(FACTORY, [golden]);
  const place = { region: HOME, sizeGiB: 20, account: FACTORY };
  setQuota(s.t.world, "ap-shanghai", 0);
  makeImages(s.t.world, { ...place, name: "golden-1", state: "CREATING" });
  const report = await replicate(sweep, program);
  expect(report.copies).toMatchObject([{ phase: "blocked", reason: { code: "quota" } }]);
  expect([...report.plan.desiredCopies.values()][0]?.root.state).toBe("CREATING");
  expect(exitCodeOf(summarise(report.copies, report.problems))).toBe(3);

  setQuota(s.t.world, "ap-shanghai", 5);
  expect((await replicate(sweep, program)).copies).toMatchObject([
    { phase: "waiting", reason: { code: "source-not-normal" } },
  ]);
  await s.pass(2, [program]);
  expect(s.names(FACTORY, "ap-shanghai")).toEqual(["golden-1"]);
});
