// The doctor on a timer that does not fire, and on a rule that delivers elsewhere.
import { afterEach, beforeEach, expect, it } from "vitest";
import { complaints, type Deployment, deploy, examined, functionName, HOME, runTimer } from "./deployment.ts";

let d: Deployment;
beforeEach(async () => {
  d = await deploy();
  await runTimer(d);
});
afterEach(() => d.close());

it.each([
  ["never fires", "0 0 0 31 2 * *", "wrong timer trigger: trigger-never"],
  ["fires once a day", "0 0 3 * * * *", "warning timer trigger: trigger-seldom"],
])("a timer that %s", async (_, TriggerDesc, complaint) => {
  const trigger = { FunctionName: functionName("poll-copies"), TriggerName: "every-minute", Type: "timer" };
  d.call("scf", "UpdateTrigger", { ...trigger, Enable: "OPEN", TriggerDesc });
  expect(complaints(await examined(d))).toEqual([complaint]);
});

it("a timer that has not run for an hour, whose last run had no topic for its lines", async () => {
  const later = await examined(d, { now: () => Date.now() + 3_600_000 });
  const codes = (subject: string) => later.filter((one) => one.subject === subject).map(({ code }) => code);
  expect(codes("timer runs")).toEqual(["timer-late"]);
  expect(codes("journal lines")).toEqual(["lines-wait"]);
});

// The emulator makes no such target by a call, because there is no such function; in the cloud it is left after a move.
it.each([
  ["another region", `qcs::scf:${HOME}:`, "qcs::scf:ap-shanghai:"],
  ["another namespace", "namespace/default", "namespace/prod"],
])("a rule whose target is the function of %s", async (_, from, to) => {
  const targets = d.world.eventBuses.get(d.ids.bus)?.rules.get(d.ids.rule)?.targets;
  const target = targets?.get(d.ids.target);
  if (target) targets?.set(target.id, { ...target, resource: target.resource.replace(from, to) });
  expect(complaints(await examined(d))).toEqual(["wrong event rule: rule-elsewhere"]);
});
