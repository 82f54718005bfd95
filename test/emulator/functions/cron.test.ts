// Cron expressions with seven fields, as timers of SCF have them.
import { describe, expect, it } from "vitest";
import { type Cron, cronOf, nextRun, parseCron } from "../../../emulator/services/functions/schedule/cron.ts";

const utc = (text: string) => Date.parse(`${text}Z`);
const shown = (time: number | undefined) => (time === undefined ? "never" : new Date(time).toISOString().slice(0, 19));

/** The first runs after a time, in UTC. */
function runs(expression: string, after: string, count = 1, offset = 0): string[] {
  const cron = parseCron(expression);
  if (typeof cron === "string") throw new Error(cron);
  const times: string[] = [];
  let time: number | undefined = utc(after);
  for (let i = 0; i < count && time !== undefined; i += 1) {
    time = nextRun(cron, time, offset);
    times.push(shown(time));
  }
  return times;
}

describe("a cron expression", () => {
  // 15 January 2026 is a Thursday.
  it.each([
    ["every second", "* * * * * * *", ["2026-01-15T08:00:01", "2026-01-15T08:00:02"]],
    ["every five seconds", "*/5 * * * * * *", ["2026-01-15T08:00:05", "2026-01-15T08:00:10"]],
    ["every minute", "0 */1 * * * * *", ["2026-01-15T08:01:00", "2026-01-15T08:02:00"]],
    ["every fifth minute", "0 */5 * * * * *", ["2026-01-15T08:05:00", "2026-01-15T08:10:00"]],
    ["a step from a value on", "0 10/20 * * * * *", ["2026-01-15T08:10:00", "2026-01-15T08:30:00"]],
    ["a range with a step", "0 0 9-17/4 * * * *", ["2026-01-15T09:00:00", "2026-01-15T13:00:00"]],
    ["a list", "0 0 2,20 * * * *", ["2026-01-15T20:00:00", "2026-01-16T02:00:00"]],
    ["the first of the month", "0 0 2 1 * * *", ["2026-02-01T02:00:00", "2026-03-01T02:00:00"]],
    ["weekdays by name", "0 15 10 * * MON-FRI *", ["2026-01-15T10:15:00", "2026-01-16T10:15:00"]],
    ["Sunday is 0", "0 0 0 * * 0 *", ["2026-01-18T00:00:00", "2026-01-25T00:00:00"]],
    ["months by name", "0 0 0 1 mar,JUN * *", ["2026-03-01T00:00:00", "2026-06-01T00:00:00"]],
    ["29 February", "0 0 0 29 2 * *", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]],
    ["years", "0 0 0 1 1 * 2030-2031", ["2030-01-01T00:00:00", "2031-01-01T00:00:00"]],
    ["day of the month or weekday", "0 0 0 20 * SAT *", ["2026-01-17T00:00:00", "2026-01-20T00:00:00"]],
    ["a past year", "0 0 0 1 1 * 2020", ["never"]],
    ["30 February", "0 0 0 30 2 * *", ["never"]],
  ])("%s", (_, expression, expected) => {
    expect(runs(expression, "2026-01-15T08:00:00", 2)).toEqual(expected);
  });

  it("is read in its zone", () => {
    const hours = 8 * 3_600_000;
    expect(runs("0 0 2 * * * *", "2026-01-15T08:00:00", 1, hours)).toEqual(["2026-01-15T18:00:00"]);
    expect(runs("0 0 0 1 * * *", "2026-01-15T08:00:00", 1, hours)).toEqual(["2026-01-31T16:00:00"]);
  });

  it("runs after a time within a second, not at it", () => {
    const cron = parseCron("0 * * * * * *") as Cron;
    expect(shown(nextRun(cron, utc("2026-01-15T08:00:00"), 0))).toBe("2026-01-15T08:01:00");
    expect(shown(nextRun(cron, utc("2026-01-15T07:59:59.500"), 0))).toBe("2026-01-15T08:00:00");
  });

  it.each([
    ["0 */5 * * * *", /seven fields \(second minute .* year\), and it has 6/],
    ["", /seven fields/],
    ["60 * * * * * *", /second/],
    ["0 0 24 * * * *", /hour/],
    ["0 0 0 0 * * *", /day/],
    ["0 0 0 * * 7 *", /weekday/],
    ["0 0 0 * * FRI-MON *", /weekday/],
    ["0 0 0 * * * 1969", /year/],
    ["*/0 * * * * * *", /second/],
    ["*/00 * * * * * *", /second/],
    ["1-2-3 * * * * * *", /second/],
    ["*-5 * * * * * *", /second/],
    ["0 0 0 L * * *", /day/],
    ["0 1,,2 * * * * *", /minute/],
    ["0 -1 * * * * *", /minute/],
  ])("%s is refused", (expression, problem) => {
    expect(parseCron(expression)).toMatch(problem);
  });

  it("stands in a trigger as it is, or in JSON", () => {
    expect(cronOf("0 * * * * * *")).toBe("0 * * * * * *");
    expect(cronOf('{"cron":"0 * * * * * *"}')).toBe("0 * * * * * *");
    expect(["{", "{}", '{"cron":1}'].map(cronOf)).toEqual(["", "", ""]);
  });
});
