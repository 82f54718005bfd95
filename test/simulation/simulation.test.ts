// A few seeds of the simulation, and the places of the planted bugs.
import { describe, expect, it } from "vitest";
import { MUTATIONS, placesOf } from "./mutations.ts";
import { Simulation } from "./simulation.ts";

/** A few seeds for every run of the tests; `npm run simulate -- --seeds N --from S` runs any number. */
describe("up to eight processes, people and faults at once", { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4])("make no second copy and finish the first (part %i of 4)", async (part) => {
    for (let seed = part * 1000; seed < part * 1000 + 8; seed += 1) {
      const { violation, trace } = await new Simulation(seed).run(1000);
      expect(violation, `seed ${seed}\n${trace.slice(-40).join("\n")}`).toBeUndefined();
    }
  });

  it("come out the same whenever a seed is run again", async () => {
    const once = await new Simulation(7).run(300);
    const again = await new Simulation(7).run(300);
    expect(again.trace).toEqual(once.trace);
  });
});

describe("the mutations of `npm run mutate`", () => {
  it.each(MUTATIONS)("$name: has one place in the program", (mutation) => {
    expect(placesOf(mutation)).toHaveLength(1);
  });
});
