// A few seeds of the simulation, and the place of each planted bug.
import { describe, expect, it } from "vitest";
import { MUTATIONS, placesOf } from "./mutations.ts";
import { Simulation } from "./simulation.ts";

/**
 * A few seeds in every run of the tests; `npm run simulate -- --seeds N --from S` runs any number.
 */
describe("up to eight processes with manual changes and faults", { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4])("make each copy once and finish it (part %i of 4)", async (part) => {
    for (let seed = part * 1000; seed < part * 1000 + 8; seed += 1) {
      const { violation, trace } = await new Simulation(seed).run(1000);
      expect(violation, `seed ${seed}\n${trace.slice(-40).join("\n")}`).toBeUndefined();
    }
  });

  it("leave the same trace if a seed is run again", async () => {
    const first = await new Simulation(7).run(300);
    const second = await new Simulation(7).run(300);
    expect(second.trace).toEqual(first.trace);
  });
});

describe("the mutations of `npm run mutate`", () => {
  it.each(MUTATIONS)("$name: has one place in the program", (mutation) => {
    expect(placesOf(mutation)).toHaveLength(1);
  });
});
