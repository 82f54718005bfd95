// Whether the cron expression of a timer ever fires, and often enough.
import { expect, it } from "vitest";
import { cronFault } from "../../lib/doctor/cron.ts";

const NOW = Date.UTC(2026, 10, 28);

it.each([
  ["0 */1 * * * * *", undefined],
  ["0 * * * * * *", undefined],
  ["*/30 0-59/5 * * * MON-SUN *", undefined],
  ["0 */5 * * * * 2026-2099", undefined],
  ["0 */6 * * * * *", "seldom"],
  ["0 0 3 * * * *", "seldom"],
  ["0 */1 9-17 * * MON-FRI *", "seldom"],
  ["0 */1 * 31 2 * *", "never"],
  ["0 */1 * 30,31 FEB * *", "never"],
  ["0 */1 * 29 2 * *", undefined],
  ["0 */1 * 31 2 MON *", undefined],
  ["0 */1 * * * * 2025", "never"],
  ["0 */1 * * * * 2020-2025", "never"],
  ["0 75 * * * * *", "never"],
  ["every minute", undefined],
  ["0 */1 * L * * *", undefined],
])("%s: %s", (cron, fault) => {
  expect(cronFault(cron, NOW)).toBe(fault);
});
