// When asynchronous events are tried again.
import { expect, it } from "vitest";
import { isExpired, retryDelay, throttleDelay } from "../../../emulator/services/functions/schedule/retries.ts";
import type { AsyncEvent } from "../../../emulator/world/services/function.ts";

it("an error is tried again after one minute, then after two", () => {
  expect([1, 2].map(retryDelay)).toEqual([60_000, 120_000]);
});

it("an event that finds no instance backs off, up to five minutes", () => {
  expect([1, 2, 3, 9, 20].map(throttleDelay)).toEqual([1000, 2000, 4000, 256_000, 300_000]);
});

it("an event expires after the time that its function keeps events", () => {
  const event = { queuedAt: 1000 } as AsyncEvent;
  expect([61_000, 61_001].map((now) => isExpired(event, 60, now))).toEqual([false, true]);
});
