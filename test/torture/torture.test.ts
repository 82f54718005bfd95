import { afterAll, describe, expect, it } from "vitest";
import { emptyFile, emptySchema, postgres, tellSkipped } from "../state/places.ts";
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

describe.each(PLACES)("programs on $place", { timeout: 90_000 }, ({ make }) => {
  it("make each copy once and lose none though they are killed", async () => {
    const seed = Date.now() % 1_000_000;
    const state = await make();
    const arena = await Arena.open(seed, state.url);
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
