// The life of a family with two unusual switches at a time.
import { afterEach, describe, it } from "vitest";
import { ALL_SWITCHES, type SwitchName } from "../../emulator/settings/switches.ts";
import { endTrials } from "./setting.ts";
import { lifeUnder } from "./whole-life.ts";

afterEach(endTrials);

describe("the life of a family with two unusual switches for families, shares and deletions", () => {
  const names = [
    "modifyWhileShared",
    "shareTwice",
    "familyPointsTo",
    "emptyFamily",
    "familyCarriedOver",
    "deleteFailedImages",
  ] as const;
  const pairs = names.flatMap((a, index) =>
    names.slice(index + 1).flatMap((b) => unusual(a).flatMap((x) => unusual(b).map((y) => [a, x, b, y] as const))),
  );
  it.each(pairs)("%s is %s and %s is %s", async (a, x, b, y) => {
    await lifeUnder({ [a]: x, [b]: y });
  });
});

function unusual(name: SwitchName): (string | number)[] {
  const { values, default: usual } = ALL_SWITCHES[name];
  return values.filter((value) => value !== usual);
}
