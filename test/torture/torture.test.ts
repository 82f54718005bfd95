// A few kills of real processes on each state.
import { afterAll, describe, expect, it } from "vitest";
import { emptyFile, emptyPrefix, emptySchema, postgres, tellSkipped } from "../adapters/state/places.ts";
import { kill } from "./kill-processes.ts";
import { TestBed } from "./test-bed.ts";

/**
 * A few kills in every run of the tests; `npm run torture` makes a hundred and runs more scenarios.
 */
const PLACES = [
  { place: "the embedded state", make: emptyFile },
  { place: "COS", make: emptyPrefix },
];
if (postgres) PLACES.push({ place: "PostgreSQL", make: emptySchema });
tellSkipped("killed processes");

it.runIf(process.env["REQUIRE_ALL_TESTS"])("has a database for these tests", () => {
  expect(Boolean(postgres), "TEST_POSTGRES_URL").toBe(true);
});

const opened: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(opened.map((close) => close())));

describe("killed programs", { timeout: 90_000 }, () => {
  it.concurrent.each(PLACES)("make each copy once and lose no copy, on $place", async ({ make }) => {
    const seed = Date.now() % 1_000_000;
    const state = await make();
    // A busy source is retried only after 30 s.
    const bed = await TestBed.open(seed, state.url, { sourceBusyWhileCopying: "no" });
    opened.push(() => bed.close(false).then(state.remove));
    expect(await kill(bed, 4, () => {})).toBe(4);
    const { verdict, images, copies } = await bed.finish();
    expect({ ...verdict, failures: bed.failures }, `seed ${seed}`).toEqual({
      doubled: [],
      lost: [],
      foreign: [],
      throttled: expect.any(Number) as number,
      failures: [],
    });
    expect(copies).toBe(images * 3);
  });
});
