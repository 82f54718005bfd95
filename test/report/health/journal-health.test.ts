// Whether the journal has reached the log service, as status says it.
import { expect, it } from "vitest";
import { reason } from "../../../lib/model/messages/reasons.ts";
import { journalHealth } from "../../../lib/report/health/journal-health.ts";
import { exitCodeOf, summarise } from "../../../lib/report/summary.ts";
import { NOW } from "../../support/builders.ts";

const MINUTE = 60_000;

it("is well while nothing waits, or waits for a short time only", () => {
  expect(journalHealth(undefined, NOW)).toEqual({ text: "journal: every line is in CLS" });
  const { text, problem } = journalHealth(NOW - 10 * MINUTE, NOW);
  expect(text).toBe(`journal: lines since ${new Date(NOW - 10 * MINUTE).toISOString()} wait to be sent to CLS`);
  expect(problem).toBeUndefined();
});

it("is late after ten minutes, which needs manual action", () => {
  const { problem } = journalHealth(NOW - 11 * MINUTE, NOW);
  expect(problem).toMatchObject({ code: "journal-late", text: /11 min ago$/.exec(problem?.text ?? "")?.input });
  expect(problem?.remedy).toContain("nothing is lost");
  expect(exitCodeOf(summarise([], problem ? [problem] : []))).toBe(3);
});

it("is no failure of the run that could not send it", () => {
  const problem = reason("journal-not-sent", { lines: undefined, cause: "away" });
  expect(exitCodeOf(summarise([], [problem]))).toBe(0);
});
