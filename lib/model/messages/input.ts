// What an input error says about its own list of problems.
import { catalogue, error } from "./define.ts";

export const inputProblem = catalogue({
  "more-problems": error(
    (p: { count: number }) => `and ${p.count} more problems`,
    "correct those that are shown; the next run shows the others",
  ),
});
