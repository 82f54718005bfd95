import { afterAll, describe, expect, it } from "vitest";
import { emptyFile, emptySchema, postgres, tellSkipped } from "../adapters/state/places.ts";
import { Arena } from "./arena.ts";
import { kill } from "./kills.ts";

/** A few kills for every run of the tests; `npm run torture` makes a hundred, and does worse. */
const PLACES = [{ place: "the embedded state", make: emptyFile }];
if (postgres) PLACES.push({ place: "PostgreSQL", make: emptySchema });
tellSkipped("processes that are killed");

it.runIf(process.env["REQUIRE_ALL_TESTS"])("has all that these tests need", () => {
  expect(Boolean(postgres), "TEST_POSTGRES_URL").toBe(true);
});

const opened: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(opened.map((close) => close())));

describe("programs that are killed", { timeout: 90_000 }, () => {
  it.concurrent.each(PLACES)("make each copy once and lose none, on $place", async ({ make }) => {
    const seed = Date.now() % 1_000_000;
    const state = await make();
    // A source that is busy is tried again after 30 s.
    const arena = await Arena.open(seed, state.url, { sourceBusyWhileCopying: "no" });
    opened.push(() => arena.close(false).then(state.remove));
    expect(await kill(arena, 4, () => {})).toBe(4);
    const { verdict, images, copies } = await arena.finish();
    expect({ ...verdict, complaints: arena.complaints }, `seed ${seed}`).toEqual({
      doubled: [],
      lost: [],
      foreign: [],
      throttled: expect.any(Number) as number,
      complaints: [],
    });
    expect(copies).toBe(images * 3);
  });
});
